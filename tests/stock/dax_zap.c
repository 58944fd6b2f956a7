// SPDX-License-Identifier: GPL-2.0
/*
 * MADV_DONTNEED of 2 MiB of device DAX, while another thread reads there, for 15 seconds.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "dax.h"

static atomic_long faults;	/* of the reader */

static void *read_on(void *va)
{
	unsigned int i;

	for (i = 0; ; i++) {
		bar_read(va);
		if (i % 4096 == 0)
			atomic_store(&faults, pfnmap_faults());
	}
	return NULL;
}

int main(void)
{
	char *va = dax_map();
	time_t end = time(NULL) + 15;
	pthread_t thread;

	CHECK_EQ(0, pthread_create(&thread, NULL, read_on, va), "pthread_create()");
	while (time(NULL) < end)
		CHECK_EQ(0, madvise(va, PMD_SIZE, MADV_DONTNEED), "errno %d", errno);
	CHECK(atomic_load(&faults) > 100, "the reader hardly met a zap");
	return 0;
}
