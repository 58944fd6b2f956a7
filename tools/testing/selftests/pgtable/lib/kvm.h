/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual machine of one CPU that reads or writes 8 bytes at a guest physical address, or
 * reads at many.
 *
 * Functions return 0 or -errno; vm_read(), vm_write() and vm_sweep() return 1 where KVM gave an
 * access back to user space instead of letting the guest do it.
 */
#ifndef _LIB_KVM_H
#define _LIB_KVM_H

#include <linux/kvm.h>

#include "level.h"

#define VM_CODE	PAGE_SIZE	/* guest physical, of the code of the guest: page 1 */
#define VM_BAR	PFNMAP_1G	/* up to 2 GiB: x86 real mode reaches 4 GiB */

/* A sweep of x86's real mode reads the lower half of each word. */
#ifdef __aarch64__
#define VM_LAST	(~0ULL)
#else
#define VM_LAST	0xffffffffULL
#endif

struct pfnmap_vm {
	int kvm;
	int vm;
	int vcpu;
	struct kvm_run *run;
	char *code;
	__u64 step;	/* of vm_sweep(), bytes */
	__u64 count;	/* of its reads */
	__u64 last;	/* word that it has read, of which VM_LAST is right */
	__u64 ns;	/* that the last program took */
};

int vm_open(struct pfnmap_vm *vm);

/*
 * Gives the guest memory of the process at @gpa, moves a slot there, or takes it away if @size is 0.
 * Slot 0 has the code of the guest.
 */
int vm_slot(struct pfnmap_vm *vm, __u32 slot, __u64 gpa, void *va, __u64 size);

int vm_read(struct pfnmap_vm *vm, __u64 gpa, __u64 *value);
int vm_write(struct pfnmap_vm *vm, __u64 gpa, __u64 value);

/* Reads @count words, @step bytes from one to the next. */
int vm_sweep(struct pfnmap_vm *vm, __u64 gpa, __u64 step, __u64 count);

#endif /* _LIB_KVM_H */
