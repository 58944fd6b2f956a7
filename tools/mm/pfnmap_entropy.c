// SPDX-License-Identifier: GPL-2.0
/*
 * pfnmap_entropy [PROGRAMS]: how random the addresses are that the kernel chooses for parts of the
 * test device's BAR, and for memory that is mapped after one, each in a fresh program: which bits
 * vary, and how many addresses there are. With vm.pfnmap_align on and off.
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
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define KIB(n)	((unsigned long)(n) << 10)
#define GIB	KIB(1 << 20)

/* What a program maps, one after the other. */
static const struct {
	const char *name;
	unsigned long size;
	int of_bar;
	int stays;
} maps[] = {
	{ "4 KiB of the BAR", KIB(4), 1, 0 },
	{ "2 MiB of the BAR", KIB(2048), 1, 0 },
	{ "1 GiB of the BAR", GIB, 1, 1 },
	{ "4 KiB of memory after that", KIB(4), 0, 1 },
	{ "1 GiB + 4 KiB of memory after that", GIB + KIB(4), 0, 1 },
};

#define MAPS	((int)ARRAY_SIZE(maps))

/* The fresh program, which writes the addresses to standard output. */
static int tell(void)
{
	int fd = open("/dev/test_pfnmap", O_RDWR), i;
	void *at[MAPS];

	for (i = 0; i < MAPS; i++) {
		at[i] = maps[i].of_bar ?
			mmap(NULL, maps[i].size, PROT_READ, MAP_SHARED, fd, 0) :
			mmap(NULL, maps[i].size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (at[i] == MAP_FAILED)
			err(1, "mmap");
		if (!maps[i].stays)
			munmap(at[i], maps[i].size);
	}
	return write(1, at, sizeof(at)) != sizeof(at);
}

static void ask(unsigned long at[MAPS])
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
	    read(ends[0], at, MAPS * sizeof(*at)) != MAPS * sizeof(*at))
		errx(1, "a fresh program failed");
	close(ends[0]);
	close(ends[1]);
}

static int by_address(const void *a, const void *b)
{
	const unsigned long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Prints what is known of one mapping. */
static void report(const char *on, const char *name, unsigned long *at, int count)
{
	unsigned long vary = 0;
	int i, different = 1;

	for (i = 1; i < count; i++)
		vary |= at[i] ^ at[0];
	qsort(at, count, sizeof(*at), by_address);
	for (i = 1; i < count; i++)
		different += at[i] != at[i - 1];
	printf("align %s, %-35s %2d bits vary (%#014lx), %5d of %d addresses differ, %#lx to %#lx\n",
	       on, name, __builtin_popcountl(vary), vary, different, count, at[0], at[count - 1]);
}

static void measure(const char *on, int count)
{
	unsigned long *at = malloc(MAPS * count * sizeof(*at)), one[MAPS];
	int fd = open(KNOB, O_WRONLY), i, map;

	if (!at || fd < 0 || write(fd, on, 1) != 1)
		err(1, KNOB);
	close(fd);
	for (i = 0; i < count; i++) {
		ask(one);
		for (map = 0; map < MAPS; map++)
			at[map * count + i] = one[map];
	}
	for (map = 0; map < MAPS; map++)
		report(on, maps[map].name, at + map * count, count);
	free(at);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 10000;

	if (argc > 1 && *argv[1] == '-')
		return tell();
	if (count < 1)
		errx(1, "give a number of programs");
	setlinebuf(stdout);
	measure("0", count);
	measure("1", count);
	return 0;
}
