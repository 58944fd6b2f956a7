// SPDX-License-Identifier: GPL-2.0
/*
 * What debugfs says of a virtual machine.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage2.h"

__u64 entries_bytes(const struct pfnmap_entries *entries)
{
	enum pfnmap_level level;
	__u64 bytes = 0;

	for (level = PFNMAP_PTE; level <= PFNMAP_PUD; level++)
		bytes += entries->of[level] * pfnmap_size(level);
	return bytes;
}

/* Opens a file of the virtual machine of process @pid, or returns NULL. */
static FILE *kvm_file(pid_t pid, const char *name)
{
	char path[PATH_MAX] = "", prefix[16];
	struct dirent *entry;
	DIR *dir = opendir(KVM_DEBUGFS);

	snprintf(prefix, sizeof(prefix), "%d-", pid);
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, prefix, strlen(prefix)))
			snprintf(path, sizeof(path), KVM_DEBUGFS "/%s/%s", entry->d_name, name);
	if (dir)
		closedir(dir);
	return fopen(path, "r");
}

__s64 kvm_counter(pid_t pid, const char *name)
{
	FILE *file = kvm_file(pid, name);
	long long value = -ENOENT;

	if (!file)
		return value;
	if (fscanf(file, "%lld", &value) != 1)
		value = -ENOENT;
	fclose(file);
	return value;
}

#ifdef __aarch64__

/* A line of the dump: a range of one level, which may be many entries; level 3 is pages. */
static void stage2_line(const char *line, __u64 start, __u64 end, struct pfnmap_entries *out)
{
	unsigned long long first, last;
	int level;

	if (sscanf(line, "0x%llx-0x%llx %*s %d", &first, &last, &level) != 3)
		return;
	/* Entries can be read, holes cannot. */
	if (first < start || first >= end || level < 1 || level > 3 || !strstr(line, " R "))
		return;
	out->of[3 - level] += (last - first) / pfnmap_size(3 - level);
}

int stage2_entries(pid_t pid, __u64 start, __u64 size, struct pfnmap_entries *out)
{
	FILE *file = kvm_file(pid, "stage2_page_tables");
	char line[256];

	memset(out, 0, sizeof(*out));
	if (!file)
		return -ENOENT;
	while (fgets(line, sizeof(line), file))
		stage2_line(line, start, start + size, out);
	fclose(file);
	return 0;
}

#else

int stage2_entries(pid_t pid, __u64 start, __u64 size, struct pfnmap_entries *out)
{
	static const char * const name[] = { "pages_4k", "pages_2m", "pages_1g" };
	enum pfnmap_level level;
	__s64 count;

	for (level = PFNMAP_PTE; level <= PFNMAP_PUD; level++) {
		count = kvm_counter(pid, name[level]);
		if (count < 0)
			return count;
		out->of[level] = count;
	}
	return 0;
}

#endif
