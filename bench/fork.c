// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of a small process that has a BAR mapped, until it returns in the parent.
 */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bench.h"

#define FORKS	31	/* a round is their median: now and then one takes a new stack */

static __u64 fork_once(void)
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

static __u64 fork_bar(void)
{
	__u64 took[FORKS];
	int i;

	for (i = 0; i < FORKS; i++)
		took[i] = fork_once();
	qsort(took, FORKS, sizeof(took[0]), by_value);
	return took[FORKS / 2] * 10;
}

static const struct row rows[] = {
	{ "fork-2M", fork_bar, PFNMAP_PTE, PFNMAP_2M },
	{ "fork-BAR", fork_bar, PFNMAP_PMD, 0 },
	{ "fork-BAR", fork_bar, PFNMAP_PUD, 0 },
	{ }
};

int main(void)
{
	const struct sched_param param = { .sched_priority = 1 };

	/* The child, which is an ordinary task again, runs when the parent waits for it. */
	check("SCHED_FIFO", sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) ?
			    -errno : 0);
	bench(rows);
	return 0;
}
