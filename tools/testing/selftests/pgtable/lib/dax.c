// SPDX-License-Identifier: GPL-2.0
/*
 * Device DAX: /dev/dax0.0, on the first range of memory that the machine has for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "dax.h"
#include "proc.h"

#define FILE_NAME	"/dev/dax0.0"
#define DRIVER		"/sys/bus/nd/drivers/dax_pmem"
#define DEVICE		"/sys/bus/nd/devices/dax0.0"

const char *lacks_dax(void)
{
	if (access(DRIVER, F_OK))
		return "no device DAX in this kernel";
	if (access(DEVICE, F_OK))
		return "no memory for device DAX";
	return NULL;
}

static void set(const char *path, const char *text)
{
	CHECK(proc_write(path, text), "%s to %s: errno %d", text, path, errno);
}

/* The memory has no description yet, so the kernel knows it as a namespace alone. */
static void describe(__u64 leaf)
{
	char align[32];

	snprintf(align, sizeof(align), "%llu", leaf);
	set(DEVICE "/mode", "ram");
	set(DEVICE "/align", align);
	set(DEVICE "/uuid", "6d3a6ab9-7f2c-4a39-b5c1-0d6f1b2f8e11");
	set(DEVICE "/namespace", "namespace0.0");
	set(DRIVER "/bind", "dax0.0");
}

int dax_open(__u64 leaf)
{
	int fd;

	if (access(FILE_NAME, F_OK))
		describe(leaf);
	fd = open(FILE_NAME, O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0, "%s: errno %d", FILE_NAME, errno);
	return fd;
}
