// SPDX-License-Identifier: GPL-2.0

//! Fork of entries of pages that a device has.

use kernel::{
    mm::{
        folio::MappedPage,
        notifier::{All, Unmapped},
        pgtable::pages::ForkPte,
    },
    prelude::*,
};

/// Takes the page back from the device for the parent, and gives it to the child too, which is to
/// count it. Equivalent to the branch for device-exclusive entries of C's `copy_nonpresent_pte()`.
///
/// Fails with [`ENOENT`] if the parent maps the page, and the child is to get what C gives it: a copy
/// for one, if the page may be pinned, or if userfaultfd handles it. Fails with [`EBUSY`], and changes
/// nothing, if the folio is locked: fork holds two page-table locks, so that it can only be tried. The
/// caller releases them, waits, and tries again. It has started a notifier range too, which a device
/// that has the folio locked does not wait for.
#[inline]
pub(crate) fn copy<'g>(
    fork: &'g mut ForkPte<'_>,
    unmapped: Unmapped<'_, All>,
) -> Result<MappedPage<'g>> {
    fork.restore_exclusive(unmapped)?.share().ok_or(ENOENT)
}
