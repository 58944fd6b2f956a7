// SPDX-License-Identifier: GPL-2.0
/*
 * Views of a PFN mapping from outside: /proc/PID, mincore() and ptrace(). They take it for what
 * it is, device memory without pages, and leave its entries alone.
 */
#define _GNU_SOURCE
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <linux/fs.h>

#include "huge_pfnmap.h"

#define PM_PRESENT	(1ULL << 63)
#define PM_PFN		((1ULL << 55) - 1)

/* Reads a file of /proc up to the line of the mapping at @va, which is left in @line. */
static FILE *open_at(const char *path, const void *va, char *line, size_t size)
{
	FILE *file = fopen(path, "r");
	unsigned long start;
	char end;

	while (file && fgets(line, size, file))
		if (sscanf(line, "%lx%c", &start, &end) == 2 && start == (uintptr_t)va &&
		    strchr("- ", end))
			return file;
	if (file)
		fclose(file);
	return NULL;
}

TEST_F(huge, maps)
{
	unsigned long start, end;
	unsigned long long offset;
	char line[512], flags[5];
	FILE *file;
	int fields;

	map_blocks(self);
	file = open_at("/proc/self/maps", self->va, line, sizeof(line));
	ASSERT_NE(NULL, file);
	fclose(file);
	fields = sscanf(line, "%lx-%lx %4s %llx", &start, &end, flags, &offset);
	ASSERT_EQ(4, fields);
	EXPECT_EQ((unsigned long)self->va + self->size, end);
	EXPECT_STREQ("rw-s", flags);
	EXPECT_EQ(self->source.offset, offset);
	check_blocks_but(_metadata, self, ALL);
}

/* There is no page to tell of, and no frame number is given away. */
TEST_F(huge, pagemap)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	__u64 entry, at;
	char *ram = (char *)self;

	ASSERT_LE(0, fd);
	ASSERT_EQ(8, pread(fd, &entry, 8, (uintptr_t)ram / PFNMAP_4K * 8));
	EXPECT_NE(0, entry & PM_PRESENT);
	EXPECT_NE(0, entry & PM_PFN);
	map_blocks(self);
	for_each_block(at, self) {
		ASSERT_EQ(8, pread(fd, &entry, 8, (uintptr_t)(self->va + at) / PFNMAP_4K * 8));
		EXPECT_EQ(0, entry & (PM_PRESENT | PM_PFN));
		ASSERT_EQ(8, pread(fd, &entry, 8,
				   (uintptr_t)(self->va + at + self->block - 8) / PFNMAP_4K * 8));
		EXPECT_EQ(0, entry & (PM_PRESENT | PM_PFN));
	}
	check_blocks_but(_metadata, self, ALL);
}

/* How many regions of the given range are present; -errno if it cannot be said. */
static long scan(int fd, const void *va, __u64 size, __u64 flags)
{
	struct page_region region[BLOCKS];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.flags = flags,
		.start = (uintptr_t)va,
		.end = (uintptr_t)va + size,
		.vec = (uintptr_t)region,
		.vec_len = BLOCKS,
		.category_anyof_mask = PAGE_IS_PRESENT | PAGE_IS_PFNZERO | PAGE_IS_FILE,
		.return_mask = PAGE_IS_PRESENT,
	};

	return pfnmap_ioctl(fd, PAGEMAP_SCAN, &arg);
}

TEST_F(huge, pagemap_scan)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
	char *ram = mmap(NULL, PFNMAP_4K, RW, flags, -1, 0);
	int fd = open("/proc/self/pagemap", O_RDONLY);

	ASSERT_LE(0, fd);
	map_blocks(self);
	EXPECT_EQ(1, scan(fd, ram, PFNMAP_4K, 0));
	EXPECT_EQ(0, scan(fd, self->va, self->size, 0));
	EXPECT_EQ(0, scan(fd, self->va + MIDDLE(self), PFNMAP_4K, 0));
	EXPECT_EQ(0, scan(fd, self->va, self->size, PM_SCAN_WP_MATCHING));
	EXPECT_EQ(-EPERM, scan(fd, self->va, self->size, PM_SCAN_CHECK_WPASYNC));
	check_blocks_but(_metadata, self, ALL);
}

