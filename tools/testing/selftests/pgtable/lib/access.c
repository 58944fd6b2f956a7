// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses that the kernel may refuse by a signal.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "access.h"
#include "check.h"
#include "child.h"
#include "level.h"

__thread sigjmp_buf refused;

static void on_refused(int sig, siginfo_t *info, void *context)
{
	siglongjmp(refused, refusal_of(sig, info->si_code));
}

int catch_refusals(void)
{
	struct sigaction action = {
		.sa_sigaction = on_refused,
		.sa_flags = SA_NODEFER | SA_SIGINFO,
	};

	return sigaction(SIGBUS, &action, NULL) ?: sigaction(SIGSEGV, &action, NULL);
}

int try_access(void *va, bool write, __u64 *value)
{
	int refusal = sigsetjmp(refused, 0);

	if (refusal)
		return refusal;
	if (write)
		bar_write(va, *value);
	else
		*value = bar_read(va);
	return 0;
}

int try_read(const void *va)
{
	__u64 value;

	return try_access((void *)va, false, &value) >> 8;
}

int try_write(void *va, __u64 value)
{
	return try_access(va, true, &value) >> 8;
}

bool cpu_sets_dirty(void)
{
	char *page = mmap(NULL, PAGE_SIZE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long before, after;

	bar_read(page);
	before = pfnmap_faults();
	bar_write(page, 1);
	after = pfnmap_faults();
	munmap(page, PAGE_SIZE);
	return after == before;
}

bool cpu_sets_accessed(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
	char *page[2] = {
		mmap(NULL, PAGE_SIZE, RW, flags, -1, 0),
		mmap(NULL, PAGE_SIZE, RW, flags, -1, 0),
	};
	int i, status;
	pid_t pid = fork();
	long before = 0;

	/* The child's first round brings in what the second needs. */
	for (i = 0; !pid && i < 2; i++) {
		before = pfnmap_faults();
		bar_read(page[i]);
	}
	if (!pid)
		_exit(pfnmap_faults() != before);
	status = child_status(pid);
	/* No answer would be taken for a CPU that does not. */
	CHECK(!status || status == 1 << 8, "the child ends with %#x", status);
	/* Tests count the tables of this process. */
	for (i = 0; i < 2; i++)
		munmap(page[i], PAGE_SIZE);
	return !status;
}
