// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts that one CPU gets while another one cuts, unmaps or copies a mapping of the process that
 * both run, from /proc/interrupts: those that flush its TLB; on arm64, where none does, calls of any
 * function, some of which are not ours. The CPU that gets them does nothing else.
 *
 * Needs two CPUs, so no -icount: prints OPERATION LEVEL COUNT for each of ROUNDS, in tenths for one.
 */
#include <pthread.h>
#include <sched.h>

#include "bar.h"
#include "fork.h"
#include "lib/proc.h"

#define TIMES	16	/* so that a stray interrupt shows as a part of one */

static _Atomic bool running;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	check("two CPUs", sched_setaffinity(0, sizeof(set), &set) ? -errno : 0);
}

static void *run(void *unused)
{
	pin(1);
	for (running = true; running;)
		;
	return NULL;
}

/* Of all CPUs: flushes, or where no interrupt flushes, as on arm64, calls of any function. */
static __u64 received(void)
{
	char *line, *at, *next;
	__u64 sum = 0;

	check("/proc/interrupts", proc_read("/proc/interrupts"));
	line = strstr(proc_text, "TLB shootdowns") ?: strstr(proc_text, "Function call interrupts");
	check("neither TLB shootdowns nor function calls in /proc/interrupts", line ? 0 : -ENOENT);
	while (line > proc_text && line[-1] != '\n')
		line--;
	for (at = strchr(line, ':') + 1;; at = next) {
		unsigned long n = strtoul(at, &next, 10);

		if (at == next)
			return sum;
		sum += n;
	}
}

/* Tenths for one; what @prepare and @finish do does not count. */
static __u64 count(void (*prepare)(void), void (*operation)(void), void (*finish)(void))
{
	__u64 total = 0, before;
	int i;

	for (i = 0; i < TIMES; i++) {
		prepare();
		before = received();
		operation();
		total += received() - before;
		finish();
	}
	return total * 10 / TIMES;
}

static void map_anew(void)
{
	unmap();
	map();
	touch();
}

static void nothing(void)
{
}

static void cut(void)
{
	check("mprotect", mprotect(va + block / 2, PAGE_SIZE, PROT_READ) ? -errno : 0);
}

static void cut_away(void)
{
	check("munmap", munmap(va + block / 2, PAGE_SIZE) ? -errno : 0);
}

static void decode_off(void)
{
	check("memory decode off", bar_decode_off(&bar));
}

static void decode_on(void)
{
	check("memory decode on", bar_decode_on(&bar));
}

static __u64 protect_part(void)
{
	return count(map_anew, cut, nothing);
}

static __u64 unmap_part(void)
{
	return count(map_anew, cut_away, nothing);
}

static __u64 zap_all(void)
{
	return count(touch, decode_off, decode_on);
}

static __u64 fork_all(void)
{
	return count(touch, fork_child, reap);
}

static const struct row rows[] = {
	{ "mprotect-part-4K", protect_part, PFNMAP_PMD, MIB(2) },
	{ "mprotect-part-4K", protect_part, PFNMAP_PUD, PFNMAP_1G },
	{ "munmap-part-4K", unmap_part, PFNMAP_PMD, MIB(2) },
	{ "munmap-part-4K", unmap_part, PFNMAP_PUD, PFNMAP_1G },
	{ "zap-2M", zap_all, PFNMAP_PTE, MIB(2) },
	{ "zap-1G", zap_all, PFNMAP_PMD, PFNMAP_1G },
	{ "zap-16G", zap_all, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ "fork-2M", fork_all, PFNMAP_PTE, MIB(2) },
	{ "fork-1G", fork_all, PFNMAP_PMD, PFNMAP_1G },
	{ "fork-16G", fork_all, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ }
};

int main(void)
{
	pthread_t thread;

	check("mlockall", mlockall(MCL_CURRENT) ? -errno : 0);
	pin(0);
	check("thread", -pthread_create(&thread, NULL, run, NULL));
	while (!running)
		sched_yield();
	run_before_children();
	bench(rows);
	running = false;
	pthread_join(thread, NULL);
	return 0;
}
