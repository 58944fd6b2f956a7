// SPDX-License-Identifier: GPL-2.0
/*
 * pfnmap_entropy [PROGRAMS]: how random the addresses are that the kernel chooses for parts of the
 * test device's BAR, each in a fresh program: which bits vary, and how many addresses there are.
 * With vm.pfnmap_align on and off.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define KNOB	"/proc/sys/vm/pfnmap_align"
#define SIZES	3

static const unsigned long sizes[SIZES] = { 1UL << 12, 1UL << 21, 1UL << 30 };
static const char * const names[SIZES] = { "4 KiB", "2 MiB", "1 GiB" };

/* The fresh program: one mapping of each size, one after the other, written to standard output. */
static int tell(void)
{
	int fd = open("/dev/test_pfnmap", O_RDWR), i;
	void *at[SIZES];

	for (i = 0; i < SIZES; i++) {
		at[i] = mmap(NULL, sizes[i], PROT_READ, MAP_SHARED, fd, 0);
		if (at[i] == MAP_FAILED)
			err(1, "mmap");
		munmap(at[i], sizes[i]);
	}
	return write(1, at, sizeof(at)) != sizeof(at);
}

static void ask(unsigned long at[SIZES])
{
	int ends[2], status;
	pid_t pid;

	if (pipe(ends))
		err(1, "pipe");
	pid = fork();
	if (!pid) {
		dup2(ends[1], 1);
		execl("/proc/self/exe", "pfnmap_entropy", "-", NULL);
		_exit(1);
	}
	if (waitpid(pid, &status, 0) != pid || status ||
	    read(ends[0], at, SIZES * sizeof(*at)) != SIZES * sizeof(*at))
		errx(1, "a fresh program failed");
	close(ends[0]);
	close(ends[1]);
}

static int by_address(const void *a, const void *b)
{
	const unsigned long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Prints what is known of one size. */
static void report(const char *on, const char *name, unsigned long *at, int count)
{
	unsigned long vary = 0;
	int i, different = 1;

	for (i = 1; i < count; i++)
		vary |= at[i] ^ at[0];
	qsort(at, count, sizeof(*at), by_address);
	for (i = 1; i < count; i++)
		different += at[i] != at[i - 1];
	printf("align %s, %s: %2d bits vary (%#014lx), %5d of %d addresses differ, %#lx to %#lx\n",
	       on, name, __builtin_popcountl(vary), vary, different, count, at[0], at[count - 1]);
}

static void measure(const char *on, int count)
{
	unsigned long *at = malloc(SIZES * count * sizeof(*at)), one[SIZES];
	int fd = open(KNOB, O_WRONLY), i, size;

	if (!at || fd < 0 || write(fd, on, 1) != 1)
		err(1, KNOB);
	close(fd);
	for (i = 0; i < count; i++) {
		ask(one);
		for (size = 0; size < SIZES; size++)
			at[size * count + i] = one[size];
	}
	for (size = 0; size < SIZES; size++)
		report(on, names[size], at + size * count, count);
	free(at);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 10000;

	if (argc > 1 && *argv[1] == '-')
		return tell();
	if (count < 1)
		errx(1, "give a number of programs");
	measure("0", count);
	measure("1", count);
	return 0;
}
