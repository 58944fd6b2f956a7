/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One block of a BAR that some threads touch while another cuts parts out of it that they do not.
 *
 * The block is mapped anew in each round, elsewhere: what was mapped before goes away when every
 * thread has left it.
 */
#ifndef _PFNMAP_SPLIT_RACE_H
#define _PFNMAP_SPLIT_RACE_H

#include <sys/mman.h>
#include <sys/wait.h>

#include "pfnmap_prefilled.h"
#include "pfnmap_race.h"

#define RW	(PROT_READ | PROT_WRITE)
#define PAGES	16	/* that are touched, at most */
#define THREADS	3	/* that use the block: two touch it, one does something else */

enum { READER, WRITER, FOURTH };

static struct pfnmap_source source;
static int test_fd;
static __u64 block;			/* bytes */
static _Atomic(char *) block_va;	/* of this round */
static _Atomic long block_round;
static _Atomic long left[THREADS];	/* the round that each thread is in, at least */
static _Atomic long swept[THREADS];	/* how often it has touched every page */
static _Atomic long phase;		/* odd while a fault would be one too many */
static int page_count;
static __u64 page_at[PAGES];		/* in the block */

static struct {
	_Atomic long sweeps[2], in_place, faults, forks, lookups, none, dma;
} seen;

/* Pages at both ends of an entry of each size, and next to its middle. */
static inline void choose_pages(void)
{
	const __u64 part[] = { 0, 1, 255, 511 };
	int i, j, blocks = block == PFNMAP_1G ? 4 : 1;

	page_count = 0;
	for (i = 0; i < blocks; i++)
		for (j = 0; j < 4; j++)
			page_at[page_count++] = part[i] * PFNMAP_2M + part[j] * PFNMAP_4K;
}

/* What the reader finds in a page, from its start on; behind it the writer counts. */
static inline __u64 word(int page)
{
	return 0x9e3779b97f4a7c15ULL * (page + 1);
}

#define COUNTER	64	/* bytes */

static inline void fail_on(bool failed, const char *what)
{
	if (failed)
		race_fail(what, errno);
}

/* Touching */

static inline __u64 touch(char *va, bool write, __u64 value)
{
	int refusal = race_access(va, write, &value);

	if (refusal)
		race_fail("an access was refused", refusal);
	return value;
}

static __u64 counted[PAGES];	/* what the writer wrote last */

static inline void write_pages(char *va)
{
	char *at;
	int i;

	for (i = 0; i < page_count; i++) {
		at = va + page_at[i] + COUNTER;
		if (touch(at, false, 0) != counted[i])
			race_fail("a write was lost before page", i);
		touch(at, true, ++counted[i]);
		if (touch(at, false, 0) != counted[i])
			race_fail("a write was lost at page", i);
	}
}

static inline void read_pages(char *va)
{
	static __u64 found[PAGES];
	__u64 count;
	int i;

	for (i = 0; i < page_count; i++) {
		if (touch(va + page_at[i], false, 0) != word(i))
			race_fail("a read found something else at page", i);
		count = touch(va + page_at[i] + COUNTER, false, 0);
		if (count < found[i])
			race_fail("a counter went back at page", i);
		found[i] = count;
	}
}

/* The block of this round, and no older one. */
static inline char *enter_round(int thread)
{
	long round;
	char *va;

	do {
		round = atomic_load(&block_round);
		va = atomic_load(&block_va);
	} while (round != atomic_load(&block_round));
	atomic_store(&left[thread], round);
	return va;
}

static inline void sweep(int thread)
{
	long during = atomic_load(&phase), before = pfnmap_faults();
	char *va = enter_round(thread);

	if (thread == WRITER)
		write_pages(va);
	else
		read_pages(va);
	before = pfnmap_faults() - before;
	if (during % 2 && during == atomic_load(&phase)) {
		atomic_fetch_add(&seen.in_place, 1);
		atomic_fetch_add(&seen.faults, before);
	}
	atomic_fetch_add(&seen.sweeps[thread], 1);
	atomic_fetch_add(&swept[thread], 1);
	sched_yield();
}

/* There are more threads than CPUs: as real-time tasks those on one yield to each other. */
static inline void take_turns(int number, int cpu)
{
	const struct sched_param param = { .sched_priority = 1 };

	race_enter(number, cpu);
	fail_on(sched_setscheduler(0, SCHED_FIFO, &param), "cannot become a real-time task");
}

static inline void *reader(void *arg)
{
	take_turns(READER, 0);
	while (!atomic_load(&race_over))
		sweep(READER);
	return NULL;
}

static inline void *writer(void *arg)
{
	take_turns(WRITER, 1);
	while (!atomic_load(&race_over))
		sweep(WRITER);
	return NULL;
}

/* Waiting for the others */

static inline void wait_until(_Atomic long *what, long value)
{
	while (atomic_load(what) < value && !atomic_load(&race_over))
		sched_yield();
}

/* Both have touched every page since. */
static inline void wait_sweeps(void)
{
	long due[2] = { atomic_load(&swept[READER]) + 2, atomic_load(&swept[WRITER]) + 2 };

	wait_until(&swept[READER], due[READER]);
	wait_until(&swept[WRITER], due[WRITER]);
}

/* What the fourth thread does */

static inline void fork_once(void)
{
	char *va = enter_round(FOURTH);
	pid_t pid = fork();
	int status, i;
	__u64 value;

	for (i = 0; !pid && i < page_count; i++)
		if (race_access(va + page_at[i], false, &value) || value != word(i))
			_exit(1 + i);
	if (!pid)
		_exit(0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		race_fail("a child found something else", status);
	atomic_fetch_add(&seen.forks, 1);
}

/* A mapping for DMA looks up pages that are there from the first touch on. */
static inline void dma_once(char *va)
{
	const __u64 size = 2 * PFNMAP_4K;
	int ret = bar_dma_map(&source.bar, va, PFNMAP_IOVA, size, BAR_DMA_RW);

	if (ret || bar_dma_unmap(&source.bar, PFNMAP_IOVA, size) != (__s64)size)
		race_fail("cannot map for DMA", -ret);
	atomic_fetch_add(&seen.dma, 1);
}

static inline void look_once(void)
{
	__u64 at = page_at[race_pick(page_count)];
	long during = atomic_load(&phase);
	char *va = enter_round(FOURTH);
	struct test_pfnmap_follow f;

	if (pfnmap_follow(test_fd, va + at, 1, &f)) {
		atomic_fetch_add(&seen.none, 1);
		if (during % 2 && during == atomic_load(&phase))
			race_fail("a lookup found nothing at", at);
	} else if (f.pfn != (source.phys + at) / PFNMAP_4K || !f.writable || !f.special) {
		race_fail("a lookup found another frame", f.pfn);
	}
	atomic_fetch_add(&seen.lookups, 1);
	if (source.kind == &vfio_kind)
		dma_once(va);
}

static inline void *fourth(void *once)
{
	take_turns(FOURTH, 1);
	while (once && !atomic_load(&race_over)) {
		((void (*)(void))once)();
		/* It may hold a lock that who cuts waits for. */
		race_spin(race_pick(100000));
		sched_yield();
	}
	atomic_store(&left[FOURTH], LONG_MAX);
	return NULL;
}

#endif /* _PFNMAP_SPLIT_RACE_H */
