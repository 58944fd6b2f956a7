/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of the tests of large folios: one that a PMD maps until the device takes pages of it.
 */
#ifndef _DEVICE_EXCLUSIVE_THP_H
#define _DEVICE_EXCLUSIVE_THP_H

#include "device_exclusive_memory.h"

#define PAGES		512
#define FIRST		100	/* of the part that the device takes */
#define PART		16	/* how many pages it has */

FIXTURE(thp)
{
	int fd;
	__u32 how;
	char *va;
	char *part;
	int first, taken;	/* what was taken, in pages */
};

#define thp_t	FIXTURE_DATA(thp)

FIXTURE_VARIANT(thp)
{
	__u32 how;
};

FIXTURE_VARIANT_ADD(thp, single) { .how = TEST_EXCLUSIVE_SINGLE };
FIXTURE_VARIANT_ADD(thp, range) { .how = TEST_EXCLUSIVE_RANGE };

/* Pages that do not hold what they should; all come back to the CPU. */
static inline int wrong_data(thp_t *self, const char *va)
{
	int i, wrong = 0;
	bool taken;

	for (i = 0; i < PAGES; i++) {
		taken = i >= self->first && i < self->first + self->taken;
		wrong += !page_holds(page_at(va, i), i, taken ? ADD : 0);
	}
	return wrong;
}

/* It is one folio, of which @mapped pages are mapped once and by nobody else. */
static inline void check_folio(struct __test_metadata *_metadata, thp_t *self, const char *va,
			       int mapped)
{
	struct test_exclusive_look look;

	drain();
	look = look_at(self->fd, va);
	EXPECT_EQ(PAGES, look.pages);
	EXPECT_EQ(mapped, look.mapcount);
	EXPECT_EQ(mapped, look.refcount);
	EXPECT_FALSE(look.flags & TEST_EXCLUSIVE_FOLIO_LOCKED);
}

/* Takes pages, and neither more nor less of the folio, which stays whole. */
static inline void take(struct __test_metadata *_metadata, thp_t *self, int first, int count)
{
	__s32 results[PAGES];
	int i;

	self->first = first;
	self->taken = count;
	ASSERT_EQ(count, take_pages(self->fd, page_at(self->va, first), count, self->how,
				    results));
	for (i = 0; i < count; i++)
		EXPECT_EQ(0, results[i]);
	EXPECT_EQ(count, count_kind(self->fd, page_at(self->va, first), count,
				    TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	EXPECT_EQ(PAGES - count, count_kind(self->fd, self->va, PAGES, TEST_EXCLUSIVE_PRESENT));
	check_folio(_metadata, self, self->va, PAGES);
}

static inline void take_part(struct __test_metadata *_metadata, thp_t *self)
{
	take(_metadata, self, FIRST, PART);
}

static inline void take_all(struct __test_metadata *_metadata, thp_t *self)
{
	take(_metadata, self, 0, PAGES);
}

/* All pages, each in its own folio or not, can be read, written and taken again. */
static inline void check_usable(struct __test_metadata *_metadata, thp_t *self, char *va)
{
	__s32 results[PAGES];
	int i;

	EXPECT_EQ(0, wrong_data(self, va));
	for (i = 0; i < PAGES; i++) {
		EXPECT_EQ(0, try_write(page_at(va, i), word(i)));
		EXPECT_FALSE(is_locked(self->fd, page_at(va, i)));
	}
	EXPECT_EQ(0, wrong_data(self, va));
	EXPECT_EQ(PAGES, take_pages(self->fd, va, PAGES, self->how, results));
}

/* Memory of one folio; there may be none just now. */
static inline void use_folio(struct __test_metadata *_metadata, thp_t *self)
{
	int i;

	for (i = 0; i < 10; i++) {
		self->va = exclusive_map_any(PFNMAP_2M);
		ASSERT_NE(MAP_FAILED, self->va);
		ASSERT_EQ(0, madvise(self->va, PFNMAP_2M, MADV_HUGEPAGE));
		fill_pages(self->va, PAGES);
		if (look_at(self->fd, self->va).kind == TEST_EXCLUSIVE_HUGE)
			break;
	}
	ASSERT_EQ(TEST_EXCLUSIVE_HUGE, look_at(self->fd, self->va).kind);
	/* Or khugepaged takes pages back from the device, to map by a PMD again. */
	ASSERT_EQ(0, madvise(self->va, PFNMAP_2M, MADV_NOHUGEPAGE));
	self->part = page_at(self->va, FIRST);
}

FIXTURE_SETUP(thp)
{
	self->fd = exclusive_open();
	if (!need_device(_metadata, self->fd) || !need_large_folios(_metadata))
		return;
	ASSERT_EQ(0, catch_refusals());
	self->how = variant->how;
	use_folio(_metadata, self);
}

FIXTURE_TEARDOWN(thp)
{
	close(self->fd);
}

#endif /* _DEVICE_EXCLUSIVE_THP_H */
