// SPDX-License-Identifier: GPL-2.0
//! What needs unsafe code: memory that others use, and the program of the guest.

use std::io::Error;
use std::os::fd::AsRawFd;

use anyhow::{ensure, Context, Result};
use kvm_bindings::kvm_userspace_memory_region;
use kvm_ioctls::VmFd;
use vfio_ioctls::{VfioContainer, VfioDevice};
use vm_memory::{GuestAddress, GuestMemoryBackend, GuestMemoryMmap};

/// Memory of this process that others may use.
///
/// # Invariants
///
/// `size` bytes at `address` are mapped until the process ends, and are not accessed here.
pub struct Mapping {
    address: *mut u8,
    size: u64,
}

impl Mapping {
    /// Maps a BAR where the kernel likes.
    pub fn of_bar(device: &VfioDevice, bar: u32) -> Result<Self> {
        let size = device.get_region_size(bar);
        // SAFETY: The kernel chooses an address where nothing is.
        let address = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                size as usize,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                device.as_raw_fd(),
                device.get_region_offset(bar) as libc::off_t,
            )
        };

        ensure!(
            address != libc::MAP_FAILED,
            "mmap: {}",
            Error::last_os_error()
        );
        // INVARIANT: It was just mapped, and nothing unmaps it.
        Ok(Self {
            address: address.cast(),
            size,
        })
    }

    /// The first `size` bytes of a guest's memory, which it then has for itself.
    pub fn of_memory(memory: GuestMemoryMmap, size: u64) -> Result<Self> {
        let address = memory
            .get_slice(GuestAddress(0), size as usize)?
            .ptr_guard_mut()
            .as_ptr();

        std::mem::forget(memory);
        // INVARIANT: `get_slice()` has checked the size, and what is forgotten is not unmapped.
        Ok(Self { address, size })
    }

    /// In bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Has KVM map it at a guest physical address.
    pub fn set_slot(&self, vm: &VmFd, slot: u32, place: u64) -> Result<()> {
        set_slot(vm, slot, place, self.address as u64, self.size)
    }

    /// Has vfio map it for a device.
    pub fn map_for_dma(&self, container: &VfioContainer, place: u64) -> Result<()> {
        // SAFETY: By the type invariant, the bytes stay mapped and nothing here refers to them.
        unsafe { container.vfio_dma_map(place, self.size as usize, self.address) }?;
        Ok(())
    }
}

/// Has KVM map nothing in a slot.
pub fn clear_slot(vm: &VmFd, slot: u32) -> Result<()> {
    set_slot(vm, slot, 0, 0, 0)
}

/// What is at `address` is nothing, or a [`Mapping`].
fn set_slot(vm: &VmFd, slot: u32, place: u64, address: u64, size: u64) -> Result<()> {
    let region = kvm_userspace_memory_region {
        slot,
        flags: 0,
        guest_phys_addr: place,
        memory_size: size,
        userspace_addr: address,
    };

    // SAFETY: By the type invariant of `Mapping`, the guest may have the bytes.
    unsafe { vm.set_user_memory_region(region) }.context("no memory slot")
}

extern "C" {
    #[link_name = "vmm_program"]
    static PROGRAM: u8;
    #[link_name = "vmm_program_end"]
    static PROGRAM_END: u8;
}

/// The program of the guest, which runs wherever it is.
pub fn program() -> &'static [u8] {
    let (start, end) = (&raw const PROGRAM, &raw const PROGRAM_END);

    // SAFETY: The bytes between the two labels never change.
    unsafe { std::slice::from_raw_parts(start, end as usize - start as usize) }
}
