// SPDX-License-Identifier: GPL-2.0
/*
 * Device-exclusive entries whose page is to move to another frame, or to be merged with its like:
 * who asks for the page at an address finds none, who asks for a frame finds its entry.
 */
#define _GNU_SOURCE
#include <linux/mempolicy.h>

#include "device_exclusive_hold.h"
#include "device_exclusive_pages.h"
#include "vm_util.h"

/* By address */

static void move_to(struct __test_metadata *_metadata, exclusive_t *self, int node, int *status)
{
	int nodes[PAGES], i;
	void *va[PAGES];

	for (i = 0; i < PAGES; i++) {
		va[i] = page_at(self->va, i);
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

	if (!need(_metadata, NODES))
		return;
	node = !node_of(self->va);
	take(_metadata, self);
	move_to(_metadata, self, node, status);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(is_taken(i) ? -ENOENT : node, status[i]);
	check_exclusive(_metadata, self, self->va);
	check_back_written(_metadata, self, self->va);
	move_to(_metadata, self, node, status);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(node, status[i]);
	check_back_written(_metadata, self, self->va);
}

/* A driver that migrates is told that there is nothing to migrate. */
TEST_F(exclusive, collected_for_a_migration)
{
	struct test_exclusive_collect collect;

	ASSERT_EQ(0, exclusive_collect(self->fd, self->va, PAGES, &collect));
	EXPECT_EQ(PAGES, collect.collected);
	check_back_written(_metadata, self, self->va);
	take(_metadata, self);
	ASSERT_EQ(0, exclusive_collect(self->fd, self->va, PAGES, &collect));
	EXPECT_EQ(PAGES - TAKEN, collect.collected);
	check_exclusive(_metadata, self, self->va);
	check_back_written(_metadata, self, self->va);
}

/* By frame */

#define OFFLINE	"/sys/devices/system/memory/soft_offline_page"

/* Moves what is in the frame elsewhere, and nothing comes back to it. */
static int soft_offline(__u64 pfn)
{
	char text[32];
	int fd, i, ret = -EBUSY;

	snprintf(text, sizeof(text), "%#llx", pfn * PFNMAP_4K);
	fd = open(OFFLINE, O_WRONLY);
	for (i = 0; i < 10 && ret == -EBUSY; i++) {
		drain();
		ret = result(write(fd, text, strlen(text)));
	}
	close(fd);
	return ret < 0 ? ret : 0;
}

static void check_offline(struct __test_metadata *_metadata, exclusive_t *self)
{
	struct test_exclusive_look look;
	int i;

	for (i = FIRST; i < FIRST + TAKEN; i++) {
		EXPECT_EQ(0, soft_offline(self->before[i].pfn));
		look = look_at(self->fd, page_at(self->va, i));
		EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look.kind);
		EXPECT_NE(self->before[i].pfn, look.pfn);
		EXPECT_TRUE(look.flags & TEST_EXCLUSIVE_ANON_EXCLUSIVE);
		EXPECT_TRUE(look.flags & (TEST_EXCLUSIVE_DIRTY | TEST_EXCLUSIVE_FOLIO_DIRTY));
	}
}

TEST_F(exclusive, migrated_by_frame)
{
	if (!need(_metadata, OFFLINE, "CONFIG_MEMORY_FAILURE"))
		return;
	take(_metadata, self);
	check_offline(_metadata, self);
	check_back_written(_metadata, self, self->va);
}

TEST_F(exclusive, migrated_in_a_read_only_vma)
{
	if (!need(_metadata, OFFLINE, "CONFIG_MEMORY_FAILURE"))
		return;
	take(_metadata, self);
	ASSERT_EQ(0, mprotect(self->va, SIZE, PROT_READ));
	check_offline(_metadata, self);
	check_back(_metadata, self, self->va, PROT_READ);
	ASSERT_EQ(0, mprotect(self->va, SIZE, RW));
	check_back(_metadata, self, self->va, RW);
}

/* A migration waits, or the device would go on in the old frame. */
TEST_F(exclusive, migrated_when_the_device_is_done)
{
	struct hold held;

	if (!need(_metadata, OFFLINE, "CONFIG_MEMORY_FAILURE"))
		return;
	ASSERT_TRUE(hold_start(&held, self->fd, self->taken, 1, self->how));
	EXPECT_EQ(0, soft_offline(self->before[FIRST].pfn));
	EXPECT_EQ(1, hold_end(&held));
	self->added[FIRST] += ADD;
	EXPECT_NE(self->before[FIRST].pfn, look_at(self->fd, self->taken).pfn);
	check_back_written(_metadata, self, self->va);
}

/* Merging */

/* Pages that become the same when the device adds to those it takes. */
static void map_equals(struct __test_metadata *_metadata, exclusive_t *self)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		fill_page(page_at(self->va, i), 0);
		if (!is_taken(i))
			bar_write(page_at(self->va, i) + COUNTER, word(0) / 3 + ADD);
	}
	ASSERT_EQ(0, madvise(self->va, SIZE, MADV_MERGEABLE));
}

static void check_equals(struct __test_metadata *_metadata, exclusive_t *self)
{
	int i;

	for (i = 0; i < PAGES; i++)
		EXPECT_TRUE(page_holds(page_at(self->va, i), 0, ADD))
			TH_LOG("page %d", i);
}

TEST_F_TIMEOUT(exclusive, merged_when_given_back, 120)
{
	if (!need(_metadata, "/sys/kernel/mm/ksm/run", "CONFIG_KSM"))
		return;
	map_equals(_metadata, self);
	take(_metadata, self);
	ASSERT_EQ(0, ksm_start());
	EXPECT_EQ(PAGES - TAKEN, ksm_get_self_merging_pages());
	check_exclusive(_metadata, self, self->va);
	check_equals(_metadata, self);
	ASSERT_EQ(0, ksm_start());
	EXPECT_EQ(PAGES, ksm_get_self_merging_pages());
	check_equals(_metadata, self);
	ASSERT_EQ(0, ksm_stop());
}

/* The device gets a copy of what is merged. */
TEST_F_TIMEOUT(exclusive, taken_when_merged, 120)
{
	__s32 results[TAKEN];
	int i;

	if (!need(_metadata, "/sys/kernel/mm/ksm/run", "CONFIG_KSM"))
		return;
	map_equals(_metadata, self);
	for (i = FIRST; i < FIRST + TAKEN; i++)
		bar_write(page_at(self->va, i) + COUNTER, word(0) / 3 + ADD);
	ASSERT_EQ(0, ksm_start());
	EXPECT_EQ(PAGES, ksm_get_self_merging_pages());
	EXPECT_EQ(TAKEN, take_pages(self->fd, self->taken, TAKEN, self->how, results));
	check_kind(_metadata, self, TEST_EXCLUSIVE_DEVICE_EXCLUSIVE);
	for (i = 0; i < PAGES; i++)
		EXPECT_TRUE(page_holds(page_at(self->va, i), 0, is_taken(i) ? 2 * ADD : ADD))
			TH_LOG("page %d", i);
	ASSERT_EQ(0, ksm_stop());
}

TEST_HARNESS_MAIN
