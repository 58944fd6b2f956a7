// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says has happened to frames and to exclusive pages.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "events.h"
#include "level.h"
#include "proc.h"

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCE	TRACEFS "/instances/pgtable"
#define ENABLE		INSTANCE "/events/pfnmap/enable"
#define TRACE		INSTANCE "/trace"

struct events events;

static long before[COUNTERS];
static bool checked[COUNTERS];

static const char *const counters[COUNTERS] = {
	[FAULT_PTE] = "\npfnmap_fault_pte ",
	[FAULT_PMD] = "\npfnmap_fault_pmd ",
	[FAULT_PUD] = "\npfnmap_fault_pud ",
	[SPLIT] = "\npfnmap_split ",
	[SPLIT_FAILED] = "\npfnmap_split_failed ",
	[POISON] = "\npfnmap_poison ",
	[MAKE] = "\ndevice_exclusive_make ",
	[RESTORE] = "\ndevice_exclusive_restore ",
	[REMAKE] = "\ndevice_exclusive_remake ",
};

static void read_counters(long *values)
{
	int i;

	CHECK(proc_read("/proc/vmstat") > 0, "/proc/vmstat");
	for (i = 0; i < COUNTERS; i++) {
		values[i] = number_after(proc_text, counters[i]);
		CHECK(values[i] >= 0, "no%.*s in /proc/vmstat", 40, counters[i] + 1);
	}
}

static bool has_tracing(void)
{
	if (access(TRACEFS "/instances", F_OK))
		return false;
	CHECK(!mkdir(INSTANCE, 0700) || errno == EEXIST, "errno %d", errno);
	return true;
}

void events_start(void)
{
	memset(&events, 0, sizeof(events));
	memset(checked, 0, sizeof(checked));
	events.traced = has_tracing();
	CHECK(events.traced || !getenv("TRACING"), "no tracefs at " TRACEFS);
	if (events.traced) {
		CHECK(proc_write(ENABLE, "1"), "errno %d", errno);
		/* That it is opened to be written empties it. */
		proc_write(TRACE, "");
	}
	read_counters(before);
}

/* "COMM-PID [CPU] FLAGS TIME: NAME: mm=MM address=..." */
static void read_event(char *line)
{
	struct event *event = &events.event[events.count];
	char *fields = strstr(line, ": mm="), *name;
	int read;

	CHECK(!strstr(line, " LOST "), "%s", line);
	if (*line == '#' || !fields)
		return;
	CHECK(events.count < EVENTS, "more than %d events", EVENTS);
	*fields = 0;
	name = strrchr(line, ' ');
	CHECK(name && strlen(name + 1) < sizeof(event->name), "%s", line);
	strcpy(event->name, name + 1);
	read = sscanf(fields + 2, "mm=%31s address=%llx level=%7s pfn=%llx result=%15s", event->mm,
		      &event->address, event->level, &event->pfn, event->result);
	CHECK_EQ(5, read, "%s", fields + 2);
	events.count++;
}

void events_end(void)
{
	long after[COUNTERS], size;
	char *line, *rest;
	int i;

	read_counters(after);
	for (i = 0; i < COUNTERS; i++)
		events.counted[i] = after[i] - before[i];
	if (!events.traced)
		return;
	CHECK(proc_write(ENABLE, "0"), "errno %d", errno);
	size = proc_read(TRACE);
	CHECK(size > 0 && size < (long)sizeof(proc_text) - 1, "%ld bytes of " TRACE, size);
	for (line = strtok_r(proc_text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		read_event(line);
}

void check_event(int i, const char *name, const void *va, int level, __u64 pfn, const char *result)
{
	static const char *const levels[] = { "pte", "pmd", "pud" };
	const struct event *event = &events.event[i];

	if (!events.traced)
		return;
	CHECK(i < events.count, "event %d of %d", i, events.count);
	CHECK(!strcmp(event->name, name), "event %d is %s", i, event->name);
	CHECK_EQ((uintptr_t)va, event->address, "event %d, %s", i, name);
	CHECK(!strcmp(event->level, levels[level]), "event %d is of a %s", i, event->level);
	CHECK_EQ(pfn, event->pfn, "event %d, %s", i, name);
	CHECK(!strcmp(event->result, result), "event %d has the result %s", i, event->result);
}

int count_events(const char *name, const char *result)
{
	int i, count = 0;

	for (i = 0; i < events.count; i++)
		count += !strcmp(events.event[i].name, name) &&
			 !strcmp(events.event[i].result, result);
	return count;
}

void check_events(const char *name, const char *result, int count)
{
	if (events.traced)
		CHECK_EQ(count, count_events(name, result), "%s with result %s", name, result);
}

void check_all_events(int count)
{
	if (events.traced)
		CHECK_EQ(count, events.count, "events");
}

void check_counter(enum counter counter, long count)
{
	checked[counter] = true;
	CHECK_EQ(count, events.counted[counter], "%s", counters[counter] + 1);
}

void check_no_more(void)
{
	int i;

	for (i = 0; i < COUNTERS; i++)
		if (!checked[i])
			check_counter(i, 0);
}
