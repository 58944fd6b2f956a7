// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a QEMU whose guest, pfnmap_guest, uses a large BAR; reports what each step of the guest took,
 * and how QEMU, as the tool pfnmap draws it, and KVM map the BAR.
 *
 * The arguments are QEMU's command line; the device's own option is added. The guest's console is
 * QEMU's standard input and output. Fails unless the guest has found every byte right.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/stage2.h"
#include "lib/vfio.h"
#include "pfnmap_draw.h"
#include "pfnmap_print.h"

static struct {
	pid_t pid;
	clockid_t clock;	/* of its processor time */
	FILE *in, *out;
} qemu;

static struct {
	__u64 start, size;	/* guest physical, bytes */
} bar;

/* What QEMU and its guest have taken so far. */
struct taken {
	__u64 time, faults;
	__s64 exits;
};

/* Looking at QEMU */

static void look(struct taken *taken)
{
	char path[64], text[512] = "";
	unsigned long faults = 0;
	struct timespec t = {};
	FILE *file;

	clock_gettime(qemu.clock, &t);
	taken->time = t.tv_sec * 1000000000ULL + t.tv_nsec;
	snprintf(path, sizeof(path), "/proc/%d/stat", qemu.pid);
	file = fopen(path, "r");
	if (file && fgets(text, sizeof(text), file) && strrchr(text, ')'))
		sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %lu", &faults);
	if (file)
		fclose(file);
	taken->faults = faults;
	taken->exits = kvm_counter(qemu.pid, "exits");
}

/* Talking to the guest */

/* Reads the guest's console up to the next "@STEP ..." and returns what comes after it. */
static const char *wait_for(const char *step)
{
	static char line[512];
	size_t length = strlen(step);

	while (fgets(line, sizeof(line), qemu.out)) {
		line[strcspn(line, "\r\n")] = 0;
		if (line[0] == '@' && !strncmp(line + 1, step, length))
			return line + 1 + length;
		if (line[0] == '@')
			errx(1, "the guest: %s", line + 1);
		if (line[0])
			fprintf(stderr, "guest: %s\n", line);
	}
	errx(1, "the guest ended before '%s'", step);
}

static void go_on(void)
{
	fputc('\n', qemu.in);
	fflush(qemu.in);
}

/* Printing */

static void print_taken(const char *what, struct taken *since)
{
	struct taken until;

	look(&until);
	printf("  %-28s %18s %9s %9s\n", what, grouped(until.time - since->time),
	       grouped(until.faults - since->faults), grouped(until.exits - since->exits));
	fflush(stdout);
	look(since);
}

/* The sizes are those of this kernel, which its guest shares. */
static void print_stage2(const struct pfnmap_entries *stage2)
{
	int level;

	printf("KVM's second stage:");
	for (level = pfnmap_top(); level >= PFNMAP_PTE; level--)
		printf(" %s of %s%c", grouped(stage2->of[level]), bytes(pfnmap_size(level)),
		       level == PFNMAP_PTE ? '\n' : ',');
}

/* The guest's steps */

/* How KVM maps the BAR, without what it mapped before, @other. */
static void look_at_stage2(const struct pfnmap_entries *other, struct pfnmap_entries *out)
{
	enum pfnmap_level level;

	if (stage2_entries(qemu.pid, bar.start, bar.size, out))
		errx(1, "KVM does not say how it maps the guest: nothing in " KVM_DEBUGFS);
	for (level = PFNMAP_PTE; level <= PFNMAP_PUD; level++)
		out->of[level] -= other->of[level];
	/* More is memory that the guest has begun to use meanwhile. */
	if (entries_bytes(out) < bar.size)
		errx(1, "KVM maps a part of the BAR only");
}

/* What KVM maps before the guest has touched the BAR, where it counts everything. */
static void before_bar(struct pfnmap_entries *other)
{
	memset(other, 0, sizeof(*other));
	if (STAGE2_COUNTS_ALL && stage2_entries(qemu.pid, bar.start, bar.size, other))
		errx(1, "nothing of the guest in " KVM_DEBUGFS);
}

/* One step of the guest, after which it goes on. */
static void step(const char *name, const char *what, struct taken *since)
{
	wait_for(name);
	print_taken(what, since);
	go_on();
}

/* The guest has found the BAR and has not touched it. */
static void step_mapped(struct pfnmap_entries *other, struct taken *since)
{
	unsigned long long size, start;

	if (sscanf(wait_for("mapped"), "%llx %llx", &size, &start) != 2)
		errx(1, "the guest has found no BAR");
	bar.size = size;
	bar.start = start;
	before_bar(other);
	look(since);
	go_on();
}

static void follow_guest(void)
{
	struct pfnmap_entries other, stage2;
	struct taken taken = {};
	const char *drawing;

	printf("  %-28s %18s %9s %9s\n", "", "instructions", "faults", "KVM exits");
	step("up", "guest booted", &taken);
	step_mapped(&other, &taken);
	step("written", "every byte written", &taken);
	wait_for("read");
	print_taken("every byte read back", &taken);
	drawing = draw_bar(qemu.pid, atoi(getenv("BAR_INDEX")), bar.size);
	look_at_stage2(&other, &stage2);
	look(&taken);
	go_on();
	step("cycled", "decode off and on, 20 times", &taken);
	step("moved", "BAR moved", &taken);
	step("back", "BAR moved back", &taken);
	printf("\nWhen every byte was read:\n\n%s\n", drawing);
	print_stage2(&stage2);
	printf("\n%s of %s bytes right; right after each step, too, in every %s.\n",
	       grouped(bar.size), grouped(bar.size), bytes(PMD_SIZE));
}

/* Starting QEMU */

static int members(const char *bdf)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group/devices", bdf);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return count;
}

static void check_host(const char *bdf)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (!bdf || !getenv("BAR_INDEX"))
		errx(1, "BAR_BDF and BAR_INDEX must name the BAR of a device bound to vfio-pci");
	if (fd < 0)
		errx(1, "no /dev/kvm: this CPU, or its kernel, has no SVM, VMX or EL2 for guests");
	close(fd);
	if (!members(bdf))
		errx(1, "%s is in no IOMMU group: the kernel needs an IOMMU", bdf);
	if (members(bdf) != 1)
		errx(1, "the IOMMU group of %s has %d devices, to be given away only together: %s",
		     bdf, members(bdf), "put the device below a port of its own");
}

static void start(char **argv)
{
	int in[2], out[2];

	if (pipe(in) || pipe(out))
		err(1, "pipe");
	qemu.pid = fork();
	if (qemu.pid < 0)
		err(1, "fork");
	if (!qemu.pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execv(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	close(in[0]);
	close(out[1]);
	qemu.in = fdopen(in[1], "w");
	qemu.out = fdopen(out[0], "r");
	if (clock_getcpuclockid(qemu.pid, &qemu.clock))
		errx(1, "no processor time of QEMU");
}

int main(int argc, char **argv)
{
	const char *bdf = getenv("BAR_BDF");
	char option[128], **last = &argv[argc - 1];
	int status;

	if (argc < 2)
		errx(1, "QEMU's command line, with the device's options last, is missing");
	check_host(bdf);
	if (snprintf(option, sizeof(option), "%s,host=%s", *last, bdf) >= (int)sizeof(option))
		errx(1, "too long: %s", *last);
	*last = option;
	signal(SIGPIPE, SIG_IGN);
	start(argv + 1);
	follow_guest();
	if (waitpid(qemu.pid, &status, 0) != qemu.pid || status)
		errx(1, "QEMU ended with status %#x", status);
	return 0;
}
