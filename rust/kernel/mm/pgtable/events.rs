// SPDX-License-Identifier: GPL-2.0

//! What happens to entries, counted for `/proc/vmstat` and traced.
//!
//! A tracepoint gets a closure, which runs only while the tracepoint is on: what it says of an entry
//! takes loads and masks that the way through a fault must not pay for.
//!
//! C headers: [`include/linux/vm_event_item.h`](srctree/include/linux/vm_event_item.h),
//! [`include/trace/events/pfnmap.h`](srctree/include/trace/events/pfnmap.h)

use super::{KeptMm, Level, LockedSlot};
use crate::{
    bindings,
    ffi::{c_int, c_uint},
};
use macros::paste;

/// An event that `/proc/vmstat` counts. Equivalent to C's `enum vm_event_item`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(in crate::mm) enum Event {
    /// A fault has mapped a page of frames.
    PfnmapFaultPte = bindings::vm_event_item_PFNMAP_FAULT_PTE,
    /// A fault has mapped frames by a PMD.
    PfnmapFaultPmd = bindings::vm_event_item_PFNMAP_FAULT_PMD,
    /// A fault has mapped frames by a PUD.
    PfnmapFaultPud = bindings::vm_event_item_PFNMAP_FAULT_PUD,
    /// A leaf of frames became a table of smaller ones, in its place.
    PfnmapSplit = bindings::vm_event_item_PFNMAP_SPLIT,
    /// There was no memory for that table, and the leaf is dropped.
    PfnmapSplitFailed = bindings::vm_event_item_PFNMAP_SPLIT_FAILED,
    /// A page was made exclusive to a device.
    DeviceExclusiveMake = bindings::vm_event_item_DEVICE_EXCLUSIVE_MAKE,
    /// A page was taken back from a device.
    DeviceExclusiveRestore = bindings::vm_event_item_DEVICE_EXCLUSIVE_RESTORE,
    /// A device has asked for a page that a device has already: it is taken back first.
    DeviceExclusiveRemake = bindings::vm_event_item_DEVICE_EXCLUSIVE_REMAKE,
}

impl Event {
    /// Returns the event of a fault that has mapped frames by an entry of level `L`.
    #[inline]
    pub(in crate::mm) const fn pfnmap_fault<L: Level>() -> Self {
        match L::LEVEL {
            bindings::pgtable_level_PGTABLE_LEVEL_PUD => Self::PfnmapFaultPud,
            bindings::pgtable_level_PGTABLE_LEVEL_PMD => Self::PfnmapFaultPmd,
            _ => Self::PfnmapFaultPte,
        }
    }
}

impl<L: Level> LockedSlot<'_, L> {
    /// Counts an event of the entry. Equivalent to C's `__count_vm_event()`, which does not disable
    /// preemption: the lock of the entry has done so. With `PREEMPT_RT` it does not, and an event may
    /// be lost.
    #[inline]
    pub(in crate::mm) fn count(&self, event: Event) {
        // SAFETY: May be called from everywhere; by the type invariant below a spinlock.
        unsafe { bindings::__count_vm_event(event as bindings::vm_event_item) };
    }
}

/// Declares C's tracepoints, each as a function that, if the tracepoint is on, runs its closure and
/// traces all that it returns: a mm, which an attached BPF program may read, and the arguments.
macro_rules! tracepoints {
    ($($(#[$doc:meta])* $vis:vis $name:ident($($arg:ident: $ty:ty),*);)*) => { paste! {
        #[cfg(CONFIG_TRACEPOINTS)]
        mod on {
            use super::*;

            crate::tracepoint::declare_trace! {
                $(
                    /// # Safety
                    ///
                    /// The mm is alive. The other values are recorded as they are.
                    pub(super) unsafe fn $name(mm: *mut bindings::mm_struct, $($arg: $ty),*);
                )*
            }
        }

        $(
            $(#[$doc])*
            #[inline(always)]
            $vis fn $name<'t, I>(happened: impl FnOnce() -> I)
            where
                I: IntoIterator<Item = (KeptMm<'t>, $($ty,)*)>,
            {
                #[cfg(CONFIG_TRACEPOINTS)]
                // SAFETY: It is the key of a tracepoint.
                if unsafe {
                    crate::jump_label::static_branch_unlikely!(
                        bindings::[<__tracepoint_ $name>],
                        bindings::tracepoint,
                        key
                    )
                } {
                    for (mm, $($arg,)*) in happened() {
                        // SAFETY: By its type invariant the mm is alive.
                        unsafe { on::$name(mm.as_ptr(), $($arg),*) };
                    }
                }
                #[cfg(not(CONFIG_TRACEPOINTS))]
                let _ = happened;
            }
        )*
    } };
}

tracepoints! {
    /// What a fault ended in for which frames were to be mapped: mm, start of the block, level, first
    /// frame, `vm_fault_t`.
    pub(in crate::mm) pfnmap_insert(
        address: usize,
        level: c_uint,
        pfn: usize,
        result: c_uint
    );

    /// A leaf of frames was split, or could not be: mm, start of the block, level, first frame, 0 or an
    /// error.
    pub(in crate::mm) pfnmap_split(
        address: usize,
        level: c_uint,
        pfn: usize,
        result: c_int
    );

    /// Fork has copied a huge leaf of frames: as [`pfnmap_split()`], in the mm of the child.
    pub(in crate::mm) pfnmap_copy(
        address: usize,
        level: c_uint,
        pfn: usize,
        result: c_int
    );

    /// A device has asked for pages: mm, address, level, frame, 0 or an error.
    pub(in crate::mm) device_exclusive_make(
        address: usize,
        level: c_uint,
        pfn: usize,
        result: c_int
    );

    /// A page was taken back from a device, or could not be: as [`device_exclusive_make()`].
    pub(in crate::mm) device_exclusive_restore(
        address: usize,
        level: c_uint,
        pfn: usize,
        result: c_int
    );
}
