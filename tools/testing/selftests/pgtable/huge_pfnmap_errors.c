// SPDX-License-Identifier: GPL-2.0
/*
 * Mistakes of a driver with PFN mappings, which /dev/test_pfnmap makes: each is refused, and
 * reported once.
 *
 * A C kernel ends in a BUG instead (D8), so these are for kernels with CONFIG_RUST_PFNMAP. They
 * cause four warnings, and need a kernel that has just booted and does not panic on a warning.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "lib/access.h"
#include "lib/harness.h"
#include "lib/need.h"
#include "lib/source.h"
#include "lib/warn.h"

#define IMPOSSIBLE	(1ULL << 50)	/* pages: no frame number is as large */
#define PAGES		3		/* that are touched where a block does not come */

FIXTURE(errors)
{
	struct test_pfnmap_info info;
	int fd;
};

#define errors_t	FIXTURE_DATA(errors)

/* Maps the fake BAR at an address for blocks of any level, to be served as @how says. */
static char *map(errors_t *self, const struct test_pfnmap_serve *how, int flags, __u64 offset,
		 __u64 size)
{
	char *va = pfnmap_pick(PFNMAP_PUD, self->info.phys, PFNMAP_1G);

	if (pfnmap_ioctl(self->fd, TEST_PFNMAP_SERVE, (void *)how))
		return MAP_FAILED;
	return mmap(va + offset, size, RW, flags | MAP_FIXED, self->fd, offset);
}

/* Writes its number to each page, and says which language served the lookup of one. */
static bool number_pages(errors_t *self)
{
	const struct test_pfnmap_serve how = {};
	char *va = map(self, &how, MAP_SHARED, 0, PMD_SIZE);
	struct test_pfnmap_follow f = {};
	__u64 at;

	for (at = 0; at < PMD_SIZE; at += PAGE_SIZE)
		bar_write(va + at, at / PAGE_SIZE);
	pfnmap_follow(self->fd, va, 1, &f);
	munmap(va, PMD_SIZE);
	return f.rust;
}

FIXTURE_SETUP(errors)
{
	self->fd = pfnmap_follow_open();
	NEED(lacks_test_device(self->fd));
	if (pfnmap_ioctl(self->fd, TEST_PFNMAP_INFO, &self->info) || !self->info.size)
		SKIP(return, "%s", device_kind.none);
	if (panics_on_warning())
		SKIP(return, "this kernel would panic on a warning");
	ASSERT_LE(PFNMAP_1G, self->info.size);
	if (!number_pages(self))
		SKIP(return, "a C kernel would end in a BUG (D8)");
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_EQ(0, catch_refusals());
	warnings();
}

FIXTURE_TEARDOWN(errors)
{
	close(self->fd);
}

/* A way to serve a mapping, which is of @size bytes from @offset of the fake BAR on. */
struct mistake {
	struct test_pfnmap_serve how;
	int flags;
	__u64 offset;
	__u64 size;
	/* Touches the mapping and says what must come of it. */
	void (*touch)(struct __test_metadata *_metadata, errors_t *self,
		      const struct mistake *mistake, char *va);
};

static void touch_refused(struct __test_metadata *_metadata, errors_t *self,
			  const struct mistake *mistake, char *va)
{
	struct test_pfnmap_follow f;

	EXPECT_EQ(SIGBUS, try_read(va));
	EXPECT_EQ(SIGBUS, try_write(va + mistake->size - 8, 0));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, va, 1, &f));
}

