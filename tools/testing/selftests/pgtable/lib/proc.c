// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers in files of /proc, and knobs to write.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"

bool proc_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) > 0;

	close(fd);
	return written;
}

/* Allocates nothing: tests compare numbers from before and after a call. */
long proc_kb(const char *path, const char *name)
{
	static char text[16384];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, text, sizeof(text) - 1);
	const char *line = text;

	close(fd);
	text[size < 0 ? 0 : size] = 0;
	while (line && strncmp(line, name, strlen(name))) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return line ? atol(line + strlen(name)) : -1;
}

long own_tables_kb(void)
{
	return proc_kb("/proc/self/status", "VmPTE:");
}

long all_tables_kb(void)
{
	usleep(200000);
	proc_write("/proc/sys/vm/stat_refresh", "1");
	return proc_kb("/proc/meminfo", "PageTables:");
}
