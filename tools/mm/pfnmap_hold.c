// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a shell command while processes map a PCI BAR in different ways, each as its name says.
 *
 * The BAR is that of BAR_BDF and BAR_INDEX, through vfio-pci; the command finds the processes by
 * their names. With -c in front one more has a mapping that was cut, at which Linux 7.3 crashes.
 * On SIGUSR1 hold-half touches the other half.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "kselftest.h"
#include "lib/vfio.h"

#define SMALL	(4 * PMD_SIZE)

static struct pfnmap_bar bar;
static char *half;	/* the mapping of hold-half */

/* Where there are no PUDs, PMDs come instead. */
static void *map_level(enum pfnmap_level level, __u64 size)
{
	void *va = bar_map(&bar, level, RW, 0, size);

	if (va != MAP_FAILED)
		bar_touch(va, size, level == PFNMAP_PTE ? PAGE_SIZE : PMD_SIZE);
	return va;
}

static void *map_pud(void)
{
	return map_level(PFNMAP_PUD, bar.size);
}

static void *map_pmd(void)
{
	return map_level(PFNMAP_PMD, bar.size);
}

static void *map_pte(void)
{
	return map_level(PFNMAP_PTE, SMALL);
}

static void touch_other_half(int signal)
{
	bar_touch(half + bar.size / 2, bar.size / 2, PMD_SIZE);
}

static void *map_half(void)
{
	half = bar_map(&bar, PFNMAP_PUD, RW, 0, bar.size);
	if (half != MAP_FAILED)
		bar_touch(half, bar.size / 2, PMD_SIZE);
	signal(SIGUSR1, touch_other_half);
	return half;
}

static void *map_sysfs(void)
{
	return mmap(NULL, SMALL, RW, MAP_SHARED, bar_open_resource(&bar), 0);
}

static void *map_cut(void)
{
	char *va = map_pud();

	if (va != MAP_FAILED && mprotect(va + bar.size / 2, PAGE_SIZE, PROT_READ))
		return MAP_FAILED;
	return va;
}

static const struct {
	const char *name;
	void *(*map)(void);
} ways[] = {
	{ "hold-pud", map_pud },
	{ "hold-pmd", map_pmd },
	{ "hold-pte", map_pte },
	{ "hold-half", map_half },
	{ "hold-sysfs", map_sysfs },
	{ "hold-cut", map_cut },
};

/* Starts a process that maps the BAR and waits, and returns when it does. */
static pid_t start(int way)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, ways[way].name);
		if (ways[way].map() == MAP_FAILED)
			err(1, "%s cannot map the BAR", ways[way].name);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		errx(1, "%s has ended", ways[way].name);
	close(ready[0]);
	return pid;
}

int main(int argc, char **argv)
{
	int count = ARRAY_SIZE(ways) - 1, ret, i;
	pid_t pid[ARRAY_SIZE(ways)];

	if (argc > 1 && !strcmp(argv[1], "-c")) {
		count++;
		argv++;
		argc--;
	}
	if (argc != 2)
		errx(1, "give a shell command");
	ret = bar_open(&bar);
	if (ret)
		errx(1, "cannot open the BAR: %s", strerror(-ret));
	for (i = 0; i < count; i++)
		pid[i] = start(i);
	ret = system(argv[1]);
	for (i = 0; i < count; i++)
		kill(pid[i], SIGKILL);
	return WIFEXITED(ret) ? WEXITSTATUS(ret) : 1;
}
