// SPDX-License-Identifier: GPL-2.0

//! The arithmetic of addresses and frames for all inputs, for Kani: `cargo kani -p kernel`.
//!
//! Compiled out elsewhere, where `exhaustive.rs` tests the same for many inputs.

use crate::{
    format::FORMAT,
    mm::{
        pfnmap::DeviceFrames,
        pgtable::{BlockAddr, Level, Pfn, PfnBlock, Pmd, Pte, Pud},
    },
};

fn block_is_around_address<L: Level>() {
    let address: usize = kani::any();
    let start = BlockAddr::<L>::around(address).as_raw();
    assert!(start % L::SIZE == 0 && start <= address && address - start < L::SIZE);
}

#[kani::proof]
fn blocks_of_pmds() {
    block_is_around_address::<Pmd>();
}

#[kani::proof]
fn blocks_of_puds() {
    block_is_around_address::<Pud>();
}

#[kani::proof]
fn only_aligned_blocks_exist() {
    let pfn: usize = kani::any();
    let exists = PfnBlock::<Pmd>::new(Pfn::new(pfn)).is_some();
    assert_eq!(exists, pfn % Pmd::PAGES == 0 && pfn < FORMAT.pfn_limit());
}

#[kani::proof]
fn frames_have_an_end() {
    let (pages, page, count): (usize, usize, usize) = (kani::any(), kani::any(), kani::any());
    // SAFETY: Nothing is mapped.
    let frames = unsafe { DeviceFrames::new(Pfn::new(0), pages) };
    let fits = page.checked_add(count).is_some_and(|end| end <= pages);
    assert_eq!(frames.has(page, count), fits);
}

/// What a split computes: each part is a block of the level below, inside the block.
fn parts_are_inside<L: Level, Below: Level>() {
    let (first, address, i): (usize, usize, usize) = (kani::any(), kani::any(), kani::any());
    kani::assume(PfnBlock::<L>::new(Pfn::new(first)).is_some());
    kani::assume(i < L::SIZE / Below::SIZE);
    let part = first + i * Below::PAGES;
    assert!(PfnBlock::<Below>::new(Pfn::new(part)).is_some());
    assert!(first <= part && part + Below::PAGES <= first + L::PAGES);
    let start = BlockAddr::<L>::around(address).as_raw();
    let here = start + i * Below::SIZE;
    assert_eq!(BlockAddr::<L>::around(here).as_raw(), start);
    assert_eq!(BlockAddr::<Below>::around(here).as_raw(), here);
}

#[kani::proof]
fn parts_of_pmds() {
    parts_are_inside::<Pmd, Pte>();
}

#[kani::proof]
fn parts_of_puds() {
    parts_are_inside::<Pud, Pmd>();
}

/// The entries of a split keep the bits of the leaf, each with its own frame.
#[kani::proof]
fn parts_keep_bits() {
    let (first, i): (usize, usize) = (kani::any(), kani::any());
    kani::assume(first < FORMAT.pfn_limit() && first % Pmd::PAGES == 0 && i < FORMAT.entries());
    let set: u64 = kani::any();
    let bits = set & (FORMAT.write | FORMAT.young | FORMAT.dirty) | FORMAT.special;
    let leaf = FORMAT.mkhuge(FORMAT.make(first, FORMAT.readable & !FORMAT.young | bits));
    let part = FORMAT.make(first + i, FORMAT.pgprot_below(1, leaf));
    assert_eq!(FORMAT.pfn(0, part), first + i);
    let kept = FORMAT.write | FORMAT.young | FORMAT.dirty | FORMAT.special;
    assert_eq!(part & kept, leaf & kept);
}

/// A leaf that is hidden, or split, keeps its frame.
#[kani::proof]
fn leaf_keeps_frame() {
    let first: usize = kani::any();
    kani::assume(first < FORMAT.pfn_limit() && first % Pmd::PAGES == 0);
    let leaf = FORMAT.mkhuge(FORMAT.make(first, FORMAT.readable | FORMAT.write));
    assert_eq!(FORMAT.pfn(1, leaf), first);
    assert_eq!(FORMAT.pfn(1, FORMAT.mkinvalid(1, leaf)), first);
}
