/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fork(), until it returns in the parent.
 */
#ifndef _FORK_H
#define _FORK_H

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define FORKS	31	/* at most */

/* The child, which is an ordinary task again, runs when the parent waits for it. */
static inline void run_before_children(void)
{
	const struct sched_param param = { .sched_priority = 1 };

	check("SCHED_FIFO", sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) ?
			    -errno : 0);
}

static inline __u64 fork_once(void)
{
	__u64 start = now(), end;
	pid_t pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (!pid)
		_exit(0);
	end = now();
	check("fork", pid < 0 ? -errno : 0);
	waitpid(pid, NULL, 0);
	return end - start;
}

static pid_t child;

static inline void fork_child(void)
{
	child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (!child)
		_exit(0);
	check("fork", child < 0 ? -errno : 0);
}

static inline void reap(void)
{
	waitpid(child, NULL, 0);
}

/*
 * Tenths for one, the lower quartile of @forks: about every second one takes a new stack or page,
 * and none takes less than it must; before each @prepare is called, if there is one.
 */
static inline __u64 fork_quartile(int forks, void (*prepare)(void))
{
	__u64 took[FORKS];
	int i;

	for (i = 0; i < forks; i++) {
		if (prepare)
			prepare();
		took[i] = fork_once();
	}
	qsort(took, forks, sizeof(took[0]), by_value);
	return took[forks / 4] * 10;
}

#endif /* _FORK_H */
