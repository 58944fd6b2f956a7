/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a race over pages that a device takes leaves behind: every addition, no lock, no reference,
 * and as many pages as there were.
 */
#ifndef _DEVICE_EXCLUSIVE_LEFT_H
#define _DEVICE_EXCLUSIVE_LEFT_H

#include "pfnmap_harness.h"
#include "device_exclusive_race.h"

#define LEAK	PAGES	/* pages; stacks of threads take some, and stay */

static struct test_exclusive_look fresh;	/* at a page that was touched, and nothing else */
static long lru_before, mapped_before;		/* anonymous pages; nobody else runs */

static inline void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		ksft_print_msg("cannot write %s: %s\n", path, strerror(errno));
	close(fd);
}

/* No CPU has pages or numbers of its own any more that the rest does not know of. */
static inline void settle(void)
{
	write_file("/proc/sys/vm/drop_caches", "1");
	write_file("/proc/sys/vm/stat_refresh", "1");
}

/* Pages that the kernel says it has, the sum of all lines with @name. */
static inline long kernel_pages(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128], *at;
	long kib = 0;

	while (file && fgets(line, sizeof(line), file)) {
		at = strstr(line, name);
		kib += at ? atol(at + strlen(name)) : 0;
	}
	if (file)
		fclose(file);
	return kib / 4;
}

static inline long lru_pages(void)
{
	return kernel_pages("ctive(anon):");
}

static inline long mapped_pages(void)
{
	return kernel_pages("AnonPages:");
}

/* Before the race: every page is written. */
static inline void remember_fresh(struct __test_metadata *_metadata)
{
	int i;

	for (i = 0; i < PAGES; i++)
		bar_write(page_va(i), stamp(i));
	settle();
	lru_before = lru_pages();
	mapped_before = mapped_pages();
	ASSERT_EQ(0, exclusive_look(device, page_va(0), &fresh));
	ASSERT_EQ(TEST_EXCLUSIVE_PRESENT, fresh.kind);
	ASSERT_EQ(1, fresh.mapcount);
}

static inline bool as_fresh(const struct test_exclusive_look *look)
{
	return look->kind == TEST_EXCLUSIVE_PRESENT &&
	       !(look->flags & TEST_EXCLUSIVE_FOLIO_LOCKED) && look->pages == fresh.pages &&
	       look->refcount == fresh.refcount && look->mapcount == fresh.mapcount;
}

/* Who compacts memory may have a reference for a moment. */
static inline void check_folio(struct __test_metadata *_metadata, int page)
{
	struct test_exclusive_look look;
	int tries = 100;

	do {
		ASSERT_EQ(0, exclusive_look(device, page_va(page), &look));
	} while (!as_fresh(&look) && --tries && !usleep(1000));
	EXPECT_TRUE(as_fresh(&look))
		TH_LOG("page %d: kind %u, flags %x, refcount %d, mapcount %d", page, look.kind,
		       look.flags, look.refcount, look.mapcount);
}

static inline void check_counter(struct __test_metadata *_metadata, int page)
{
	__u64 value = bar_read(counter(page));
	__u64 by_cpu = value % DEVICE_ADDS, by_device = value / DEVICE_ADDS;

	if (is_dropped(page)) {
		EXPECT_GE(stored[page], by_cpu);
		EXPECT_GE(device_added[page], by_device);
		return;
	}
	EXPECT_EQ(stored[page], by_cpu)
		TH_LOG("page %d: additions of the CPU", page);
	EXPECT_EQ(device_added[page], by_device)
		TH_LOG("page %d: additions of the device", page);
	EXPECT_EQ(stamp(page), bar_read(page_va(page)));
}

static inline void check_race(struct __test_metadata *_metadata, bool ended)
{
	int i;

	for (i = 0; i < racer_count; i++)
		TH_LOG("%s: %ld", racers[i].name, met[i]);
	TH_LOG("pages made exclusive singly: %ld, by range: %ld, busy: %ld; seen so: %ld",
	       seen.made[TEST_EXCLUSIVE_SINGLE], seen.made[TEST_EXCLUSIVE_RANGE], seen.busy,
	       met[RACERS]);
	TH_LOG("refused: stores %ld, forks %ld, collections %ld", seen.refused, seen.forks_refused,
	       seen.collect_refused);
	ASSERT_EQ(NULL, race_wrong)
		TH_LOG("%s: %llx", race_wrong, (unsigned long long)race_wrong_value);
	ASSERT_TRUE(ended);
	EXPECT_FALSE(has_met_too_little());
	for (i = 0; i < PAGES; i++) {
		check_counter(_metadata, i);
		bar_write(page_va(i), stamp(i));
	}
	settle();
	for (i = 0; i < PAGES; i++)
		check_folio(_metadata, i);
	EXPECT_GT(lru_before + LEAK, lru_pages());
	EXPECT_GT(mapped_before + LEAK, mapped_pages());
}

#endif /* _DEVICE_EXCLUSIVE_LEFT_H */
