// SPDX-License-Identifier: GPL-2.0
/*
 * Files of /proc: text, pagemap and PAGEMAP_SCAN, and knobs to write.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "level.h"
#include "proc.h"

char proc_text[1 << 17];
__u64 pagemap[PAGEMAP_PAGES];

long proc_read(const char *path)
{
	static char rest[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long size = 0, got;

	while ((got = read(fd, proc_text + size, sizeof(proc_text) - 1 - size)) > 0)
		size += got;
	while (!got && (got = read(fd, rest, sizeof(rest))) > 0)
		got = 0;
	close(fd);
	proc_text[size] = 0;
	return got < 0 ? -errno : size;
}

char *mapping_in_text(const void *va, char next)
{
	char start[32];
	char *at;

	snprintf(start, sizeof(start), "\n%lx%c", (unsigned long)va, next);
	at = strstr(proc_text, start);
	return at ? at + 1 : NULL;
}

long number_after(const char *from, const char *name)
{
	const char *at = from ? strstr(from, name) : NULL;

	return at ? atol(at + strlen(name)) : -1;
}

long proc_kb(const char *path, const char *name)
{
	const char *line = proc_read(path) > 0 ? proc_text : NULL;

	while (line && strncmp(line, name, strlen(name))) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return number_after(line, name);
}

long proc_known_kb(const char *path, const char *name)
{
	long kb = proc_kb(path, name);

	CHECK(kb >= 0, "%s of %s", name, path);
	return kb;
}

#define STACK	32768	/* bytes: more than a test needs, and less than a process has at first */

long own_tables_kb(void)
{
	char room[STACK];

	/* The table that a deeper stack may need is there when tables are first counted. */
	explicit_bzero(room, sizeof(room));
	return proc_known_kb("/proc/self/status", "VmPTE:");
}

long all_tables_kb(void)
{
	usleep(200000);
	proc_write("/proc/sys/vm/stat_refresh", "1");
	return proc_kb("/proc/meminfo", "PageTables:");
}

bool read_pagemap(const char *path, const void *va, __u64 count)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long got = pread(fd, pagemap, count * 8, (uintptr_t)va / PAGE_SIZE * 8);

	close(fd);
	return got == (long)(count * 8);
}

long scan_pagemap(const void *va, __u64 size, struct pm_scan_arg arg)
{
	int fd = open(PAGEMAP, O_RDONLY | O_CLOEXEC);
	long ret;

	arg.size = sizeof(arg);
	arg.start = (uintptr_t)va;
	arg.end = (uintptr_t)va + size;
	ret = pfnmap_ioctl(fd, PAGEMAP_SCAN, &arg);
	close(fd);
	return ret;
}

bool proc_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return written;
}
