/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The drawing that /pfnmap, the tool, makes of a process, and a check of its numbers.
 */
#ifndef _PFNMAP_DRAW_H
#define _PFNMAP_DRAW_H

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/level.h"

/* The largest level at which a BAR of @size bytes can be mapped. */
static inline enum pfnmap_level largest_level(__u64 size)
{
	enum pfnmap_level level = pfnmap_top();

	while (level > PFNMAP_PTE && pfnmap_size(level) > size)
		level--;
	return level;
}

/* Returns what the tool prints of process @pid. It is never freed. */
static inline char *tool_output(const char *option, pid_t pid)
{
	const size_t room = 1 << 16;
	char *text = malloc(room);
	char command[64];
	size_t length;
	FILE *tool;

	snprintf(command, sizeof(command), "/pfnmap%s %d", option, pid);
	tool = popen(command, "r");
	if (!text || !tool)
		err(1, "cannot run the tool");
	length = fread(text, 1, room, tool);
	if (pclose(tool) || length == room)
		errx(1, "'%s' has failed", command);
	text[length] = 0;
	return text;
}

/* Bytes of BAR @index that the tool's JSON gives as mapped at @level. */
static inline __u64 bytes_at(const char *json, int index, enum pfnmap_level level)
{
	static const char * const name[] = { "\"pte_bytes\":", "\"pmd_bytes\":", "\"pud_bytes\":" };
	unsigned long long bytes = 0;
	char bar[32];

	snprintf(bar, sizeof(bar), "\"bar\": %d,", index);
	while ((json = strstr(json, bar))) {
		json = strstr(json, name[level]);
		if (!json)
			errx(1, "the tool gives no %s", name[level]);
		json += strlen(name[level]);
		bytes += strtoull(json, NULL, 10);
	}
	return bytes;
}

/*
 * Returns the drawing of process @pid. Fails unless the largest entries map @size bytes of BAR @index,
 * which is all of it, and no others do.
 */
static inline const char *draw_bar(pid_t pid, int index, __u64 size)
{
	const char *drawing = tool_output("", pid), *json = tool_output(" --json", pid);
	enum pfnmap_level level, largest = largest_level(size);
	__u64 bytes;

	for (level = PFNMAP_PTE; level <= PFNMAP_PUD; level++) {
		bytes = bytes_at(json, index, level);
		if (bytes != (level == largest ? size : 0))
			errx(1, "%llu bytes of %llu of the BAR are mapped by entries of %llu bytes:\n%s",
			     bytes, size, pfnmap_size(level), drawing);
	}
	return drawing;
}

#endif /* _PFNMAP_DRAW_H */
