// SPDX-License-Identifier: GPL-2.0
/*
 * Calls make_device_exclusive() and make_device_exclusive_range() without the mmap lock. Expects one
 * WARN a call; C warns more than once, so needs CONFIG_RUST_DEVICE_EXCLUSIVE, and a kernel without
 * panic_on_warn.
 */
#define _GNU_SOURCE
#include "device_exclusive_range.h"
#include "pfnmap_warn.h"

/* A page that is there, so that gup, which would warn as well, is not needed. */
TEST_F(range, mmap_lock_not_held)
{
	if (!look_at(self->fd, self).rust)
		SKIP(return, "a C kernel would warn more than once");
	if (panics_on_warning())
		SKIP(return, "this kernel would panic on a warning");
	use_filled(_metadata, self, 0, 1);
	warnings();
	EXPECT_EQ(0, take_page(self->fd, self->va, self->how | TEST_EXCLUSIVE_UNLOCKED));
	EXPECT_EQ(1, warnings());
	self->counter[0] += ADD;
	check_entries(_metadata, self);
	check_counters(_metadata, self);
	check_released(_metadata, self);
	/* With the lock held there is no warning. */
	check_range(_metadata, self);
	EXPECT_EQ(0, warnings());
}

TEST_HARNESS_MAIN
