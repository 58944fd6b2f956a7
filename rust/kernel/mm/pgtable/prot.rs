// SPDX-License-Identifier: GPL-2.0

//! The protection with which a block of frames may be mapped.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{DeviceBlock, Level, PfnBlock, VmaPfnMap};
use crate::bindings;

/// Frames, and the protection with which a vma maps just these.
///
/// Equivalent to C's `vm_page_prot`, `pfn_modify_allowed()` and `pfnmap_setup_cachemode_pfn()`.
///
/// # Invariants
///
/// Having one tells you that
///
/// - the protection is that of a vma, with the cache mode of the frames;
/// - mapping the frames with it leaves nothing to L1TF.
pub struct PfnProt<L: Level> {
    frames: DeviceBlock<L>,
    prot: bindings::pgprot_t,
}

impl<L: Level> Clone for PfnProt<L> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: Level> Copy for PfnProt<L> {}

impl<L: Level> PfnProt<L> {
    /// Returns the protection with which `vma` maps `frames`, or nothing if an inaccessible mapping
    /// of them would invite L1TF.
    #[inline]
    pub fn new(vma: &VmaPfnMap, frames: DeviceBlock<L>) -> Option<Self> {
        // SAFETY: By the type invariant of `VmaRef` the vma is alive, and its lock is held.
        let mut prot = unsafe { (*vma.as_ptr()).vm_page_prot };
        if !allowed(&frames, prot) {
            return None;
        }
        // A driver maps frames of one cache mode by one block: the first stands for all of them.
        // SAFETY: `prot` is valid for writing.
        unsafe { bindings::pfnmap_setup_cachemode_pfn(frames.first().as_raw(), &mut prot) };
        // INVARIANT: Allowed, and with the cache mode, both as found above.
        Some(Self { frames, prot })
    }

    /// Returns the frames that the protection is for.
    #[inline]
    pub fn frames(&self) -> &DeviceBlock<L> {
        &self.frames
    }

    #[inline]
    pub(super) fn into_raw(self) -> bindings::pgprot_t {
        self.prot
    }
}

/// Whether every frame may be mapped with `prot`. Equivalent to C's `pfn_modify_allowed()`, for one
/// frame.
#[inline]
fn allowed<L: Level>(frames: &PfnBlock<L>, prot: bindings::pgprot_t) -> bool {
    // SAFETY: The function looks at the bits of the value alone.
    let inverted = unsafe { bindings::pgprot_needs_invert(prot) };
    // SAFETY: The function takes any frame number.
    !inverted
        || frames
            .iter()
            .all(|pfn| unsafe { bindings::pfn_modify_allowed(pfn, prot) })
}
