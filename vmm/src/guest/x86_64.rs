// SPDX-License-Identifier: GPL-2.0
//! The program for x86_64. Its page tables map 512 GiB where they are.

use std::arch::global_asm;

use anyhow::{Context, Result};
use kvm_bindings::{kvm_regs, kvm_segment, KVM_MAX_CPUID_ENTRIES};
use kvm_ioctls::{Kvm, VcpuFd, VmFd};
use vm_memory::{Bytes, GuestAddress, GuestMemoryMmap};

global_asm!(
    ".pushsection .rodata",
    ".globl vmm_program, vmm_program_end",
    ".balign 8",
    "vmm_program:",
    "mov ebx, 0xc0000000",
    "2:",
    "mov [rbx + 48], rdi",
    "mov rdi, [rbx]",
    "mov rsi, [rbx + 8]",
    "mov rdx, [rbx + 16]",
    "mov rax, [rbx + 24]",
    "mov rcx, [rbx + 32]",
    "mov r8, [rbx + 40]",
    "test r8, r8",
    "jnz 4f",
    "3:",
    "cmp [rdi], rax",
    "jne 2b",
    "add rdi, rdx",
    "add rax, rcx",
    "cmp rdi, rsi",
    "jb 3b",
    "jmp 2b",
    "4:",
    "mov [rdi], rax",
    "add rdi, rdx",
    "add rax, rcx",
    "cmp rdi, rsi",
    "jb 4b",
    "jmp 2b",
    "vmm_program_end:",
    ".popsection",
);

/// Addresses of the page tables in the guest's memory.
const PML4: u64 = 0x2000;
const PDPT: u64 = 0x3000;

/// Bits of their entries.
const PRESENT_WRITABLE: u64 = 3;
const LEAF: u64 = 1 << 7;

const CR0_PE: u64 = 1;
const CR0_PG: u64 = 1 << 31;
const CR4_PAE: u64 = 1 << 5;
const EFER_LME: u64 = 1 << 8;
const EFER_LMA: u64 = 1 << 10;

/// Starts the CPU in 64-bit mode at address 0, where the program is.
pub fn prepare(kvm: &Kvm, _vm: &VmFd, cpu: &VcpuFd, memory: &GuestMemoryMmap) -> Result<()> {
    memory.write_obj(PDPT | PRESENT_WRITABLE, GuestAddress(PML4))?;
    for i in 0..512 {
        let entry = i << 30 | LEAF | PRESENT_WRITABLE;

        memory.write_obj(entry, GuestAddress(PDPT + 8 * i))?;
    }
    cpu.set_cpuid2(&kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES)?)
        .context("CPUID")?;

    let data = kvm_segment {
        limit: 0xffff_ffff,
        selector: 16,
        type_: 3,
        present: 1,
        db: 1,
        s: 1,
        g: 1,
        ..Default::default()
    };
    let mut sregs = cpu.get_sregs()?;
    sregs.cs = kvm_segment {
        selector: 8,
        type_: 11,
        db: 0,
        l: 1,
        ..data
    };
    (sregs.ds, sregs.es, sregs.ss) = (data, data, data);
    sregs.cr0 |= CR0_PE | CR0_PG;
    sregs.cr3 = PML4;
    sregs.cr4 |= CR4_PAE;
    sregs.efer |= EFER_LME | EFER_LMA;
    cpu.set_sregs(&sregs).context("64-bit mode")?;
    cpu.set_regs(&kvm_regs {
        rip: 0,
        rflags: 2,
        ..Default::default()
    })?;
    Ok(())
}
