// SPDX-License-Identifier: GPL-2.0

//! What PTEs say that are not present.
//!
//! C header: [`include/linux/leafops.h`](srctree/include/linux/leafops.h)

#[macros::kunit_tests(rust_pgtable_softleaf)]
mod tests {
    use crate::{
        bindings,
        mm::pgtable::{
            kunit::test_put::{kept, marked, Put},
            pages::{SeenExclusive, SoftLeaf},
            test_mm::TestMm,
            Entry, NonPresent, Pte,
        },
        page::Page,
        prelude::*,
    };

    /// What a kind says, whose page, if it has one, is that.
    type Says = fn(&SoftLeaf<'_>, *mut bindings::page) -> bool;

    fn read<R>(pte: bindings::pte_t, f: impl FnOnce(NonPresent<'_, Pte>) -> R) -> Result<R> {
        let test = TestMm::with(0)?;
        let put = Put::new(&test, pte)?;
        put.look(|guard| match guard.entry() {
            Entry::NonPresent(entry) => Ok(f(entry)),
            Entry::Vacant | Entry::Leaf(_) | Entry::Table => Err(EINVAL),
        })?
    }

    /// Whether an entry made of a page says what it is, whatever bits it has. No kind that may be
    /// written has that of userfaultfd.
    fn says(make: impl Fn(*mut bindings::page) -> bindings::pte_t, says: Says) -> Result<bool> {
        let page = Page::alloc_page(GFP_KERNEL)?;
        let pte = make(page.as_ptr());
        let mut all = true;
        for soft_dirty in [false, true] {
            all &= read(marked(pte, soft_dirty, false), |entry| {
                let bits = (entry.bits().soft_dirty, entry.bits().uffd);
                bits == kept(soft_dirty, false) && says(&entry.softleaf(), page.as_ptr())
            })?;
        }
        Ok(all)
    }

    /// Whether the bit of userfaultfd is found, alone and beside the other.
    fn says_uffd(
        make: impl Fn(*mut bindings::page) -> bindings::pte_t,
        says: Says,
    ) -> Result<bool> {
        let page = Page::alloc_page(GFP_KERNEL)?;
        let pte = make(page.as_ptr());
        let mut all = true;
        for soft_dirty in [false, true] {
            all &= read(marked(pte, soft_dirty, true), |entry| {
                let bits = (entry.bits().soft_dirty, entry.bits().uffd);
                bits == kept(soft_dirty, true) && says(&entry.softleaf(), page.as_ptr())
            })?;
        }
        Ok(all)
    }

    fn migration(
        make: unsafe extern "C" fn(*mut bindings::page) -> bindings::softleaf_t,
    ) -> impl Fn(*mut bindings::page) -> bindings::pte_t {
        // SAFETY: The page is alive, so that it has a frame number.
        move |page| unsafe { bindings::softleaf_to_pte(make(page)) }
    }

    const IS_MIGRATION: Says = |leaf, _| matches!(leaf, SoftLeaf::Migration);

    const IS_EXCLUSIVE: Says = |leaf, page| matches!(leaf, SoftLeaf::DeviceExclusive(entry) if entry.page().as_ptr() == page);

    fn exclusive(page: *mut bindings::page) -> bindings::pte_t {
        // SAFETY: The page is alive, so that it has a frame number.
        unsafe { bindings::make_device_exclusive_pte(page) }
    }

    #[test]
    fn swap() {
        // SAFETY: The function works on the bits of the value alone.
        let swap = |_| unsafe { bindings::test_swap_pte(1) };
        assert_eq!(
            says(swap, |leaf, _| matches!(leaf, SoftLeaf::Swap)),
            Ok(true)
        );
        assert_eq!(
            says_uffd(swap, |leaf, _| matches!(leaf, SoftLeaf::Swap)),
            Ok(true)
        );
    }

    #[test]
    fn migration_of_any_kind() {
        let read = migration(bindings::make_readable_migration_entry);
        assert_eq!(says(&read, IS_MIGRATION), Ok(true));
        assert_eq!(says_uffd(&read, IS_MIGRATION), Ok(true));
        let read_exclusive = migration(bindings::make_readable_exclusive_migration_entry);
        assert_eq!(says(&read_exclusive, IS_MIGRATION), Ok(true));
        assert_eq!(says_uffd(&read_exclusive, IS_MIGRATION), Ok(true));
        let write = migration(bindings::make_writable_migration_entry);
        assert_eq!(says(&write, IS_MIGRATION), Ok(true));
    }

    #[test]
    fn device_private() {
        // SAFETY: The page is alive, so that it has a frame number.
        let read = |page| unsafe { bindings::make_readable_device_private_pte(page) };
        let is_read: Says = |leaf, page| {
            matches!(leaf, SoftLeaf::DevicePrivate(entry)
                if !entry.writable() && entry.page().as_ptr() == page)
        };
        assert_eq!(says(read, is_read), Ok(true));
        assert_eq!(says_uffd(read, is_read), Ok(true));
        // SAFETY: As above.
        let write = |page| unsafe { bindings::test_writable_device_private_pte(page) };
        let is_write: Says = |leaf, page| {
            matches!(leaf, SoftLeaf::DevicePrivate(entry)
                if entry.writable() && entry.page().as_ptr() == page)
        };
        assert_eq!(says(write, is_write), Ok(true));
    }

    #[test]
    fn device_exclusive() {
        assert_eq!(says(exclusive, IS_EXCLUSIVE), Ok(true));
        assert_eq!(says_uffd(exclusive, IS_EXCLUSIVE), Ok(true));
    }

    #[cfg(CONFIG_MEMORY_FAILURE)]
    #[test]
    fn hwpoison() {
        // SAFETY: The page is alive, so that it has a frame number.
        let poison = |page| unsafe { bindings::test_hwpoison_pte(page) };
        assert_eq!(
            says(poison, |leaf, _| matches!(leaf, SoftLeaf::Hwpoison)),
            Ok(true)
        );
        assert_eq!(
            says_uffd(poison, |leaf, _| matches!(leaf, SoftLeaf::Hwpoison)),
            Ok(true)
        );
    }

    #[test]
    fn marker() {
        // SAFETY: The function works on the bits of the value alone.
        let marker = |_| unsafe { bindings::test_marker_pte() };
        assert_eq!(
            says(marker, |leaf, _| matches!(leaf, SoftLeaf::Marker)),
            Ok(true)
        );
    }

    /// What is seen before there is a lock is found again under it, and nothing else is taken for
    /// it.
    #[test]
    fn seen() -> Result {
        let (page, other) = (Page::alloc_page(GFP_KERNEL)?, Page::alloc_page(GFP_KERNEL)?);
        let test = TestMm::with(0)?;
        let put = Put::new(&test, exclusive(page.as_ptr()))?;
        let still = |pte, page| {
            // SAFETY: The value was made of the page.
            let seen = unsafe { SeenExclusive::from_raw(pte, page) };
            put.look(|guard| guard.still(seen).map(|entry| entry.page().as_ptr()))
        };
        let found = still(exclusive(page.as_ptr()), page.as_ptr());
        assert_eq!(found, Ok(Some(page.as_ptr())));
        assert_eq!(still(exclusive(other.as_ptr()), other.as_ptr()), Ok(None));
        let uffd = marked(exclusive(page.as_ptr()), false, true);
        assert_eq!(
            still(uffd, page.as_ptr()).map(|found| found.is_none()),
            Ok(kept(false, true).1)
        );
        Ok(())
    }
}
