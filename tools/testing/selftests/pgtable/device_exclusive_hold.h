/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread in which the device keeps what it has taken for a while: who wants such a page waits.
 */
#ifndef _DEVICE_EXCLUSIVE_HOLD_H
#define _DEVICE_EXCLUSIVE_HOLD_H

#include <pthread.h>
#include <unistd.h>

#include "device_exclusive_memory.h"

#define HOLD_US		500000

struct hold {
	int fd;
	struct test_exclusive_make make;
	int ret;
	pthread_t thread;
};

static inline void *hold_run(void *arg)
{
	struct hold *hold = arg;

	hold->ret = exclusive_make(hold->fd, &hold->make);
	return NULL;
}

/* Waits until @page is held, which may take a while if others are held first. */
static inline bool hold_seen(int fd, const char *page)
{
	const __u32 locked = TEST_EXCLUSIVE_FOLIO_LOCKED;
	struct test_exclusive_look look;
	int i;

	for (i = 0; i < 20 * HOLD_US / 100; i++) {
		look = look_at(fd, page);
		if (look.kind == TEST_EXCLUSIVE_DEVICE_EXCLUSIVE && look.flags & locked)
			return true;
		usleep(100);
	}
	return false;
}

/* Returns when the last page is held. */
static inline bool hold_start(struct hold *hold, int fd, const char *va, __u32 count, __u32 how)
{
	*hold = (struct hold) {
		.fd = fd,
		.make = {
			.addr = (uintptr_t)va,
			.count = count,
			.how = how,
			.add = ADD,
			.offset = COUNTER,
			.hold_us = HOLD_US,
		},
	};
	return !pthread_create(&hold->thread, NULL, hold_run, hold) &&
	       hold_seen(fd, page_at(va, count - 1));
}

/* How many pages were taken, or -errno. */
static inline int hold_end(struct hold *hold)
{
	pthread_join(hold->thread, NULL);
	return hold->ret ?: (int)hold->make.made;
}

#endif /* _DEVICE_EXCLUSIVE_HOLD_H */
