/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that a device takes: what each of them holds, what becomes of it when it is taken, and
 * what its entry says.
 */
#ifndef _DEVICE_EXCLUSIVE_MEMORY_H
#define _DEVICE_EXCLUSIVE_MEMORY_H

#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "pfnmap_harness.h"
#include "device_exclusive.h"
#include "pfnmap_access.h"
#include "pfnmap_fail.h"

#define RW		(PROT_READ | PROT_WRITE)
#define COUNTER		72		/* that the device adds to: where in a page, in bytes */
#define ADD		0x123456789ULL	/* what it adds */

static inline int result(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* Reports a skipped test and returns false without the device, or a failed one. */
static inline bool need_device(struct __test_metadata *_metadata, int fd)
{
	if (fd == -ENOENT)
		SKIP(return false, "no /dev/test_device_exclusive in this kernel");
	ASSERT_LE(0, fd);
	return true;
}

/* Reports a skipped test and returns false where there is no @path. */
static inline bool need(struct __test_metadata *_metadata, const char *path, const char *what)
{
	if (access(path, F_OK))
		SKIP(return false, "this kernel has no %s", what);
	return true;
}

/* The same where memory that is asked for with MADV_HUGEPAGE comes in small pages. */
static inline bool need_large_folios(struct __test_metadata *_metadata)
{
	char text[64] = "[never]";
	int fd = open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY);

	ASSERT_TRUE(fd < 0 || read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	if (strstr(text, "[never]"))
		SKIP(return false, "this kernel has no transparent huge pages, or they are off");
	return true;
}

/* What pages hold */

static inline char *page_at(const void *va, long page)
{
	return (char *)va + page * (long)PFNMAP_4K;
}

static inline __u64 word(__u64 i)
{
	return 0x9e3779b97f4a7c15ULL * (i + 1);
}

/* A counter, and two words that nobody changes. */
static inline void fill_page(char *page, __u64 i)
{
	bar_write(page, word(i));
	bar_write(page + COUNTER, word(i) / 3);
	bar_write(page + PFNMAP_4K - 8, ~word(i));
}

/* Whether the page is as it was filled, @added to its counter. Gives it back to the CPU. */
static inline bool page_holds(const char *page, __u64 i, __u64 added)
{
	return !try_read(page) && bar_read(page) == word(i) &&
	       bar_read(page + COUNTER) == word(i) / 3 + added &&
	       bar_read(page + PFNMAP_4K - 8) == ~word(i);
}

/* Pages that are not as @filled, each ADDed to once or, without @added, not at all. */
static inline int wrong_pages(const char *va, int pages, __u64 filled, bool added)
{
	int i, wrong = 0;

	for (i = 0; i < pages; i++)
		wrong += !page_holds(page_at(va, i), filled + i, added ? ADD : 0);
	return wrong;
}

static inline void fill_pages(char *va, int pages)
{
	int i;

	for (i = 0; i < pages; i++)
		fill_page(page_at(va, i), i);
}

/* Taking */

/* What became of each page is in @results. Returns how many were taken, or -errno. */
static inline int take_pages(int fd, const void *va, __u32 count, __u32 how, __s32 *results)
{
	struct test_exclusive_make make = {
		.addr = (uintptr_t)va,
		.count = count,
		.how = how,
		.results = (uintptr_t)results,
		.add = ADD,
		.offset = COUNTER,
	};

	return exclusive_make(fd, &make) ?: (int)make.made;
}

/* Returns what became of the page. */
static inline int take_page(int fd, const void *va, __u32 how)
{
	__s32 status = -EIO;
	int made = take_pages(fd, va, 1, how, &status);

	return made < 0 ? made : made == !status ? status : -EIO;
}

/* Looking */

/* An entry that cannot be looked at is of no kind. */
static inline struct test_exclusive_look look_at(int fd, const void *va)
{
	struct test_exclusive_look look;

	if (exclusive_look(fd, va, &look))
		look.kind = -1;
	return look;
}

static inline bool is_exclusive(int fd, const void *va)
{
	return look_at(fd, va).kind == TEST_EXCLUSIVE_DEVICE_EXCLUSIVE;
}

static inline bool is_locked(int fd, const void *va)
{
	return look_at(fd, va).flags & TEST_EXCLUSIVE_FOLIO_LOCKED;
}

static inline int count_kind(int fd, const char *va, int pages, __u32 kind)
{
	int i, count = 0;

	for (i = 0; i < pages; i++)
		count += look_at(fd, page_at(va, i)).kind == kind;
	return count;
}

/*
 * Pages on their way to an LRU list have one reference more: puts them there. move_pages() does so
 * with those of all CPUs before it looks for its first page, and here there is none.
 */
static inline void drain(void)
{
	void *page = NULL;
	int node = 0;

	syscall(__NR_move_pages, 0, 0UL, &page, &node, &node, 0);
}

/* Another process */

static inline bool child_was_right(pid_t pid)
{
	int status;

	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

#endif /* _DEVICE_EXCLUSIVE_MEMORY_H */
