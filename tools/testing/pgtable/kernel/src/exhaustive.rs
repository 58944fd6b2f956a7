// SPDX-License-Identifier: GPL-2.0

//! The arithmetic of addresses and frames, and the bits of entries, for every input of a kind.

use crate::{
    bindings::{alloc_anon_page, vm_area_struct, vma_bounds, vma_flags, vma_range, MEMORY},
    format::{Format, ARM64_16K, ARM64_4K, ARM64_64K, FORMAT, X86_64},
    mm::{
        pfnmap::DeviceFrames,
        pgtable::{BlockAddr, Level, Pfn, PfnBlock, Pmd, Pte, Pud},
    },
};

/// Does something for every level, largest entry last.
macro_rules! each_level {
    ($test:ident) => {
        $test::<Pte>();
        $test::<Pmd>();
        $test::<Pud>();
    };
}

/// Every number of up to 52 bits of which at most two are set, and those beside it: some under Miri.
fn numbers() -> impl Iterator<Item = usize> {
    let two = (0..52).flat_map(|a| (0..=a).map(move |b| 1usize << a | 1 << b));
    let all = two.flat_map(|n| [n.wrapping_sub(1), n, n + 1, !n]);
    all.step_by(if cfg!(miri) { 97 } else { 1 })
}

fn block_is_around_address<L: Level>() {
    for address in numbers() {
        let start = BlockAddr::<L>::around(address).as_raw();
        assert_eq!(start, address / L::SIZE * L::SIZE);
    }
}

#[test]
fn blocks() {
    each_level!(block_is_around_address);
    assert_eq!(
        [Pte::SIZE, Pmd::SIZE, Pud::SIZE],
        [0, 1, 2].map(|level| FORMAT.size(level))
    );
    assert_eq!(Pmd::SIZE / Pte::SIZE, FORMAT.entries());
    assert_eq!(Pmd::PAGES, 1 << Pmd::ORDER);
}

fn block_exists_if_aligned<L: Level>() {
    for pfn in numbers() {
        let exists = PfnBlock::<L>::new(Pfn::new(pfn)).is_some();
        assert_eq!(
            exists,
            pfn % L::PAGES == 0 && pfn < FORMAT.pfn_limit(),
            "{pfn:#x}"
        );
    }
}

#[test]
fn frames() {
    each_level!(block_exists_if_aligned);
}

/// A block has every frame from its first on.
fn block_has_frames<L: Level>() {
    for first in [0, L::PAGES, 7 * L::PAGES, FORMAT.pfn_limit() - L::PAGES] {
        let block = PfnBlock::<L>::new(Pfn::new(first)).expect("a block");
        assert_eq!(block.first().as_raw(), first);
        assert_eq!(block.clone().first().as_raw(), first);
        assert!(block.iter().eq(first..first + L::PAGES));
    }
}

/// The parts of a block are blocks of the level below, of frames and of addresses, and all of it.
fn block_has_parts<L: Level, Below: Level>() {
    for first in [0, L::PAGES, FORMAT.pfn_limit() - L::PAGES] {
        let mut frames = Vec::new();
        for i in 0..L::SIZE / Below::SIZE {
            let part = PfnBlock::<Below>::new(Pfn::new(first + i * Below::PAGES));
            frames.extend(part.expect("a block").iter());
            let address = 3 * L::SIZE + i * Below::SIZE;
            assert_eq!(BlockAddr::<Below>::around(address).as_raw(), address);
            assert_eq!(BlockAddr::<L>::around(address).as_raw(), 3 * L::SIZE);
        }
        assert!(frames.into_iter().eq(first..first + L::PAGES));
    }
}

#[test]
fn parts_of_blocks() {
    block_has_parts::<Pmd, Pte>();
    if !cfg!(miri) {
        block_has_parts::<Pud, Pmd>();
    }
}

#[test]
fn frames_of_blocks() {
    each_level!(block_has_frames);
}

#[test]
fn frame_numbers() {
    for pfn in numbers() {
        assert_eq!(Pfn::new(pfn).fits(), pfn < FORMAT.pfn_limit());
    }
    crate::machine::boot();
    alloc_anon_page();
    assert!(Pfn::new(MEMORY).has_page());
    assert!(!Pfn::new(MEMORY + 1).has_page());
    crate::machine::boot();
}

/// Of all frames and all blocks around the end of a BAR of a few.
#[test]
fn frames_of_a_driver() {
    for pages in 0..40 {
        // SAFETY: Nothing is mapped.
        let frames = unsafe { DeviceFrames::new(Pfn::new(64), pages) };
        assert_eq!((frames.first().as_raw(), frames.pages()), (64, pages));
        for page in (0..80).chain([usize::MAX, usize::MAX - 63]) {
            assert_eq!(
                frames.pfn(page).map(Pfn::as_raw),
                (page < pages).then(|| 64 + page)
            );
            for count in 0..80 {
                let fits = page.checked_add(count).is_some_and(|end| end <= pages);
                assert_eq!(
                    frames.has(page, count),
                    fits,
                    "{count} from {page} of {pages}"
                );
            }
        }
    }
}