/* What is mapped is resident, and nothing else. */
TEST_F(huge, mincore)
{
	const __u64 pages = self->block / PFNMAP_4K;
	unsigned char *in = mmap(NULL, pages, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	__u64 at, i, count;

	ASSERT_NE(MAP_FAILED, in);
	for (at = 0; at < self->size; at += 2 * self->block)
		write_block(self, self->va + at, at);
	for_each_block(at, self) {
		ASSERT_EQ(0, mincore(self->va + at, self->block, in));
		for (i = count = 0; i < pages; i++)
			count += in[i] & 1;
		EXPECT_EQ(at / self->block % 2 ? 0 : pages, count);
	}
	for_each_block(at, self)
		if (at / self->block % 2)
			check_nothing(_metadata, self, self->va + at);
		else
			check_block(_metadata, self, at);
}

/* The value of field @name of the mapping at @va in /proc/self/smaps, kB. */
static long smaps_kb(const void *va, const char *name)
{
	char line[512];
	FILE *file = open_at("/proc/self/smaps", va, line, sizeof(line));
	long kb = -1;

	while (kb < 0 && file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kb = atol(line + strlen(name));
	if (file)
		fclose(file);
	return kb;
}

TEST_F(huge, smaps)
{
	map_blocks(self);
	EXPECT_EQ((long)self->size / 1024, smaps_kb(self->va, "Size:"));
	EXPECT_EQ(0, smaps_kb(self->va, "Rss:"));
	EXPECT_EQ(0, smaps_kb(self->va, "Pss:"));
	EXPECT_EQ(0, smaps_kb(self->va, "FilePmdMapped:"));
	check_blocks_but(_metadata, self, ALL);
}

TEST_F(huge, numa_maps)
{
	char line[512];
	FILE *file;

	map_blocks(self);
	file = open_at("/proc/self/numa_maps", self->va, line, sizeof(line));
	ASSERT_NE(NULL, file);
	fclose(file);
	EXPECT_EQ(NULL, strstr(line, " N0="))
		TH_LOG("%s", line);
	check_blocks_but(_metadata, self, ALL);
}

/*
 * No working set is measured of a device: not even the accessed bits change. Faults tell nothing
 * here, as the test's own pages are old now.
 */
TEST_F(huge, clear_refs)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);
	struct test_pfnmap_follow before, after;
	char what;
	__u64 at;

	ASSERT_LE(0, fd);
	map_blocks(self);
	ASSERT_EQ(0, pfnmap_follow(self->follow, self->va, 1, &before));
	for (what = '1'; what <= '5'; what++) {
		ASSERT_EQ(1, write(fd, &what, 1));
		for_each_block(at, self) {
			check_entry(_metadata, self, self->va + at, self->level, at, true);
			ASSERT_EQ(0, pfnmap_follow(self->follow, self->va + at, 1, &after));
			EXPECT_EQ(before.pgprot, after.pgprot);
			read_block(_metadata, self, self->va + at, at);
		}
	}
}

static pid_t stopped_child(struct __test_metadata *_metadata, huge_t *self)
{
	pid_t pid = fork();
	int status;
	__u64 at;

	ASSERT_LE(0, pid);
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		for_each_block(at, self)
			read_block(_metadata, self, self->va + at, at);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	return pid;
}

/* What a script that turns the debug messages of BAR faults on looks for. */
TEST(dynamic_debug_record)
{
	const char *control = "/sys/kernel/debug/dynamic_debug/control";
	const char *format = "\"%s(,order = %d) BAR %ld page offset 0x%lx: 0x%x\\n\"";
	FILE *file = fopen(control, "r");
	char line[512];
	int found = 0;

	if (!file)
		SKIP(return, "no %s in this kernel", control);
	while (fgets(line, sizeof(line), file))
		found += strstr(line, "vfio/pci/vfio_pci_core.c:") &&
			 strstr(line, "]vfio_pci_mmap_huge_fault =") && strstr(line, format);
	fclose(file);
	EXPECT_EQ(1, found);
}

/* A debugger wants pages or an access method, and these mappings have neither. */
TEST_F(huge, ptrace)
{
	long ram = 0x5a5a;
	__u64 at;
	pid_t pid;
	int status;

	map_blocks(self);
	pid = stopped_child(_metadata, self);
	EXPECT_EQ(ram, ptrace(PTRACE_PEEKDATA, pid, &ram, NULL));
	for_each_block(at, self) {
		errno = 0;
		EXPECT_EQ(-1, ptrace(PTRACE_PEEKDATA, pid, self->va + at, NULL));
		EXPECT_EQ(EIO, errno);
		EXPECT_EQ(-1, ptrace(PTRACE_POKEDATA, pid, self->va + at, NULL));
		EXPECT_EQ(EIO, errno);
	}
	EXPECT_EQ(0, ptrace(PTRACE_CONT, pid, NULL, NULL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	check_blocks_but(_metadata, self, ALL);
}

TEST_HARNESS_MAIN
