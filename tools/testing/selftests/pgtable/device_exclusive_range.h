/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of the tests of ranges: pages of any kind next to each other, what is to become of
 * each when the device asks for all, and what its counter must say then.
 */
#ifndef _DEVICE_EXCLUSIVE_RANGE_H
#define _DEVICE_EXCLUSIVE_RANGE_H

#include "device_exclusive_memory.h"

#define MOST	TEST_EXCLUSIVE_MAX_PAGES

FIXTURE(range)
{
	int fd;
	__u32 how;
	char *va;
	int pages;
	__s32 want[MOST];	/* what becomes of each page */
	__s32 results[MOST];
	__u64 counter[MOST];
};

#define range_t	FIXTURE_DATA(range)

FIXTURE_VARIANT(range)
{
	__u32 how;
};

/* One by one or all at once: a page gets the same. */
FIXTURE_VARIANT_ADD(range, single) { .how = TEST_EXCLUSIVE_SINGLE };
FIXTURE_VARIANT_ADD(range, range) { .how = TEST_EXCLUSIVE_RANGE };

/* Pages that are there and filled. */
static inline void fill(range_t *self, int from, int to)
{
	int i;

	for (i = from; i < to; i++) {
		fill_page(page_at(self->va, i), i);
		self->counter[i] = word(i) / 3;
	}
}

/* Small pages, the first of which is the @skip one that a table of PTEs maps; none is there. */
static inline void use_pages(struct __test_metadata *_metadata, range_t *self, int skip, int pages)
{
	char *va = exclusive_map((skip + pages) * PFNMAP_4K);

	ASSERT_NE(MAP_FAILED, va);
	self->va = page_at(va, skip);
	self->pages = pages;
	if (skip)
		ASSERT_EQ(0, munmap(va, skip * PFNMAP_4K));
}

static inline void use_filled(struct __test_metadata *_metadata, range_t *self, int skip, int pages)
{
	use_pages(_metadata, self, skip, pages);
	fill(self, 0, pages);
}

/* What the entries say: the device has what it was to get, and nothing else. */
static inline void check_entries(struct __test_metadata *_metadata, range_t *self)
{
	struct test_exclusive_look look;
	int i;

	for (i = 0; i < self->pages; i++) {
		look = look_at(self->fd, page_at(self->va, i));
		EXPECT_EQ(!self->want[i], look.kind == TEST_EXCLUSIVE_DEVICE_EXCLUSIVE)
			TH_LOG("page %d is of kind %d", i, (int)look.kind);
		EXPECT_FALSE(look.flags & TEST_EXCLUSIVE_FOLIO_LOCKED)
			TH_LOG("page %d", i);
	}
}

/* Asks for all pages and gets what was to be got. */
static inline void take(struct __test_metadata *_metadata, range_t *self)
{
	int i, made = 0;

	memset(self->results, 0x55, sizeof(self->results));
	for (i = 0; i < self->pages; i++)
		made += !self->want[i];
	EXPECT_EQ(made, take_pages(self->fd, self->va, self->pages, self->how, self->results));
	for (i = 0; i < self->pages; i++) {
		EXPECT_EQ(self->want[i], self->results[i])
			TH_LOG("page %d", i);
		self->counter[i] += self->results[i] ? 0 : ADD;
	}
	/* Behind the last there is nothing to be told. */
	if (self->pages < MOST)
		EXPECT_EQ(0x55555555, self->results[self->pages]);
	check_entries(_metadata, self);
}

/* What pages hold that can be read; the CPU has them then. */
static inline void check_counters(struct __test_metadata *_metadata, range_t *self)
{
	char *page;
	int i;

	for (i = 0; i < self->pages; i++) {
		page = page_at(self->va, i);
		if (try_read(page)) {
			EXPECT_EQ(-EFAULT, self->want[i])
				TH_LOG("page %d", i);
			continue;
		}
		EXPECT_EQ(self->counter[i], bar_read(page + COUNTER))
			TH_LOG("page %d", i);
	}
}

/* Each page that the device had is in nobody else's hands. */
static inline void check_released(struct __test_metadata *_metadata, range_t *self)
{
	struct test_exclusive_look look;
	int i;

	drain();
	for (i = 0; i < self->pages; i++) {
		look = look_at(self->fd, page_at(self->va, i));
		if (self->want[i])
			continue;
		EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look.kind)
			TH_LOG("page %d", i);
		EXPECT_EQ(look.pages, look.refcount)
			TH_LOG("page %d", i);
		EXPECT_EQ(look.pages, look.mapcount)
			TH_LOG("page %d", i);
	}
}

/* Takes all, twice, with and without the CPU between. */
static inline void check_range(struct __test_metadata *_metadata, range_t *self)
{
	take(_metadata, self);
	check_counters(_metadata, self);
	check_released(_metadata, self);
	take(_metadata, self);
	take(_metadata, self);
	check_counters(_metadata, self);
	check_released(_metadata, self);
}

FIXTURE_SETUP(range)
{
	self->fd = exclusive_open();
	if (!need_device(_metadata, self->fd))
		return;
	ASSERT_EQ(0, catch_refusals());
	self->how = variant->how;
}

FIXTURE_TEARDOWN(range)
{
	close(self->fd);
}

#endif /* _DEVICE_EXCLUSIVE_RANGE_H */