fn vma(start: usize, end: usize) -> vm_area_struct {
    vm_area_struct {
        __bindgen_anon_1: vma_bounds {
            __bindgen_anon_1: vma_range {
                vm_start: start,
                vm_end: end,
            },
        },
        __bindgen_anon_2: vma_flags {
            vm_flags: crate::virt::flags::PFNMAP | crate::virt::flags::SHARED,
        },
        vm_mm: std::ptr::null_mut(),
        vm_page_prot: crate::bindings::pgprot_t { pgprot: 0 },
        vm_pgoff: 7,
        vm_private_data: std::ptr::null_mut(),
        vm_ops: std::ptr::null(),
        vm_lock: Default::default(),
        mapping: std::ptr::null_mut(),
    }
}

/// A block lies in a vma, or there is none: for each place of both ends around it.
fn block_lies_in_vma<L: Level>() {
    let places = [
        0,
        Pte::SIZE,
        L::SIZE - Pte::SIZE,
        L::SIZE,
        L::SIZE + Pte::SIZE,
        2 * L::SIZE,
    ];
    for start in places {
        for end in places.into_iter().filter(|end| *end > start) {
            let raw = vma(8 * L::SIZE + start, 8 * L::SIZE + end);
            // SAFETY: It is not used otherwise.
            let vma = unsafe { crate::virt::VmaRef::from_raw(&raw) };
            // SAFETY: Its flags do not change.
            let vma = unsafe { vma.as_pfnmap_vma() }.expect("a vma of frames");
            for address in places.map(|place| 8 * L::SIZE + place) {
                let first = address / L::SIZE * L::SIZE;
                let inside = vma.start() <= first && first + L::SIZE <= vma.end();
                let block = vma.block::<L>(address);
                assert_eq!(
                    block.as_ref().map(|block| block.addr().as_raw()),
                    inside.then_some(first)
                );
                let Some(block) = block else { continue };
                assert_eq!(block.pgoff(), 7 + (first - vma.start()) / Pte::SIZE);
            }
        }
    }
}

#[test]
fn vmas() {
    each_level!(block_lies_in_vma);
}

/// Frame and bits of a leaf come back as they were put in; what hides it from hardware, or makes parts
/// of it, loses neither.
fn leaf_keeps_frame_and_bits(format: &Format, level: u32, pfn: usize, bits: u64) {
    let prot = format.readable | bits;
    let page = format.make(pfn, prot) | format.special;
    let leaf = if level > 0 { format.mkhuge(page) } else { page };
    let kept = format.special | format.write | format.young | format.dirty;
    let hidden = format.mkinvalid(level, leaf);
    for raw in [leaf, hidden] {
        assert_eq!(format.pfn(level, raw), pfn);
        assert_eq!(raw & kept, leaf & kept);
        assert!(level == 0 || format.present(level, raw) && format.leaf(level, raw));
    }
    assert_eq!(hidden & format.valid, 0);
    assert_eq!(format.accessed(hidden, false), None);
    let below = format.pgprot_below(level, leaf) & kept;
    assert_eq!(below, leaf & kept);
}

#[test]
fn leaves() {
    for format in [X86_64, ARM64_4K, ARM64_16K, ARM64_64K] {
        let bits = [format.write, format.young, format.dirty, format.uffd];
        for level in 0..3 {
            let pages = format.size(level) >> format.page_shift;
            for pfn in numbers().map(|n| n % format.pfn_limit() / pages * pages) {
                for set in 0..1 << bits.len() {
                    let set = (0..bits.len())
                        .filter(|i| set >> i & 1 != 0)
                        .map(|i| bits[i]);
                    leaf_keeps_frame_and_bits(&format, level, pfn, set.fold(0, |a, b| a | b));
                }
            }
        }
    }
}

/// What hardware does to a leaf is what C's accessors say of it.
#[test]
fn hardware() {
    for format in [X86_64, ARM64_4K, ARM64_16K, ARM64_64K] {
        let clean = format.make(8, format.readable & !format.young);
        for leaf in [
            clean,
            format.mkwrite(clean),
            format.mkdirty(format.mkwrite(clean)),
        ] {
            assert_eq!(format.accessed(leaf, false), Some(leaf | format.young));
            let written = format.accessed(leaf, true);
            assert_eq!(written.is_some(), format.writable(leaf));
            assert!(written.is_none_or(|raw| format.is_dirty(raw) && raw & format.young != 0));
            let protected = format.wrprotect(written.unwrap_or(leaf));
            assert_eq!(format.accessed(protected, true), None);
            assert_eq!(
                format.is_dirty(protected),
                written.is_some(),
                "a dirty bit is lost"
            );
        }
    }
}

/// Entries that are not present are that, and return kind and number.
#[test]
fn swap_entries() {
    for format in [X86_64, ARM64_4K, ARM64_16K, ARM64_64K] {
        for kind in 1..32 {
            for number in numbers().map(|n| n % (1 << 48)) {
                let raw = format.swap(kind, number);
                assert_eq!(format.unswap(raw), (kind, number));
                assert_eq!(format.accessed(raw, false), None);
                assert!(!format.present(0, raw));
            }
        }
    }
}
