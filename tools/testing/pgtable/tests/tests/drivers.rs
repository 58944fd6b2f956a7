// SPDX-License-Identifier: GPL-2.0

//! What a driver maps for a fault, by the types that drivers have: blocks of its own frames, and none
//! that has a page of memory.

use kernel::{
    bindings::{add_pages_around, vma_lookup, PAGES_PER_SUBSECTION},
    format::{Level, FORMAT},
    machine,
    mm::{
        pfnmap::{
            fault::{AnyFault, FaultError},
            DeviceFrames,
        },
        pgtable::Pfn,
    },
    virt::{flags, vm_flags_t},
};
use tests::process::{pages, Bar, Process, LARGEST};

/// Every size of blocks begins here, and at the first frame.
const HOME: usize = 8 * FORMAT.size(LARGEST);
const FIRST: usize = FORMAT.pfn_limit() / 2;
const SHARED: vm_flags_t = flags::IO | flags::SHARED | flags::READ | flags::WRITE | flags::MAYWRITE;
const PFNMAP: vm_flags_t = SHARED | flags::PFNMAP;
const MIXEDMAP: vm_flags_t = SHARED | flags::MIXEDMAP;

/// A process that maps two of the largest blocks, from page `pgoff` of a file on.
fn process(pgoff: usize, vm_flags: vm_flags_t) -> Process {
    machine::boot();
    let process = Process::new(FORMAT.levels[0]);
    let range = HOME..HOME + 2 * FORMAT.size(LARGEST);
    process.map_as(Bar::new(FIRST), range, pgoff, vm_flags);
    process
}

fn device(first: usize, pages: usize) -> DeviceFrames {
    // SAFETY: Nothing relies on frames of a BAR.
    unsafe { DeviceFrames::new(Pfn::new(first), pages) }
}

/// Has a driver serve a read.
fn serve(
    process: Process,
    level: Level,
    address: usize,
    device: &DeviceFrames,
) -> Result<(), FaultError> {
    process.have_served(level, address, false, |vmf| {
        // SAFETY: The fault is live, of that order, and one thread runs.
        let fault = unsafe { AnyFault::from_raw(vmf, pages(level).trailing_zeros()) }?;
        fault.insert(device).map(drop)
    })
}

/// Returns the frame of the leaf of a level at an address, and forgets all that is mapped.
fn mapped(process: Process, level: Level, address: usize) -> Option<usize> {
    let leaf = machine::leaf_at(process.0, address);
    process.exit();
    leaf.map(|(at, raw)| {
        assert_eq!(at, level);
        FORMAT.pfn(level, raw)
    })
}

/// A block of the vma is mapped to the frames that its offset in the file names.
#[test]
fn offset_names_the_frames() {
    for level in 0..=LARGEST {
        for (block, pgoff) in [(0, 0), (1, 0), (1, pages(LARGEST))] {
            let process = process(pgoff, PFNMAP);
            let device = device(FIRST, 4 * pages(LARGEST));
            let address = HOME + block * FORMAT.size(level);
            let inside = address + FORMAT.size(level) - 1;
            assert_eq!(serve(process, level, inside, &device), Ok(()));
            let pfn = FIRST + pgoff + block * pages(level);
            assert_eq!(mapped(process, level, address), Some(pfn));
        }
    }
}

/// Frames that are not all the driver's, or do not begin where a block does, are left to the next level.
#[test]
fn block_is_the_drivers() {
    for level in 0..=LARGEST {
        let all = pages(level);
        let frames = [(FIRST, 0), (FIRST, all - 1), (FIRST + 1, 2 * all)];
        // A page may begin at any frame.
        for (first, count) in frames.into_iter().take(if level > 0 { 3 } else { 2 }) {
            let process = process(0, PFNMAP);
            let told = serve(process, level, HOME, &device(first, count));
            assert_eq!(told, Err(FaultError::Fallback), "{count} from {first:#x}");
            assert_eq!(mapped(process, level, HOME), None);
        }
    }
}

/// A page of memory is mapped only in a vma that has frames alone, which nothing counts.
#[test]
fn page_of_memory_is_not_counted() {
    for (around, vm_flags, maps) in [
        (FIRST, MIXEDMAP, false),
        (FIRST, PFNMAP, true),
        (FIRST - 1, MIXEDMAP, true),
    ] {
        let process = process(0, vm_flags);
        add_pages_around(around);
        let told = serve(process, 0, HOME, &device(FIRST, 1));
        assert_eq!(told, maps.then_some(()).ok_or(FaultError::Sigbus));
        assert_eq!(machine::take_warnings(), usize::from(!maps));
        assert_eq!(mapped(process, 0, HOME), maps.then_some(FIRST));
    }
}

/// In a vma that may have pages a large block is mapped only if it has none, in whichever part of it; one
/// that has frames alone takes any.
#[test]
fn block_has_no_page() {
    for level in 1..=LARGEST {
        let end = FIRST + pages(level);
        let parts = (FIRST..end).step_by(PAGES_PER_SUBSECTION);
        let around = [FIRST - 1, end].map(|pfn| (pfn, MIXEDMAP, true));
        let in_pfnmap = [FIRST, end - 1].map(|pfn| (pfn, PFNMAP, true));
        let in_mixedmap = parts.chain([end - 1]).map(|pfn| (pfn, MIXEDMAP, false));
        for (pfn, vm_flags, maps) in in_mixedmap.chain(around).chain(in_pfnmap) {
            let process = process(0, vm_flags);
            add_pages_around(pfn);
            let told = serve(process, level, HOME, &device(FIRST, pages(level)));
            let expected = maps.then_some(()).ok_or(FaultError::Fallback);
            assert_eq!(told, expected, "a page at {pfn:#x} in {vm_flags:#x}");
            assert_eq!(mapped(process, level, HOME), maps.then_some(FIRST));
        }
    }
}

/// L1TF forbids no frame that is mapped so that it may be accessed.
#[test]
fn l1tf_is_of_what_may_not_be_accessed() {
    for level in 0..=LARGEST {
        for prot in [FORMAT.readable, FORMAT.readable & !FORMAT.valid] {
            let process = process(0, PFNMAP);
            // SAFETY: The vma is alive, and one thread runs.
            unsafe { (*vma_lookup(process.0, HOME)).vm_page_prot.pgprot = prot };
            machine::forbid(FIRST + pages(level) - 1);
            let told = serve(process, level, HOME, &device(FIRST, pages(level)));
            let allowed = !FORMAT.inverts || prot & FORMAT.valid != 0;
            assert_eq!(told, allowed.then_some(()).ok_or(FaultError::Sigbus));
            process.exit();
        }
    }
}
