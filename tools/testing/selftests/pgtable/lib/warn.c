// SPDX-License-Identifier: GPL-2.0
/*
 * The warnings of the kernel, for tests that provoke some.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "warn.h"

#define SYSLOG_READ_ALL		3
#define SYSLOG_CLEAR		5
#define SYSLOG_SIZE		10

int kernel_has_said(const char *what)
{
	int size = klogctl(SYSLOG_SIZE, NULL, 0), count = 0;
	char *log = calloc(1, size + 1), *at;

	if (klogctl(SYSLOG_READ_ALL, log, size) < 0)
		count = -1;
	for (at = log; (at = strstr(at, what)); at++)
		count++;
	free(log);
	return count;
}

int kernel_said(const char *what)
{
	int count = kernel_has_said(what);

	klogctl(SYSLOG_CLEAR, NULL, 0);
	return count;
}

int warnings(void)
{
	return kernel_said("WARNING:");
}

bool panics_on_warning(void)
{
	FILE *file = fopen("/proc/sys/kernel/panic_on_warn", "r");
	int on = 1;

	if (file && fscanf(file, "%d", &on) != 1)
		on = 1;
	if (file)
		fclose(file);
	return on;
}
