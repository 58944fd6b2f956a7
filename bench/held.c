// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions of one operation with a page-table lock held, which dev/held counts; of pages, that of all,
 * and fork() includes the other pages of this program.
 */
#include "bar.h"
#include "fork.h"
#include "lib/exclusive.h"
#include "lib/lookup.h"
#include "lib/memory.h"

__u64 held;		/* dev/held writes it, */
char functions[64];	/* and reads this */

static int test_fd, device;
static char *memory;

/* Where dev/held stops: a call that the compiler keeps. */
static __attribute__((noipa)) void mark(void)
{
}

/* Returns tenths, of locks that the kernel's functions @names take. */
static __u64 watch(const char *names, void (*operation)(void))
{
	snprintf(functions, sizeof(functions), "%s", names);
	held = 0;
	mark();
	operation();
	mark();
	return held * 10;
}

static __u64 count(const char *names, void (*operation)(void))
{
	__u64 tenths = watch(names, operation);

	check("no lock was taken: run it by dev/held", tenths ? 0 : -ENOLCK);
	return tenths;
}

/* It runs when the parent waits. */
static __u64 count_fork(const char *names)
{
	__u64 tenths = count(names, fork_child);

	reap();
	return tenths;
}

static void write_block(void)
{
	bar_write(va, 1);
}

static void follow_once(void)
{
	struct test_pfnmap_follow f;

	check("follow", pfnmap_follow(test_fd, va, 1, &f));
}

static void protect_part(void)
{
	check("mprotect", mprotect(va + block / 2, block / 512, PROT_READ) ? -errno : 0);
}

static void read_block(void)
{
	bar_touch(va, block, block / 512);
}

static __u64 fault_write(void)
{
	zap();
	return count("handle_mm_fault", write_block);
}

static __u64 follow(void)
{
	return count("follow_pfnmap_start", follow_once);
}

static __u64 fork_pmd(void)
{
	return count_fork("copy_huge_pmd copy_special_pmd");
}

static __u64 fork_pud(void)
{
	return count_fork("copy_huge_pud");
}

static __u64 cut(void)
{
	__u64 tenths;

	unmap();
	map();
	touch();
	tenths = count("mprotect_fixup", protect_part);
	more[0] = tenths + watch("handle_mm_fault", read_block);
	return tenths;
}

static const struct row rows[] = {
	{ "held-fault-write", fault_write, PFNMAP_PTE, MIB(2) },
	{ "held-fault-write", fault_write, PFNMAP_PMD, MIB(2) },
	{ "held-fault-write", fault_write, PFNMAP_PUD, PFNMAP_1G },
	{ "held-fork", fork_pmd, PFNMAP_PMD, MIB(2) },
	{ "held-fork", fork_pud, PFNMAP_PUD, PFNMAP_1G },
	{ }
};

#define CUT(name, level, size)	{ name, cut, level, size, { name "-and-read" } }

static const struct row cut_rows[] = {
	CUT("held-mprotect-part-4K", PFNMAP_PMD, MIB(2)),
	CUT("held-mprotect-part-2M", PFNMAP_PUD, PFNMAP_1G),
	{ }
};

static const struct row follow_rows[] = {
	{ "held-follow", follow, PFNMAP_PTE, MIB(2) },
	{ "held-follow", follow, PFNMAP_PMD, MIB(2) },
	{ "held-follow", follow, PFNMAP_PUD, PFNMAP_1G },
	{ }
};

/* Exclusive pages; size is that of all of them. */

static void write_pages(void)
{
	int i;

	for (i = 0; i < size / PAGE_SIZE; i++)
		bar_write(memory + i * PAGE_SIZE, i);
}

static void take(__u32 how)
{
	struct test_exclusive_make m = { .addr = (uintptr_t)memory, .count = size / PAGE_SIZE, .how = how };

	check("make exclusive", exclusive_make(device, &m));
	check("not every page exclusive", m.made == m.count ? 0 : -EBUSY);
}

static void take_singly(void)
{
	take(TEST_EXCLUSIVE_SINGLE);
}

static void take_range(void)
{
	take(TEST_EXCLUSIVE_RANGE);
}

static void collect(void)
{
	struct test_exclusive_collect c;

	check("collect", exclusive_collect(device, memory, size / PAGE_SIZE, &c));
	check("not every page collected", c.collected == size / PAGE_SIZE ? 0 : -EBUSY);
}

static __u64 exclusive_make_pages(void)
{
	write_pages();
	return count("make_device_exclusive", take_singly);
}

static __u64 exclusive_range(void)
{
	write_pages();
	return count("make_device_exclusive make_device_exclusive_range", take_range);
}

static __u64 exclusive_fault(void)
{
	write_pages();
	take_range();
	return count("handle_mm_fault", write_pages);
}

static __u64 exclusive_fork(void)
{
	write_pages();
	take_range();
	return count_fork("copy_page_range");
}

static __u64 migrate_collect(void)
{
	write_pages();
	return count("migrate_vma_setup", collect);
}

/* Nothing that happens to a page the first few times only is left to happen. */
static void settle(void)
{
	int i;

	for (i = 0; i < 4; i++) {
		write_pages();
		take_singly();
		write_pages();
		collect();
	}
}

static const struct row exclusive_rows[] = {
	{ "held-exclusive-make", exclusive_make_pages, PFNMAP_PTE, KIB(4) },
	{ "held-exclusive-range-128K", exclusive_range, PFNMAP_PTE, KIB(128) },
	{ "held-exclusive-fault", exclusive_fault, PFNMAP_PTE, KIB(4) },
	{ "held-exclusive-fork-4K", exclusive_fork, PFNMAP_PTE, KIB(4) },
	{ "held-exclusive-fork-128K", exclusive_fork, PFNMAP_PTE, KIB(128) },
	{ "held-migrate-collect-4K", migrate_collect, PFNMAP_PTE, KIB(4) },
	{ "held-migrate-collect-128K", migrate_collect, PFNMAP_PTE, KIB(128) },
	{ }
};

int main(void)
{
	const struct row *row;

	run_before_children();
	bench(rows);
	bar_close(&bar);
	stock_top = PFNMAP_PMD;
	bench(cut_rows);
	if (is_stock())
		return 0;
	bar_close(&bar);
	test_fd = pfnmap_follow_open();
	device = exclusive_open();
	check("/dev/test_pfnmap", test_fd);
	check("/dev/test_device_exclusive", device);
	bench(follow_rows);
	for (row = exclusive_rows; row->name; row++) {
		size = row->size;
		memory = map_small(size);
		check("mmap", memory == MAP_FAILED ? -errno : 0);
		settle();
		measure(row);
		munmap(memory, size);
	}
	return 0;
}
