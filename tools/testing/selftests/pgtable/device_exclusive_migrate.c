// SPDX-License-Identifier: GPL-2.0
/*
 * Migration and KSM of pages that a device has: a search by address finds no page, a search by
 * frame finds the device-exclusive entry.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <linux/mempolicy.h>

#include "lib/harness.h"
#include "lib/pages.h"
#include "lib/race.h"
#include "vm_util.h"

FIXTURE_PAGES

/* By address */

static void move_to(struct __test_metadata *_metadata, struct pages *pages, int node, int *status)
{
	int nodes[PAGES], i;
	void *va[PAGES];

	for (i = 0; i < PAGES; i++) {
		va[i] = page_at(pages->va, i);
		nodes[i] = node;
		status[i] = -1;
	}
	EXPECT_LE(0, syscall(__NR_move_pages, 0, (long)PAGES, va, nodes, status, MPOL_MF_MOVE));
}

static int node_of(void *page)
{
	int status = -1;

	syscall(__NR_move_pages, 0, 1UL, &page, NULL, &status, 0);
	return status;
}

#define NODES	"/sys/devices/system/node/node1", "second node: boot it with numa=fake=2"

TEST_F(exclusive, move_pages_moves_the_others)
{
	int status[PAGES], node, i;

	NEED(lacks(NODES));
	node = !node_of(self->pages.va);
	pages_take(&self->pages);
	move_to(_metadata, &self->pages, node, status);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(is_taken(i) ? -ENOENT : node, status[i]);
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back_written(&self->pages, self->pages.va);
	move_to(_metadata, &self->pages, node, status);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(node, status[i]);
	pages_check_back_written(&self->pages, self->pages.va);
}

/* migrate_vma_setup() of a driver skips pages that a device has. */
TEST_F(exclusive, collected_for_a_migration)
{
	struct test_exclusive_collect collect;

	ASSERT_EQ(0, exclusive_collect(self->pages.fd, self->pages.va, PAGES, &collect));
	EXPECT_EQ(PAGES, collect.collected);
	pages_check_back_written(&self->pages, self->pages.va);
	pages_take(&self->pages);
	ASSERT_EQ(0, exclusive_collect(self->pages.fd, self->pages.va, PAGES, &collect));
	EXPECT_EQ(PAGES - TAKEN, collect.collected);
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back_written(&self->pages, self->pages.va);
}

/* By frame */

#define OFFLINE	"/sys/devices/system/memory/soft_offline_page"

/* Migrates the page and takes the frame out of use. */
static int soft_offline(__u64 pfn)
{
	char text[32];
	int fd, i, ret = -EBUSY;

	snprintf(text, sizeof(text), "%#llx", pfn * PAGE_SIZE);
	fd = open(OFFLINE, O_WRONLY);
	for (i = 0; i < 10 && ret == -EBUSY; i++) {
		drain();
		ret = result(write(fd, text, strlen(text)));
	}
	close(fd);
	return ret < 0 ? ret : 0;
}

static void check_offline(struct __test_metadata *_metadata, struct pages *pages)
{
	struct test_exclusive_look look;
	int i;

	for (i = FIRST; i < FIRST + TAKEN; i++) {
		EXPECT_EQ(0, soft_offline(pages->before[i].pfn));
		look = look_at(pages->fd, page_at(pages->va, i));
		EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look.kind);
		EXPECT_NE(pages->before[i].pfn, look.pfn);
		EXPECT_TRUE(look.flags & TEST_EXCLUSIVE_ANON_EXCLUSIVE);
		EXPECT_TRUE(look.flags & (TEST_EXCLUSIVE_DIRTY | TEST_EXCLUSIVE_FOLIO_DIRTY));
	}
}

TEST_F(exclusive, migrated_by_frame)
{
	NEED(lacks(OFFLINE, "CONFIG_MEMORY_FAILURE"));
	pages_take(&self->pages);
	check_offline(_metadata, &self->pages);
	pages_check_back_written(&self->pages, self->pages.va);
}

TEST_F(exclusive, migrated_in_a_read_only_vma)
{
	NEED(lacks(OFFLINE, "CONFIG_MEMORY_FAILURE"));
	pages_take(&self->pages);
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, PROT_READ));
	check_offline(_metadata, &self->pages);
	pages_check_back(&self->pages, self->pages.va, PROT_READ);
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, RW));
	pages_check_back(&self->pages, self->pages.va, RW);
}

/* A migration waits: the device would go on in the old frame. */
TEST_F(exclusive, migrated_when_the_device_is_done)
{
	struct hold held;

	NEED(lacks(OFFLINE, "CONFIG_MEMORY_FAILURE"));
	pages_start_hold(&self->pages, &held);
	EXPECT_EQ(0, soft_offline(self->pages.before[FIRST].pfn));
	EXPECT_LE(held.until, race_now());
	EXPECT_EQ(1, hold_end(&held));
	EXPECT_NE(self->pages.before[FIRST].pfn, look_at(self->pages.fd, self->pages.taken).pfn);
	pages_check_back_written(&self->pages, self->pages.va);
}

/* Merging */

/* Pages that become equal when the device adds to those it takes. */
static void map_equals(struct __test_metadata *_metadata, struct pages *pages)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		fill_page(page_at(pages->va, i), 0);
		if (!is_taken(i))
			bar_write(page_at(pages->va, i) + COUNTER, counter_of(0) + ADD);
	}
	ASSERT_EQ(0, madvise(pages->va, SIZE, MADV_MERGEABLE));
}

static void check_equals(struct __test_metadata *_metadata, struct pages *pages)
{
	int i;

	for (i = 0; i < PAGES; i++)
		EXPECT_TRUE(page_holds(page_at(pages->va, i), 0, ADD))
			TH_LOG("page %d", i);
}

TEST_F_TIMEOUT(exclusive, merged_when_given_back, 120)
{
	NEED(lacks("/sys/kernel/mm/ksm/run", "CONFIG_KSM"));
	map_equals(_metadata, &self->pages);
	pages_take(&self->pages);
	ASSERT_EQ(0, ksm_start());
	EXPECT_EQ(PAGES - TAKEN, ksm_get_self_merging_pages());
	pages_check_exclusive(&self->pages, self->pages.va);
	check_equals(_metadata, &self->pages);
	ASSERT_EQ(0, ksm_start());
	EXPECT_EQ(PAGES, ksm_get_self_merging_pages());
	check_equals(_metadata, &self->pages);
	ASSERT_EQ(0, ksm_stop());
}

/* The device gets a copy of a merged page. */
TEST_F_TIMEOUT(exclusive, taken_when_merged, 120)
{
	__s32 results[TAKEN];
	int i;

	NEED(lacks("/sys/kernel/mm/ksm/run", "CONFIG_KSM"));
	map_equals(_metadata, &self->pages);
	for (i = FIRST; i < FIRST + TAKEN; i++)
		bar_write(page_at(self->pages.va, i) + COUNTER, counter_of(0) + ADD);
	ASSERT_EQ(0, ksm_start());
	EXPECT_EQ(PAGES, ksm_get_self_merging_pages());
	EXPECT_EQ(TAKEN, take_pages(self->pages.fd, self->pages.taken, TAKEN, self->pages.how,
				    results));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_DEVICE_EXCLUSIVE);
	for (i = 0; i < PAGES; i++)
		EXPECT_TRUE(page_holds(page_at(self->pages.va, i), 0, is_taken(i) ? 2 * ADD : ADD))
			TH_LOG("page %d", i);
	ASSERT_EQ(0, ksm_stop());
}

TEST_HARNESS_MAIN
