// SPDX-License-Identifier: GPL-2.0
/*
 * A guest reads a word of each block of a BAR that its second stage does not map: KVM's fault, with
 * the exit and the entry around it; and the same where the process has to fault the block first.
 *
 * There is room for two blocks of 1 GiB: half of entering the guest and leaving it for good is in
 * their figure, and next to nothing in those of smaller blocks.
 */
#include <unistd.h>

#include "bar.h"
#include "lib/kvm.h"
#include "lib/stage2.h"

#define SWEEPS	15	/* a round is their median: the timer interrupts some */
#define ROOM	(2 * PFNMAP_1G)	/* of the guest, for blocks */

static struct pfnmap_vm vm;

static void read_blocks(__u64 gpa, __u64 step, __u64 count)
{
	int ret = vm_sweep(&vm, gpa, step, count);

	check("the guest's reads", ret > 0 ? -EFAULT : ret);
}

/* Nanoseconds for all blocks: a new slot has an empty second stage. */
static __u64 sweep(void)
{
	__u64 took;

	check("memory slot", vm_slot(&vm, 1, VM_BAR, va, size));
	/* KVM may have dropped the guest's program, too: fault it back. */
	read_blocks(VM_CODE, block, 1);
	read_blocks(VM_BAR, block, size / block);
	took = vm.ns;
	check("slot removed", vm_slot(&vm, 1, VM_BAR, va, 0));
	return took;
}

/* Tenths for one block; before each sweep @prepare is called, if there is one. */
static __u64 sweep_median(void (*prepare)(void))
{
	__u64 took[SWEEPS];
	int i;

	for (i = 0; i < SWEEPS; i++) {
		if (prepare)
			prepare();
		took[i] = sweep();
	}
	qsort(took, SWEEPS, sizeof(took[0]), by_value);
	return took[SWEEPS / 2] * 10 / (size / block);
}

static __u64 kvm_fault(void)
{
	return sweep_median(NULL);
}

static __u64 kvm_fault_both(void)
{
	return sweep_median(zap);
}

/*
 * One slot after the other. Each fault of KVM leaves an entry of the second stage. One read a block is
 * enough only if the entry is not smaller than the block.
 */
static __u64 count_kvm_faults(void)
{
	struct pfnmap_entries entries;
	__u64 at, count = 0;

	for (at = 0; at < size; at += ROOM) {
		check("memory slot", vm_slot(&vm, 1, VM_BAR, va + at, ROOM));
		read_blocks(VM_BAR, block, ROOM / block);
		check("second stage", stage2_entries(getpid(), VM_BAR, ROOM, &entries));
		check("the second stage maps the BAR by smaller entries",
		      entries.of[level] < (__s64)(ROOM / block) ? -EINVAL : 0);
		count += entries.of[level];
		check("slot removed", vm_slot(&vm, 1, VM_BAR, va + at, 0));
	}
	return count * 10;
}

static const struct row rows[] = {
	{ "kvm-fault", kvm_fault, PFNMAP_PTE, KIB(512) },
	{ "kvm-fault", kvm_fault, PFNMAP_PMD, PFNMAP_1G / 4 },
	{ "kvm-fault", kvm_fault, PFNMAP_PUD, ROOM },
	{ "kvm-fault-both", kvm_fault_both, PFNMAP_PTE, KIB(512) },
	{ "kvm-fault-both", kvm_fault_both, PFNMAP_PMD, PFNMAP_1G / 4 },
	{ "kvm-fault-both", kvm_fault_both, PFNMAP_PUD, ROOM },
	{ "faults-kvm-16G", count_kvm_faults, PFNMAP_PMD, 16 * PFNMAP_1G },
	{ "faults-kvm-16G", count_kvm_faults, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ }
};

int main(void)
{
	check("/dev/kvm", vm_open(&vm));
	bench(rows);
	return 0;
}
