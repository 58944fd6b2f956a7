// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/test_device_exclusive: a device that takes pages of its caller.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "exclusive.h"
#include "level.h"
#include "memory.h"
#include "race.h"

int exclusive_open(void)
{
	int fd = open("/dev/test_device_exclusive", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int exclusive_make(int fd, struct test_exclusive_make *make)
{
	return pfnmap_ioctl(fd, TEST_EXCLUSIVE_MAKE, make);
}

int exclusive_look(int fd, const void *va, struct test_exclusive_look *out)
{
	memset(out, 0, sizeof(*out));
	out->addr = (uintptr_t)va;
	return pfnmap_ioctl(fd, TEST_EXCLUSIVE_LOOK, out);
}

int exclusive_collect(int fd, const void *va, __u64 count, struct test_exclusive_collect *out)
{
	memset(out, 0, sizeof(*out));
	out->addr = (uintptr_t)va;
	out->count = count;
	return pfnmap_ioctl(fd, TEST_EXCLUSIVE_COLLECT, out);
}

/* Taking */

int take_pages(int fd, const void *va, __u32 count, __u32 how, __s32 *results)
{
	struct test_exclusive_make make = {
		.addr = (uintptr_t)va,
		.count = count,
		.how = how,
		.results = (uintptr_t)results,
		.add = ADD,
		.offset = COUNTER,
	};

	return exclusive_make(fd, &make) ?: (int)make.made;
}

int take_page(int fd, const void *va, __u32 how)
{
	__s32 status = -EIO;
	int made = take_pages(fd, va, 1, how, &status);

	return made < 0 ? made : made == !status ? status : -EIO;
}

/* Looking */

struct test_exclusive_look look_at(int fd, const void *va)
{
	struct test_exclusive_look look;

	if (exclusive_look(fd, va, &look))
		look.kind = -1;
	return look;
}

bool is_exclusive(int fd, const void *va)
{
	return look_at(fd, va).kind == TEST_EXCLUSIVE_DEVICE_EXCLUSIVE;
}

bool is_locked(int fd, const void *va)
{
	return look_at(fd, va).flags & TEST_EXCLUSIVE_FOLIO_LOCKED;
}

int count_kind(int fd, const char *va, int pages, __u32 kind)
{
	int i, count = 0;

	for (i = 0; i < pages; i++)
		count += look_at(fd, page_at(va, i)).kind == kind;
	return count;
}

bool is_rust(int fd)
{
	return look_at(fd, &fd).rust;
}

/* Holding */

static void *hold_run(void *arg)
{
	struct hold *hold = arg;

	hold->ret = exclusive_make(hold->fd, &hold->make);
	return NULL;
}

/* The device holds at least so long; its sleep ends early where jiffies lag. */
#define HOLD_NS		(hold_us * 1000ULL / 2)

__u32 hold_us = HOLD_US;

/* It may take a while until @page is held if others are held first. */
static bool hold_seen(struct hold *hold, const char *page)
{
	struct test_exclusive_look look;
	__u64 now;
	int i;

	for (i = 0; i < 20 * (int)hold_us / 100; i++) {
		now = race_now();
		look = look_at(hold->fd, page);
		if (look.kind == TEST_EXCLUSIVE_DEVICE_EXCLUSIVE &&
		    look.flags & TEST_EXCLUSIVE_FOLIO_LOCKED)
			return true;
		/* The hold begins after this look. */
		hold->until = now + HOLD_NS;
		usleep(100);
	}
	return false;
}

bool hold_start(struct hold *hold, int fd, const char *va, __u32 count, __u32 how)
{
	*hold = (struct hold) {
		.fd = fd,
		.make = {
			.addr = (uintptr_t)va,
			.count = count,
			.how = how,
			.add = ADD,
			.offset = COUNTER,
			.hold_us = hold_us,
		},
		.until = race_now() + HOLD_NS,
	};
	return !pthread_create(&hold->thread, NULL, hold_run, hold) &&
	       hold_seen(hold, page_at(va, count - 1));
}

int hold_end(struct hold *hold)
{
	pthread_join(hold->thread, NULL);
	return hold->ret ?: (int)hold->make.made;
}
