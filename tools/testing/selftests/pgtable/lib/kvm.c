// SPDX-License-Identifier: GPL-2.0
/*
 * A virtual machine of one CPU that reads or writes 8 bytes at a guest physical address.
 */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <linux/kvm.h>

#include "kvm.h"

int vm_slot(struct pfnmap_vm *vm, __u32 slot, __u64 gpa, void *va, __u64 size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)va,
	};

	return pfnmap_ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &region);
}

static int vm_run(struct pfnmap_vm *vm)
{
	struct timespec start, end;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		ret = pfnmap_ioctl(vm->vcpu, KVM_RUN, NULL);
	} while (ret == -EINTR);
	clock_gettime(CLOCK_MONOTONIC, &end);
	vm->ns = (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec;
	return ret;
}

/* KVM ends an access that it has given to user space only when it is entered again. */
static void vm_finish(struct pfnmap_vm *vm)
{
	vm->run->immediate_exit = 1;
	pfnmap_ioctl(vm->vcpu, KVM_RUN, NULL);
	vm->run->immediate_exit = 0;
}

#ifdef __aarch64__

#define VM_DONE		0x10000000ULL	/* a store here ends a program; no slot has it */

static const __u32 vm_read_code[] = {
	0xf9400001,	/* ldr x1, [x0] */
	0xf9000061,	/* str x1, [x3] */
};

static const __u32 vm_write_code[] = {
	0xf9000001,	/* str x1, [x0] */
	0xf9000061,	/* str x1, [x3] */
};

static const __u32 vm_sweep_code[] = {
	0xf9400001,	/* 1: ldr x1, [x0] */
	0x8b020000,	/* add x0, x0, x2 */
	0xf1000484,	/* subs x4, x4, #1 */
	0x54ffffa1,	/* b.ne 1b */
	0xf9000061,	/* str x1, [x3] */
};

static int vm_vcpu_init(struct pfnmap_vm *vm)
{
	struct kvm_vcpu_init init;

	return pfnmap_ioctl(vm->vm, KVM_ARM_PREFERRED_TARGET, &init) ?:
	       pfnmap_ioctl(vm->vcpu, KVM_ARM_VCPU_INIT, &init);
}

static int vm_set_reg(struct pfnmap_vm *vm, size_t offset, __u64 value)
{
	struct kvm_one_reg reg = {
		.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | offset / sizeof(__u32),
		.addr = (uintptr_t)&value,
	};

	return pfnmap_ioctl(vm->vcpu, KVM_SET_ONE_REG, &reg);
}

static int vm_execute(struct pfnmap_vm *vm, __u64 gpa, __u64 *value)
{
	int ret = vm_set_reg(vm, offsetof(struct kvm_regs, regs.pc), VM_CODE) ?:
		  vm_set_reg(vm, offsetof(struct kvm_regs, regs.regs[0]), gpa) ?:
		  vm_set_reg(vm, offsetof(struct kvm_regs, regs.regs[1]), *value) ?:
		  vm_set_reg(vm, offsetof(struct kvm_regs, regs.regs[2]), vm->step) ?:
		  vm_set_reg(vm, offsetof(struct kvm_regs, regs.regs[3]), VM_DONE) ?:
		  vm_set_reg(vm, offsetof(struct kvm_regs, regs.regs[4]), vm->count) ?:
		  vm_run(vm);

	if (ret)
		return ret;
	if (vm->run->exit_reason != KVM_EXIT_MMIO)
		return -EPROTO;
	memcpy(value, vm->run->mmio.data, sizeof(*value));
	ret = vm->run->mmio.phys_addr != VM_DONE;
	vm_finish(vm);
	return ret;
}

#else /* x86: real mode, and the data segment begins at the address */

static const __u8 vm_read_code[] = {
	0x66, 0x8b, 0x07,		/* mov (%bx), %eax */
	0x66, 0x8b, 0x57, 0x04,		/* mov 4(%bx), %edx */
	0xf4,				/* hlt */
};

