// SPDX-License-Identifier: GPL-2.0
/*
 * First process of a guest that was given a device with a large BAR: writes a pattern over all of
 * the BAR and reads it back, turns memory decode off and on, moves the BAR, powers off.
 *
 * After each step it prints a line "@STEP ..." and waits for a line, so that the host, pfnmap_host,
 * can look at page tables and counters meanwhile. A line "@failed ..." is the last.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/pci_regs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>

#include "lib/vfio.h"
#include "kselftest.h"

#define DEVICES	"/sys/bus/pci/devices"
#define STRIDE	0x9e3779b97f4a7c15ULL

static char device[NAME_MAX + 1];	/* its folder under DEVICES */
static int config = -1;		/* its configuration space */
static int bar = -1;		/* number of the BAR */
static __u64 start, size;	/* of the BAR, bytes */

/* Talking to the host */

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
}

static __printf(1, 2) void step(const char *format, ...)
{
	va_list args;
	int c;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	do {
		c = getchar();
	} while (c != '\n' && c != EOF);
}

static void fail(const char *what, __u64 at)
{
	step("@failed %s at %#" PRIx64 " of the BAR", what, (uint64_t)at);
	power_off();
}

static void need(const char *what, int ok)
{
	if (ok)
		return;
	step("@failed %s: %s", what, strerror(errno));
	power_off();
}

/* The device */

static int open_file(const char *name, int flags)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEVICES "/%s/%s", device, name);
	return open(path, flags);
}

/* Takes the largest resource of the device in @device, if that is a controller. */
static void look_at(void)
{
	unsigned long long first, last;
	char class[16] = "";
	FILE *file;
	int i, fd = open_file("class", O_RDONLY);

	need("class", read(fd, class, sizeof(class) - 1) > 0);
	close(fd);
	if (strtoul(class, NULL, 16) != NVME_CLASS)
		return;
	file = fdopen(open_file("resource", O_RDONLY), "r");
	need("resource", !!file);
	for (i = 0; i < 6 && fscanf(file, "%llx %llx %*x", &first, &last) == 2; i++) {
		if (first && last - first + 1 > size) {
			bar = i;
			start = first;
			size = last - first + 1;
		}
	}
	fclose(file);
}

static void find_bar(void)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;

	need(DEVICES, !!dir);
	while (bar < 0 && (entry = readdir(dir))) {
		snprintf(device, sizeof(device), "%s", entry->d_name);
		if (device[0] != '.')
			look_at();
	}
	errno = ENODEV;
	need("no NVMe controller", bar >= 0);
	config = open_file("config", O_RDWR);
	need("config", config >= 0);
}

static void decode(__u16 set)
{
	__u16 command = 0;

	need("command", pread(config, &command, 2, PCI_COMMAND) == 2);
	command = (command & ~PCI_COMMAND_MEMORY) | set;
	need("command", pwrite(config, &command, 2, PCI_COMMAND) == 2);
}

/* The memory of the controller answers after it was enabled. */
static void wake(void)
{
	int fd = open_file("resource0", O_RDWR);
	char *regs = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	__u32 *status;
	int i;

	need("registers", regs != MAP_FAILED);
	__atomic_store_n((__u32 *)(regs + NVME_PMRCTL), 1, __ATOMIC_SEQ_CST);
	status = (__u32 *)(regs + NVME_PMRSTS);
	for (i = 0; i < 1000 && __atomic_load_n(status, __ATOMIC_RELAXED) & NVME_PMRSTS_NRDY; i++)
		usleep(1000);
	errno = ETIMEDOUT;
	need("the controller's memory", i < 1000);
	munmap(regs, PAGE_SIZE);
	close(fd);
}

static char *map_bar(void)
{
	char name[16], *va;
	int fd;

	snprintf(name, sizeof(name), "resource%d", bar);
	fd = open_file(name, O_RDWR);
	va = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need("the BAR", va != MAP_FAILED);
	close(fd);
	return va;
}

/* The pattern: no two words of a BAR are alike. */

static void write_all(char *va)
{
	__u64 at, value = 0;

	for (at = 0; at < size; at += 8)
		bar_write(va + at, value += STRIDE);
}

static void check_all(char *va)
{
	__u64 at, value = 0;

	for (at = 0; at < size; at += 8) {
		value += STRIDE;
		if (bar_read(va + at) != value)
			fail("a wrong word", at);
	}
}

/* One word in each PMD. */
static void check_some(char *va, const char *what)
{
	__u64 at;

	for (at = 0; at < size; at += PMD_SIZE)
		if (bar_read(va + at) != (at / 8 + 1) * STRIDE)
			fail(what, at);
}

static void place_bar(__u64 address)
{
	__u32 at = PCI_BASE_ADDRESS_0 + 4 * bar, low = address, high = address >> 32;

	decode(0);
	need("the BAR's register", pwrite(config, &low, 4, at) == 4 &&
				   pwrite(config, &high, 4, at + 4) == 4);
	decode(PCI_COMMAND_MEMORY);
}

static int overlaps(__u64 first, __u64 last, __u64 place)
{
	return first < place + size && last >= place;
}

/*
 * A free place for the BAR after it, in the window of the bus that it is in; 0 if there is none.
 * The file is sorted.
 */
static __u64 free_place(void)
{
	unsigned long long first, last, high = 0;
	__u64 place = start + size;
	FILE *file = fopen("/proc/iomem", "r");
	char line[256];

	need("/proc/iomem", !!file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx-%llx", &first, &last) != 2)
			continue;
		if (first <= start && start + size - 1 <= last) {
			/* The bus is the innermost around the device. */
			high = strstr(line, device) ? high : last;
			continue;
		}
		while (overlaps(first, last, place))
			place += size;
	}
	fclose(file);
	return place + size - 1 <= high ? place : 0;
}

static void move_bar(void)
{
	__u64 other = free_place();
	char *va;
	int fd;

	errno = ENOSPC;
	need("no room to move the BAR to", !!other);
	fd = open("/dev/mem", O_RDWR | O_SYNC);
	va = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, other);
	need("/dev/mem", va != MAP_FAILED);
	place_bar(other);
	check_some(va, "a wrong word, with the BAR moved,");
	munmap(va, size);
	close(fd);
	step("@moved");
	place_bar(start);
}

int main(void)
{
	char *va;
	int i;

	setlinebuf(stdout);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	step("@up");
	find_bar();
	decode(PCI_COMMAND_MEMORY);
	wake();
	va = map_bar();
	step("@mapped %#" PRIx64 " %#" PRIx64, (uint64_t)size, (uint64_t)start);
	write_all(va);
	step("@written");
	check_all(va);
	step("@read");
	for (i = 0; i < 20; i++) {
		decode(0);
		decode(PCI_COMMAND_MEMORY);
		check_some(va, "a wrong word, after decode was off,");
	}
	step("@cycled");
	move_bar();
	check_some(va, "a wrong word, with the BAR back,");
	step("@back");
	power_off();
	return 1;
}
