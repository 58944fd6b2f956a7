/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of the tests of events: some pages of which the device takes those in the middle,
 * and what must be true of all of them when the event is over.
 */
#ifndef _DEVICE_EXCLUSIVE_PAGES_H
#define _DEVICE_EXCLUSIVE_PAGES_H

#include "device_exclusive_memory.h"

#define PAGES	8
#define FIRST	2	/* that the device takes */
#define TAKEN	4	/* how many of them */
#define SIZE	(PAGES * PFNMAP_4K)

FIXTURE(exclusive)
{
	int fd;
	__u32 how;
	char *va;
	char *taken;		/* the first page that the device takes */
	__u64 added[PAGES];	/* to the counter of each page */
	struct test_exclusive_look before[PAGES];	/* anything was taken */
};

#define exclusive_t	FIXTURE_DATA(exclusive)

FIXTURE_VARIANT(exclusive)
{
	__u32 how;
};

/* By which of them an entry was made must make no difference to those who come later. */
FIXTURE_VARIANT_ADD(exclusive, single) { .how = TEST_EXCLUSIVE_SINGLE };
FIXTURE_VARIANT_ADD(exclusive, range) { .how = TEST_EXCLUSIVE_RANGE };

static inline bool is_taken(int page)
{
	return page >= FIRST && page < FIRST + TAKEN;
}

/* Entries */

/* Neither lock nor reference is left behind. */
static inline void check_released(struct __test_metadata *_metadata, exclusive_t *self,
				  const struct test_exclusive_look *look, int page)
{
	const struct test_exclusive_look *before = &self->before[page];

	EXPECT_FALSE(look->flags & TEST_EXCLUSIVE_FOLIO_LOCKED)
		TH_LOG("page %d", page);
	EXPECT_EQ(before->refcount, look->refcount)
		TH_LOG("page %d", page);
	EXPECT_EQ(before->mapcount, look->mapcount)
		TH_LOG("page %d", page);
	EXPECT_EQ(before->pages, look->pages)
		TH_LOG("page %d", page);
}

/* What was taken and is mapped at @va now is the device's, and in the frames it was in. */
static inline void check_exclusive(struct __test_metadata *_metadata, exclusive_t *self, char *va)
{
	struct test_exclusive_look look;
	int i;

	drain();
	for (i = FIRST; i < FIRST + TAKEN; i++) {
		look = look_at(self->fd, page_at(va, i));
		EXPECT_EQ(TEST_EXCLUSIVE_DEVICE_EXCLUSIVE, look.kind)
			TH_LOG("page %d", i);
		EXPECT_EQ(self->before[i].pfn, look.pfn)
			TH_LOG("page %d", i);
		EXPECT_TRUE(look.flags & TEST_EXCLUSIVE_ANON_EXCLUSIVE)
			TH_LOG("page %d", i);
		check_released(_metadata, self, &look, i);
	}
}

/* Whoever reclaims a page that is neither dirty nor mapped dirty may drop what it holds. */
static inline void check_present(struct __test_metadata *_metadata, exclusive_t *self, char *va,
				 int page, bool writable)
{
	struct test_exclusive_look look = look_at(self->fd, page_at(va, page));

	EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look.kind)
		TH_LOG("page %d", page);
	EXPECT_EQ(writable, !!(look.flags & TEST_EXCLUSIVE_WRITABLE))
		TH_LOG("page %d", page);
	EXPECT_TRUE(look.flags & (TEST_EXCLUSIVE_DIRTY | TEST_EXCLUSIVE_FOLIO_DIRTY))
		TH_LOG("page %d", page);
	check_released(_metadata, self, &look, page);
}

static inline void check_kind(struct __test_metadata *_metadata, exclusive_t *self, __u32 kind)
{
	EXPECT_EQ(TAKEN, count_kind(self->fd, self->taken, TAKEN, kind))
		TH_LOG("the first is of kind %d", (int)look_at(self->fd, self->taken).kind);
}

/* Takes what is to be taken. */
static inline void take(struct __test_metadata *_metadata, exclusive_t *self)
{
	__s32 results[TAKEN] = { 1, 1, 1, 1 };
	int i;

	ASSERT_EQ(TAKEN, take_pages(self->fd, self->taken, TAKEN, self->how, results));
	for (i = 0; i < TAKEN; i++) {
		EXPECT_EQ(0, results[i]);
		self->added[FIRST + i] += ADD;
	}
	check_exclusive(_metadata, self, self->va);
}

/* Data */

static inline bool holds(exclusive_t *self, const char *va, int page)
{
	return page_holds(page_at(va, page), page, self->added[page]);
}

/* Gives all pages back to the CPU, by a read. */
static inline void check_data(struct __test_metadata *_metadata, exclusive_t *self, char *va)
{
	int i;

	for (i = 0; i < PAGES; i++)
		EXPECT_TRUE(holds(self, va, i))
			TH_LOG("page %d", i);
}

/* After that they are as they were before, and may be written if @prot says so. */
static inline void check_back(struct __test_metadata *_metadata, exclusive_t *self, char *va,
			      int prot)
{
	const bool writable = prot & PROT_WRITE;
	int i;

	check_data(_metadata, self, va);
	drain();
	for (i = 0; i < PAGES; i++)
		check_present(_metadata, self, va, i, writable);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(writable ? 0 : SIGSEGV, try_write(page_at(va, i), word(i)));
	check_data(_metadata, self, va);
}

/* Where it may take a write until a page is mapped writable again. */
static inline void check_back_written(struct __test_metadata *_metadata, exclusive_t *self,
				      char *va)
{
	int i;

	check_data(_metadata, self, va);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(0, try_write(page_at(va, i), word(i)));
	check_back(_metadata, self, va, RW);
}

/* What was not taken, where the rest may be gone. */
static inline void check_others(struct __test_metadata *_metadata, exclusive_t *self)
{
	int i;

	drain();
	for (i = 0; i < PAGES; i++) {
		if (is_taken(i))
			continue;
		EXPECT_TRUE(holds(self, self->va, i));
		check_present(_metadata, self, self->va, i, true);
	}
}

/* Memory to be taken, which @self has from now on. */
static inline void use_memory(struct __test_metadata *_metadata, exclusive_t *self, void *va)
{
	int i;

	ASSERT_NE(MAP_FAILED, va);
	self->va = va;
	self->taken = page_at(va, FIRST);
	fill_pages(self->va, PAGES);
	drain();
	for (i = 0; i < PAGES; i++) {
		self->before[i] = look_at(self->fd, page_at(va, i));
		ASSERT_EQ(TEST_EXCLUSIVE_PRESENT, self->before[i].kind);
	}
}

FIXTURE_SETUP(exclusive)
{
	self->fd = exclusive_open();
	if (!need_device(_metadata, self->fd))
		return;
	ASSERT_EQ(0, catch_refusals());
	self->how = variant->how;
	use_memory(_metadata, self, exclusive_map(SIZE));
}

FIXTURE_TEARDOWN(exclusive)
{
	close(self->fd);
}

#endif /* _DEVICE_EXCLUSIVE_PAGES_H */
