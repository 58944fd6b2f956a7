// SPDX-License-Identifier: GPL-2.0

//! Reading the entry of an address.

use kernel::{
    mm::{
        folio::MappedPage,
        pgtable::{
            pages::{NormalLeaf, PteBatch, SoftLeaf},
            Entry, Slot, Snapshot,
        },
        virt::VmaRef,
        MmapReadGuard,
    },
    prelude::*,
};

const NONE: u32 = 0;
const PRESENT: u32 = 1;
const SWAP: u32 = 2;
const MIGRATION: u32 = 3;
const DEVICE_PRIVATE: u32 = 4;
const DEVICE_EXCLUSIVE: u32 = 5;
const HWPOISON: u32 = 6;
const MARKER: u32 = 7;
const HUGE: u32 = 8;

const WRITABLE: u32 = 1 << 0;
const DIRTY: u32 = 1 << 1;
const YOUNG: u32 = 1 << 2;
const SOFT_DIRTY: u32 = 1 << 3;
const UFFD: u32 = 1 << 4;
const ANON_EXCLUSIVE: u32 = 1 << 5;
const FOLIO_DIRTY: u32 = 1 << 6;
const FOLIO_LOCKED: u32 = 1 << 7;

/// The outputs of `TEST_EXCLUSIVE_LOOK`.
#[derive(Default)]
pub(crate) struct Look {
    pub(crate) kind: u32,
    pub(crate) flags: u32,
    pub(crate) pfn: u64,
    pub(crate) refcount: i32,
    pub(crate) mapcount: i32,
    pub(crate) pages: u32,
}

/// The flags whose condition holds.
fn flags<const N: usize>(of: [(u32, bool); N]) -> u32 {
    of.iter()
        .filter(|(_, set)| *set)
        .map(|(flag, _)| flag)
        .sum()
}

impl Look {
    pub(crate) fn at(mmap: &MmapReadGuard<'_>, address: usize) -> Result<Self> {
        let vma = mmap.vma_lookup(address).ok_or(EFAULT)?;
        let mut look = Self::default();
        if maps_huge(vma, address) {
            look.kind = HUGE;
        } else if let Some(mut batch) = PteBatch::lock(vma, address) {
            look.entry(batch.entry());
        }
        Ok(look)
    }

    fn entry(&mut self, entry: Entry<'_, kernel::mm::pgtable::Pte>) {
        match entry {
            Entry::Vacant | Entry::Table => self.kind = NONE,
            Entry::Leaf(leaf) => {
                self.kind = PRESENT;
                self.pfn = leaf.pfn().as_raw() as u64;
                if let Some(leaf) = leaf.into_normal() {
                    self.normal(&leaf);
                }
            }
            Entry::NonPresent(entry) => {
                self.flags = flags([
                    (SOFT_DIRTY, entry.bits().soft_dirty),
                    (UFFD, entry.bits().uffd),
                ]);
                self.softleaf(entry.softleaf());
            }
        }
    }

    fn normal(&mut self, leaf: &NormalLeaf<'_>) {
        let bits = leaf.bits();
        self.flags = flags([
            (WRITABLE, bits.writable),
            (DIRTY, bits.dirty),
            (YOUNG, bits.young),
            (SOFT_DIRTY, bits.soft_dirty),
            (UFFD, bits.uffd),
        ]);
        self.page(&leaf.page());
    }

    fn softleaf(&mut self, softleaf: SoftLeaf<'_>) {
        if let Some(page) = softleaf.page() {
            self.page(&page);
        }
        self.kind = match softleaf {
            SoftLeaf::Swap => SWAP,
            SoftLeaf::Migration => MIGRATION,
            SoftLeaf::DevicePrivate(_) => DEVICE_PRIVATE,
            SoftLeaf::DeviceExclusive(_) => DEVICE_EXCLUSIVE,
            SoftLeaf::Hwpoison => HWPOISON,
            SoftLeaf::Marker => MARKER,
            SoftLeaf::Bad => NONE,
        };
    }

    fn page(&mut self, page: &MappedPage<'_>) {
        self.pfn = page.pfn() as u64;
        self.refcount = page.ref_count();
        self.mapcount = page.mapcount();
        self.pages = page.folio_pages() as u32;
        self.flags |= flags([
            (ANON_EXCLUSIVE, page.anon_exclusive()),
            (FOLIO_DIRTY, page.folio_dirty()),
            (FOLIO_LOCKED, page.folio_locked()),
        ]);
    }
}

/// Whether a PUD or a PMD maps the address.
fn maps_huge(vma: &VmaRef, address: usize) -> bool {
    let Some(pud) = Slot::find(vma, address) else {
        return false;
    };
    match pud.snapshot() {
        Snapshot::Table(pmd) => matches!(pmd.snapshot(), Snapshot::Leaf(_)),
        Snapshot::Leaf(_) => true,
        Snapshot::Vacant(_) | Snapshot::NonPresent(_) => false,
    }
}
