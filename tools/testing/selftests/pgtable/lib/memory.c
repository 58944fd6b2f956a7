// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that a device takes pages of, and what each page holds.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "access.h"
#include "exclusive.h"
#include "memory.h"
#include "proc.h"

/* As map_small(), in pages of any size. */
static void *map_any(__u64 size)
{
	const __u64 room = pfnmap_align(size, PMD_SIZE) + 2 * PMD_SIZE;
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	char *hole = mmap(NULL, room, PROT_NONE, flags, -1, 0);

	if (hole == MAP_FAILED)
		return hole;
	return mmap((void *)pfnmap_align((uintptr_t)hole + 1, PMD_SIZE), size, RW,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

void *map_small(__u64 size)
{
	void *va = map_any(size);

	if (va != MAP_FAILED)
		madvise(va, size, MADV_NOHUGEPAGE);
	return va;
}

bool make_large(int fd, char *va)
{
	bool large;

	if (madvise(va, PMD_SIZE, MADV_HUGEPAGE))
		return false;
	bar_write(va, 0);
	large = look_at(fd, va).kind == TEST_EXCLUSIVE_HUGE;
	/* Or khugepaged takes pages back from the device, to map them by a PMD again. */
	return !madvise(va, PMD_SIZE, MADV_NOHUGEPAGE) && large;
}

char *map_large(int fd)
{
	char *va;
	int i;

	for (i = 0; i < 10; i++) {
		va = map_any(PMD_SIZE);
		if (va == MAP_FAILED || make_large(fd, va))
			return va;
		munmap(va, PMD_SIZE);
	}
	return MAP_FAILED;
}

void *map_shared(void *va, __u64 size)
{
	return mmap(va, size, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

const char *lacks_large_folios(void)
{
	char text[64] = "[never]";
	int fd = open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) <= 0)
		abort();
	close(fd);
	return strstr(text, "[never]") ?
	       "this kernel has no transparent huge pages, or they are off" : NULL;
}

/* Contents */

void fill_page(char *page, __u64 i)
{
	bar_write(page, word(i));
	bar_write(page + COUNTER, counter_of(i));
	bar_write(page + PAGE_SIZE - 8, ~word(i));
}

void fill_pages(char *va, int pages)
{
	int i;

	for (i = 0; i < pages; i++)
		fill_page(page_at(va, i), i);
}

bool page_holds(const char *page, __u64 i, __u64 added)
{
	return !try_read(page) && bar_read(page) == word(i) &&
	       bar_read(page + COUNTER) == counter_of(i) + added &&
	       bar_read(page + PAGE_SIZE - 8) == ~word(i);
}

int wrong_pages(const char *va, int pages, __u64 filled, bool added)
{
	int i, wrong = 0;

	for (i = 0; i < pages; i++)
		wrong += !page_holds(page_at(va, i), filled + i, added ? ADD : 0);
	return wrong;
}

/* move_pages() does this on all CPUs before it looks for its first page; here there is none. */
void drain(void)
{
	void *page = NULL;
	int node = 0;

	syscall(__NR_move_pages, 0, 0UL, &page, &node, &node, 0);
}

long anon_kb(void)
{
	drain();
	return proc_known_kb("/proc/meminfo", "Active(anon):") +
	       proc_known_kb("/proc/meminfo", "Inactive(anon):");
}