/* A block that cannot be mapped comes page by page. */
static void touch_pages(struct __test_metadata *_metadata, errors_t *self,
			const struct mistake *mistake, char *va)
{
	const __u64 first = mistake->offset / PAGE_SIZE + mistake->how.skew;
	struct test_pfnmap_follow f;
	long before = pfnmap_faults();
	int i;

	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(first + i, bar_read(va + i * PAGE_SIZE));
	EXPECT_EQ(PAGES, pfnmap_faults() - before);
	for (i = 0; i < PAGES; i++) {
		ASSERT_EQ(0, pfnmap_follow(self->fd, va + i * PAGE_SIZE, 1, &f));
		EXPECT_EQ(-PAGE_SIZE, f.addr_mask);
		EXPECT_EQ(self->info.phys / PAGE_SIZE + first + i, f.pfn);
	}
}

/* Returns how many warnings it gave. */
static int make(struct __test_metadata *_metadata, errors_t *self, const struct mistake *mistake)
{
	char *va = map(self, &mistake->how, mistake->flags, mistake->offset, mistake->size);

	ASSERT_NE(MAP_FAILED, va);
	mistake->touch(_metadata, self, mistake, va);
	munmap(va, mistake->size);
	return warnings();
}

/* The first mistake of a kind gives @first warnings, and later ones none, at whatever level. */
static void make_at_each_level(struct __test_metadata *_metadata, errors_t *self,
			       struct mistake mistake, enum pfnmap_level lowest, int first)
{
	enum pfnmap_level level;
	int i;

	for (level = lowest; level <= PFNMAP_PUD; level++) {
		mistake.how.level = level;
		for (i = 0; i < 2; i++, first = 0)
			EXPECT_EQ(first, make(_metadata, self, &mistake))
				TH_LOG("at level %d", level);
	}
}

/*
 * The two wrong kinds of vma are one mistake, and so is a page of memory in a vma that counts the
 * references to such: the one before the fake BAR. A private vma is refused when it is made.
 */
TEST_F(errors, wrong_vma)
{
	struct mistake mistake = {
		.flags = MAP_SHARED, .size = PFNMAP_1G, .touch = touch_refused,
	};

	mistake.how.vma = TEST_PFNMAP_VMA_NEITHER;
	make_at_each_level(_metadata, self, mistake, PFNMAP_PTE, 1);
	mistake.how.vma = TEST_PFNMAP_VMA_BOTH;
	make_at_each_level(_metadata, self, mistake, PFNMAP_PTE, 0);
	mistake = (struct mistake) {
		.how = { .vma = TEST_PFNMAP_VMA_MIXEDMAP, .skew = -1 },
		.flags = MAP_SHARED, .size = PAGE_SIZE, .touch = touch_refused,
	};
	EXPECT_EQ(0, make(_metadata, self, &mistake));
	mistake.how.vma = TEST_PFNMAP_VMA_PFNMAP;
	EXPECT_EQ(MAP_FAILED, map(self, &mistake.how, MAP_PRIVATE, 0, PFNMAP_1G));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, warnings());
}

TEST_F(errors, impossible_frame)
{
	const struct mistake mistake = {
		.how.skew = IMPOSSIBLE,
		.flags = MAP_SHARED, .size = PFNMAP_1G, .touch = touch_refused,
	};

	make_at_each_level(_metadata, self, mistake, PFNMAP_PTE, 1);
}

/* Not aligned as the block is. */
TEST_F(errors, misaligned_frame)
{
	const struct mistake mistake = {
		.how.skew = 1,
		.flags = MAP_SHARED, .size = PFNMAP_1G, .touch = touch_pages,
	};

	make_at_each_level(_metadata, self, mistake, PFNMAP_PMD, 1);
}

/* A block that starts in the vma and ends after it, and one that starts before it. */
TEST_F(errors, block_outside_the_vma)
{
	struct mistake mistake = {
		.how.blind = 1,
		.flags = MAP_SHARED, .size = PAGES * PAGE_SIZE, .touch = touch_pages,
	};

	make_at_each_level(_metadata, self, mistake, PFNMAP_PMD, 1);
	mistake.offset = PMD_SIZE - mistake.size;
	make_at_each_level(_metadata, self, mistake, PFNMAP_PMD, 0);
}

TEST_HARNESS_MAIN
