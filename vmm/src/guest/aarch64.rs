// SPDX-License-Identifier: GPL-2.0
//! The program for arm64. It runs without page tables of its own: addresses are physical.

use std::arch::global_asm;

use anyhow::{Context, Result};
use kvm_bindings::kvm_vcpu_init;
use kvm_ioctls::{Kvm, VcpuFd, VmFd};
use vm_memory::GuestMemoryMmap;

global_asm!(
    ".pushsection .rodata",
    ".globl vmm_program, vmm_program_end",
    ".balign 8",
    "vmm_program:",
    "movz x9, #0xc000, lsl #16",
    "2:",
    "str x1, [x9, #48]",
    "ldr x1, [x9]",
    "ldr x2, [x9, #8]",
    "ldr x3, [x9, #16]",
    "ldr x4, [x9, #24]",
    "ldr x5, [x9, #32]",
    "ldr x6, [x9, #40]",
    "cbnz x6, 4f",
    "3:",
    "ldr x7, [x1]",
    "cmp x7, x4",
    "b.ne 2b",
    "add x1, x1, x3",
    "add x4, x4, x5",
    "cmp x1, x2",
    "b.lo 3b",
    "b 2b",
    "4:",
    "str x4, [x1]",
    "add x1, x1, x3",
    "add x4, x4, x5",
    "cmp x1, x2",
    "b.lo 4b",
    "b 2b",
    "vmm_program_end:",
    ".popsection",
);

/// A CPU starts at address 0, where the program is.
pub fn prepare(_kvm: &Kvm, vm: &VmFd, cpu: &VcpuFd, _memory: &GuestMemoryMmap) -> Result<()> {
    let mut init = kvm_vcpu_init::default();

    vm.get_preferred_target(&mut init)
        .context("no CPU of this kind")?;
    cpu.vcpu_init(&init).context("the CPU does not start")?;
    Ok(())
}