static const __u8 vm_write_code[] = {
	0x66, 0x89, 0x07,		/* mov %eax, (%bx) */
	0x66, 0x89, 0x57, 0x04,		/* mov %edx, 4(%bx) */
	0xf4,				/* hlt */
};

static const __u8 vm_sweep_code[] = {
	0x67, 0x66, 0x8b, 0x07,		/* 1: mov (%edi), %eax */
	0x66, 0x01, 0xcf,		/* add %ecx, %edi */
	0x66, 0x4e,			/* dec %esi */
	0x75, 0xf5,			/* jnz 1b */
	0xf4,				/* hlt */
};

static int vm_vcpu_init(struct pfnmap_vm *vm)
{
	struct kvm_sregs sregs;
	int ret = pfnmap_ioctl(vm->vcpu, KVM_GET_SREGS, &sregs);

	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	return ret ?: pfnmap_ioctl(vm->vcpu, KVM_SET_SREGS, &sregs);
}

static int vm_execute(struct pfnmap_vm *vm, __u64 gpa, __u64 *value)
{
	struct kvm_regs regs = {
		.rip = VM_CODE,
		.rflags = 2,
		.rax = *value & 0xffffffff,
		.rdx = *value >> 32,
		.rcx = vm->step,
		.rsi = vm->count,
	};
	struct kvm_sregs sregs;
	int ret = pfnmap_ioctl(vm->vcpu, KVM_GET_SREGS, &sregs);

	sregs.ds.base = gpa;
	/* A sweep goes beyond real mode's 64 KiB. */
	sregs.ds.limit = ~0U;
	sregs.ds.g = 1;
	ret = ret ?: pfnmap_ioctl(vm->vcpu, KVM_SET_SREGS, &sregs) ?:
	      pfnmap_ioctl(vm->vcpu, KVM_SET_REGS, &regs) ?:
	      vm_run(vm) ?:
	      pfnmap_ioctl(vm->vcpu, KVM_GET_REGS, &regs);
	if (ret)
		return ret;
	*value = regs.rdx << 32 | (regs.rax & 0xffffffff);
	if (vm->run->exit_reason == KVM_EXIT_MMIO) {
		vm_finish(vm);
		return 1;
	}
	return vm->run->exit_reason == KVM_EXIT_HLT ? 0 : -EPROTO;
}

#endif

int vm_read(struct pfnmap_vm *vm, __u64 gpa, __u64 *value)
{
	memcpy(vm->code, vm_read_code, sizeof(vm_read_code));
	*value = 0;
	return vm_execute(vm, gpa, value);
}

int vm_write(struct pfnmap_vm *vm, __u64 gpa, __u64 value)
{
	memcpy(vm->code, vm_write_code, sizeof(vm_write_code));
	return vm_execute(vm, gpa, &value);
}

int vm_sweep(struct pfnmap_vm *vm, __u64 gpa, __u64 step, __u64 count)
{
	memcpy(vm->code, vm_sweep_code, sizeof(vm_sweep_code));
	vm->step = step;
	vm->count = count;
	vm->last = 0;
	return vm_execute(vm, gpa, &vm->last);
}

int vm_open(struct pfnmap_vm *vm)
{
	const int rw = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_ANONYMOUS;
	int size;

	memset(vm, 0, sizeof(*vm));
	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	vm->vm = vm->kvm < 0 ? -1 : ioctl(vm->kvm, KVM_CREATE_VM, 0);
	vm->vcpu = vm->vm < 0 ? -1 : ioctl(vm->vm, KVM_CREATE_VCPU, 0);
	if (vm->vcpu < 0)
		return -errno;
	size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	vm->run = mmap(NULL, size, rw, MAP_SHARED, vm->vcpu, 0);
	vm->code = mmap(NULL, PAGE_SIZE, rw, flags, -1, 0);
	if (vm->run == MAP_FAILED || vm->code == MAP_FAILED)
		return -errno;
	return vm_slot(vm, 0, VM_CODE, vm->code, PAGE_SIZE) ?: vm_vcpu_init(vm);
}
