// SPDX-License-Identifier: GPL-2.0

//! Fork of entries of pages that a device has.

use kernel::mm::{
    folio::MappedPage,
    notifier::{All, Unmapped},
    pgtable::pages::ForkExclusive,
};

/// What became of an entry.
pub(crate) enum Copied<'g> {
    /// Parent and child map the page, neither may write.
    Shared(MappedPage<'g>),
    /// The parent maps the page again, and the child is to get what C gives it: a copy for one, if
    /// the page may be pinned, or if userfaultfd handles it.
    Restored,
    /// The folio is locked. Nothing has changed: to be tried again when it is free.
    Busy,
}

/// Takes the page back from the device for the parent, and gives it to the child too. Equivalent to
/// the branch for device-exclusive entries of C's `copy_nonpresent_pte()`.
///
/// Fork holds two page-table locks, so that the folio lock can only be tried: on [`Copied::Busy`]
/// the caller releases them, waits, and tries again. It has started a notifier range too, which a
/// device that has the folio locked does not wait for.
#[inline]
pub(crate) fn copy<'g>(entry: ForkExclusive<'g>, unmapped: Unmapped<'_, All>) -> Copied<'g> {
    let Some(leaf) = entry.restore(unmapped) else {
        return Copied::Busy;
    };
    leaf.share().map_or(Copied::Restored, Copied::Shared)
}
