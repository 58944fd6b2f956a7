// SPDX-License-Identifier: GPL-2.0

//! What a driver must ensure: that the frames are its own. And the memory of another process.

use crate::module_parameters;
use core::ptr::NonNull;
use kernel::{
    bindings,
    error::to_result,
    ffi::{c_int, c_ulong},
    fs::file::LocalFile,
    mm::{
        pfnmap::{
            fault::{Done, Fault, FaultError, InsertLevel},
            DeviceFrames,
        },
        pgtable::Pfn,
        virt::{flags, VmaNew},
        MmWithUser,
    },
    page::{PAGE_MASK, PAGE_SHIFT},
    prelude::*,
    sync::aref::ARef,
    types::Opaque,
};

/// Returns the frames of `size` bytes of memory at `start`. Fails with [`EBUSY`] if the kernel uses
/// one of them, and with [`EINVAL`] for parts of pages.
pub(crate) fn memory(start: u64, size: u64) -> Result<DeviceFrames> {
    if (start | size) as usize & !PAGE_MASK != 0 {
        return Err(EINVAL);
    }
    let (first, pages) = (
        (start >> PAGE_SHIFT) as usize,
        (size >> PAGE_SHIFT) as usize,
    );
    let end = first.checked_add(pages).ok_or(EINVAL)?;
    if pages > 0 && !Pfn::new(end - 1).fits() {
        return Err(EINVAL);
    }
    let used = |pfn| Pfn::new(pfn).has_page();
    // `pfn_valid()` is the same within 2 MiB: C's `SUBSECTION_SIZE`.
    let step = (2 << 20) >> PAGE_SHIFT;
    if (first..end).step_by(step).any(used) || pages > 0 && used(end - 1) {
        return Err(EBUSY);
    }
    // SAFETY: The kernel manages none of it, and the module parameters say that nothing
    // else does.
    Ok(unsafe { DeviceFrames::new(Pfn::new(first), pages) })
}

/// Takes the memory of process `pid`, a number that the caller knows it by. Fails with [`ESRCH`] if
/// there is no such process, or it has no memory (any more). Equivalent to C's `get_task_mm()`.
pub(crate) fn mm_of(pid: i32) -> Result<ARef<MmWithUser>> {
    // SAFETY: It takes any number.
    let pid = unsafe { bindings::find_get_pid(pid) };
    // SAFETY: `pid` is null, which is allowed, or counted.
    let task = unsafe { bindings::get_pid_task(pid, bindings::pid_type_PIDTYPE_TGID) };
    // SAFETY: As above; it is not used after this.
    unsafe { bindings::put_pid(pid) };
    if task.is_null() {
        return Err(ESRCH);
    }
    // SAFETY: `task` is counted.
    let mm = unsafe { bindings::get_task_mm(task) };
    // SAFETY: As above; it is not used after this.
    unsafe { bindings::put_task_struct(task) };
    let mm = NonNull::new(mm).ok_or(ESRCH)?;
    // SAFETY: `get_task_mm()` has counted a user, which is given to the reference.
    Ok(unsafe { ARef::from_raw(mm.cast()) })
}

/// Makes a vma that was set up for frames one that is not for frames.
pub(crate) fn take_pfnmap_away(vma: &VmaNew) {
    // SAFETY: The vma is being set up, and nothing is mapped in it.
    unsafe { (*vma.as_ptr()).__bindgen_anon_2.vm_flags &= !flags::PFNMAP };
}

/// Inserts the block that starts `page` pages after the first one of `bar`, whether or not one of
/// the level starts there. Fails with [`FaultError::Sigbus`] if it is another's.
pub(crate) fn insert_anyway<'f, L: InsertLevel>(
    fault: &Fault<'f, L>,
    bar: &DeviceFrames,
    page: usize,
) -> Result<Done<'f>, FaultError> {
    let first = Pfn::new(bar.first().as_raw().wrapping_add(page));
    if first.fits() && !bar.has(page, L::PAGES) {
        return Err(FaultError::Sigbus);
    }
    // SAFETY: The frames are those of the fake BAR, or a number that no entry can hold; what C does with
    // blocks that cannot be is what the caller wants to see.
    unsafe { fault.insert_pfn(first) }
}

/// The fake BAR as memory failure knows it. Equivalent to C's `struct pfn_address_space`.
///
/// # Invariants
///
/// `space` is registered, for a mapping of whose inode it has a count.
#[pin_data(PinnedDrop)]
pub(crate) struct Poisonable {
    #[pin]
    space: Opaque<bindings::pfn_address_space>,
}

// SAFETY: C looks after its locks itself.
unsafe impl Send for Poisonable {}

impl Poisonable {
    /// Lets the poison of `bar` reach those that map it by the inode of `file`. Fails with [`EINVAL`]
    /// without frames, and with [`EBUSY`] if they are registered.
    pub(crate) fn register<'a>(
        file: &'a LocalFile,
        bar: &'a DeviceFrames,
    ) -> impl PinInit<Self, Error> + 'a {
        let init = move |space: *mut bindings::pfn_address_space| -> Result {
            let first = bar.first().as_raw();
            let last = first + bar.pages().checked_sub(1).ok_or(EINVAL)?;
            let mut new: bindings::pfn_address_space = pin_init::zeroed();
            (new.node.start, new.node.last) = (first, last);
            // SAFETY: An open file has a mapping.
            new.mapping = unsafe { (*file.as_ptr()).f_mapping };
            new.pfn_to_vma_pgoff = Some(pfn_to_vma_pgoff);
            // SAFETY: The mapping of an open file has an inode, which has a count.
            let inode = unsafe { (*new.mapping).host };
            // SAFETY: `space` is valid for writing.
            unsafe { space.write(new) };
            // SAFETY: `space` is pinned until it is unregistered or this fails.
            to_result(unsafe { bindings::register_pfn_address_space(space) })?;
            // SAFETY: The file has a count of the inode.
            unsafe { bindings::ihold(inode) };
            Ok(())
        };
        // INVARIANT: Registered, and counted.
        try_pin_init!(Self {
            space <- Opaque::try_ffi_init(init),
        })
    }
}

#[pinned_drop]
impl PinnedDrop for Poisonable {
    fn drop(self: Pin<&mut Self>) {
        let space = self.space.get();
        // SAFETY: By the type invariant it is registered, for a mapping that is there.
        let inode = unsafe { (*(*space).mapping).host };
        // SAFETY: As above.
        unsafe { bindings::unregister_pfn_address_space(space) };
        // SAFETY: By the type invariant there is a count to give up.
        unsafe { bindings::iput(inode) };
    }
}

/// Every vma of the device shows the first frame at offset 0.
///
/// # Safety
///
/// `pgoff` is valid for writing.
unsafe extern "C" fn pfn_to_vma_pgoff(
    _vma: *mut bindings::vm_area_struct,
    pfn: c_ulong,
    pgoff: *mut c_ulong,
) -> c_int {
    let first = (module_parameters::start.value() >> PAGE_SHIFT) as usize;
    let Some(page) = pfn.checked_sub(first) else {
        return EFAULT.to_errno();
    };
    // SAFETY: `pgoff` is valid for writing.
    unsafe { pgoff.write(page) };
    0
}
