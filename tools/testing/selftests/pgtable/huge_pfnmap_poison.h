/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of the poison tests: the fake BAR mapped by entries of one level, a frame of it to be
 * poisoned, and what must be true of that page and of the others then.
 */
#ifndef _HUGE_PFNMAP_POISON_H
#define _HUGE_PFNMAP_POISON_H

#include <stdio.h>

#include "pfnmap_harness.h"
#include "pfnmap_access.h"
#include "pfnmap_source.h"

#define RW		(PROT_READ | PROT_WRITE)
#define CORRUPT_PFN	"/sys/kernel/debug/hwpoison/corrupt-pfn"
#define BLOCKS		2

FIXTURE(poison)
{
	struct pfnmap_source source;
	int memory_failure;		/* knows the fake BAR while this file is open */
	enum pfnmap_level level;	/* that blocks without poison are mapped at */
	__u64 size;			/* bytes mapped, from offset 0 */
	char *va;
	__u64 page;			/* where the poison is, or will be, in bytes */
	bool poisoned;
};

FIXTURE_VARIANT(poison)
{
	enum pfnmap_level level;
	__u32 vma;
};

FIXTURE_VARIANT_ADD(poison, pte) { .level = PFNMAP_PTE };
FIXTURE_VARIANT_ADD(poison, pmd) { .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(poison, pud) { .level = PFNMAP_PUD };
/* Without faults a page that is gone cannot be refused by the driver. */
FIXTURE_VARIANT_ADD(poison, prefilled) { .level = PFNMAP_PTE, .vma = TEST_PFNMAP_VMA_PREFILLED };

#define poison_t	FIXTURE_DATA(poison)

/* Accesses that get a signal */

static siginfo_t last;
static int signals;

static inline void on_signal(int sig, siginfo_t *info, void *context)
{
	last = *info;
	signals++;
}

static inline void on_access(int sig, siginfo_t *info, void *context)
{
	on_signal(sig, info, context);
	siglongjmp(refused, sig);
}

static inline int catch_signals(void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };

	signals = 0;
	return sigaction(SIGBUS, &action, NULL) ?: sigaction(SIGSEGV, &action, NULL);
}

static inline bool last_was(int code, const void *va)
{
	return last.si_signo == SIGBUS && last.si_code == code && last.si_addr == va &&
	       last.si_addr_lsb == 12;
}

/* The poisoned page of a mapping at @va is refused, and not only once. */
static inline bool page_is_refused(poison_t *self, char *va)
{
	char *word = va + self->page + 64;
	int i;

	for (i = 0; i < 2; i++)
		if (!try_read(word) || !last_was(BUS_MCEERR_AR, word) ||
		    !try_write(word, 0) || !last_was(BUS_MCEERR_AR, word))
			return false;
	return true;
}

/* The other pages */

/* The largest entry at @at that leaves the poison out. */
static inline enum pfnmap_level level_at(poison_t *self, __u64 at)
{
	enum pfnmap_level level = self->level;

	if (!self->poisoned)
		return level;
	while (level && at / pfnmap_size(level) == self->page / pfnmap_size(level))
		level--;
	return level;
}

/* The next page to look at: all of those next to the poison, elsewhere one for each 2 MiB entry. */
static inline __u64 next(poison_t *self, __u64 at)
{
	bool near = at / PFNMAP_2M == self->page / PFNMAP_2M;

	at += near || self->level == PFNMAP_PTE ? PFNMAP_4K : PFNMAP_2M;
	return at == self->page ? at + PFNMAP_4K : at;
}

#define for_each_other(at, self)	for (at = 0; at < (self)->size; at = next(self, at))

static inline __u64 word(__u64 at)
{
	return 0x9e3779b97f4a7c15ULL * (at + 1);
}

static inline void fill(poison_t *self)
{
	__u64 at;

	for_each_other(at, self)
		bar_write(self->va + at, word(at));
	bar_write(self->va + self->page, word(self->page));
}

static inline int wrong_words(poison_t *self, char *va)
{
	int wrong = 0;
	__u64 at;

	for_each_other(at, self)
		wrong += try_read(va + at) || bar_read(va + at) != word(at);
	return wrong;
}

static inline int wrong_entries(poison_t *self, char *va)
{
	struct test_pfnmap_follow f;
	int wrong = 0;
	__u64 at;

	for_each_other(at, self)
		wrong += pfnmap_follow(self->source.file, va + at, 1, &f) ||
			 f.pfn != (self->source.phys + at) / PFNMAP_4K ||
			 f.addr_mask != ~(pfnmap_size(level_at(self, at)) - 1);
	return wrong;
}

static inline bool all_is_right(poison_t *self, char *va)
{
	return page_is_refused(self, va) && !wrong_words(self, va) && !wrong_entries(self, va);
}

/* Poison */

static inline bool inject(poison_t *self)
{
	int fd = open(CORRUPT_PFN, O_WRONLY);
	int ret = dprintf(fd, "%llu", (self->source.phys + self->page) / PFNMAP_4K);

	close(fd);
	return ret > 0;
}

/* By a process that does not map the page: it would be the one that touched it. */
static inline int poison(poison_t *self)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		munmap(self->va, self->size);
		_exit(!inject(self));
	}
	self->poisoned = true;
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

FIXTURE_SETUP(poison)
{
	struct test_pfnmap_serve serve = { .level = variant->level, .vma = variant->vma };
	int ret = device_kind.open(&self->source, variant->level);

	if (ret == -ENODEV)
		SKIP(return, "%s", device_kind.none);
	ASSERT_EQ(0, ret);
	if (access(CORRUPT_PFN, W_OK))
		SKIP(return, "no " CORRUPT_PFN " in this kernel");
	ASSERT_EQ(0, pfnmap_ioctl(self->source.file, TEST_PFNMAP_SERVE, &serve));
	self->memory_failure = pfnmap_follow_open();
	ASSERT_EQ(0, pfnmap_ioctl(self->memory_failure, TEST_PFNMAP_POISONABLE, NULL));
	/* The harness forks: pages of its own that a test writes first would count as faults. */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_EQ(0, catch_signals(on_access));
	self->level = pfnmap_arrives(variant->level);
	self->size = BLOCKS * pfnmap_size(variant->level ?: PFNMAP_PMD);
	ASSERT_LE(self->size, self->source.size);
	self->page = self->size - pfnmap_size(variant->level ?: PFNMAP_PMD) / 2 + 100 * PFNMAP_4K;
	self->va = source_map(&self->source, variant->level, RW, 0, self->size);
	ASSERT_NE(MAP_FAILED, self->va);
	fill(self);
	ASSERT_EQ(0, wrong_entries(self, self->va));
}

FIXTURE_TEARDOWN(poison)
{
	close(self->memory_failure);
	close(self->source.file);
}

#endif /* _HUGE_PFNMAP_POISON_H */
