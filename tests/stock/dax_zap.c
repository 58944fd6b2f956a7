// SPDX-License-Identifier: GPL-2.0
/*
 * MADV_DONTNEED of 2 MiB of device DAX, while another thread reads there, for 15 seconds.
 */
#include <pthread.h>
#include <time.h>

#include "dax.h"

static void *read_on(void *va)
{
	for (;;)
		bar_read(va);
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
	return 0;
}
