// SPDX-License-Identifier: GPL-2.0
/*
 * Calls make_device_exclusive() and make_device_exclusive_range() without the mmap lock, and
 * expects one warning for each call. C warns more than once: needs CONFIG_RUST_DEVICE_EXCLUSIVE.
 * Needs a kernel without panic_on_warn.
 */
#define _GNU_SOURCE
#include "lib/harness.h"
#include "lib/range.h"
#include "lib/warn.h"

FIXTURE_RANGE

/* The page is present: taking it does not need gup, which would warn, too. */
TEST_F(range, mmap_lock_not_held)
{
	if (!is_rust(self->range.fd))
		SKIP(return, "a C kernel would warn more than once");
	if (panics_on_warning())
		SKIP(return, "this kernel would panic on a warning");
	range_use_filled(&self->range, 0, 1);
	warnings();
	EXPECT_EQ(0, take_page(self->range.fd, self->range.va,
			       self->range.how | TEST_EXCLUSIVE_UNLOCKED));
	EXPECT_EQ(1, warnings());
	self->range.counter[0] += ADD;
	range_check_entries(&self->range);
	range_check_counters(&self->range);
	range_check_released(&self->range);
	/* With the lock held there is no warning. */
	range_check(&self->range);
	EXPECT_EQ(0, warnings());
}

TEST_HARNESS_MAIN
