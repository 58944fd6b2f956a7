// SPDX-License-Identifier: GPL-2.0
//! A virtual machine with one CPU and a program of a few instructions.
//!
//! The program says where its last access was by a store to [`PORT`], and then loads what to do next from
//! there. Each of these is an access without memory, which KVM gives to us.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
use aarch64 as arch;
#[cfg(target_arch = "x86_64")]
use x86_64 as arch;

use anyhow::{bail, Context, Result};
use kvm_ioctls::{Kvm, VcpuExit, VcpuFd, VmFd};
use vm_memory::{Bytes, GuestAddress, GuestMemoryMmap};

use crate::ffi::{self, Mapping};

/// Guest physical address of what the program loads, eight bytes each, in the order of [`Run::words`].
const PORT: u64 = 0xc000_0000;
/// And where it stores what it has reached.
const REACHED: u64 = PORT + 48;

/// Bytes of memory, from address 0 on. The program is at their start.
const MEMORY: u64 = 2 << 20;

/// Memory slots of KVM.
const MEMORY_SLOT: u32 = 0;
const BAR_SLOT: u32 = 1;

#[derive(Clone, Copy)]
pub enum Access {
    Write,
    /// Stops at the first word that does not have its value.
    Check,
}

/// What the program does: it accesses a word in each `distance` bytes.
pub struct Run {
    /// Guest physical addresses.
    pub start: u64,
    pub end: u64,
    pub distance: u64,
    /// Of the first word.
    pub value: u64,
    /// From one word to the next.
    pub increment: u64,
    pub access: Access,
}

impl Run {
    fn words(&self) -> [u64; 6] {
        let write = matches!(self.access, Access::Write).into();

        [
            self.start,
            self.end,
            self.distance,
            self.value,
            self.increment,
            write,
        ]
    }
}

pub struct Guest {
    cpu: VcpuFd,
    vm: VmFd,
    /// Whether it has the BAR.
    given: bool,
}

impl Guest {
    pub fn new() -> Result<Self> {
        let kvm = Kvm::new().context("/dev/kvm")?;
        let vm = kvm.create_vm().context("no virtual machine")?;
        let memory = GuestMemoryMmap::<()>::from_ranges(&[(GuestAddress(0), MEMORY as usize)])?;
        let cpu = vm.create_vcpu(0).context("no CPU")?;

        memory.write_slice(ffi::program(), GuestAddress(0))?;
        arch::prepare(&kvm, &vm, &cpu, &memory)?;
        Mapping::of_memory(memory, MEMORY)?.set_slot(&vm, MEMORY_SLOT, 0)?;
        Ok(Self {
            cpu,
            vm,
            given: false,
        })
    }

    pub fn vm(&self) -> &VmFd {
        &self.vm
    }

    /// Gives the guest a BAR at a guest physical address, and nowhere else.
    pub fn give(&mut self, bar: &Mapping, place: u64) -> Result<()> {
        if self.given {
            ffi::clear_slot(&self.vm, BAR_SLOT)?;
        }
        self.given = true;
        bar.set_slot(&self.vm, BAR_SLOT, place)
    }

    /// Starts the program, which waits then.
    pub fn boot(&mut self) -> Result<()> {
        self.answer(None)?;
        Ok(())
    }

    /// Has the program do something, and returns the guest physical address that it has reached.
    pub fn run(&mut self, run: &Run) -> Result<u64> {
        self.answer(Some(run.words()))
    }

    /// Runs the CPU up to the next store of the program, and gives it what it loads.
    fn answer(&mut self, words: Option<[u64; 6]>) -> Result<u64> {
        loop {
            match self.cpu.run().context("the CPU does not run")? {
                VcpuExit::MmioRead(at @ PORT..REACHED, data) => {
                    let words = words.context("the program asks too early")?;

                    data.copy_from_slice(&words[(at - PORT) as usize / 8].to_ne_bytes());
                }
                VcpuExit::MmioWrite(REACHED, data) => {
                    return Ok(u64::from_ne_bytes(data.try_into()?));
                }
                exit => bail!("an exit that is not the program's: {exit:?}"),
            }
        }
    }
}
