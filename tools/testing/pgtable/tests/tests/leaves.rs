// SPDX-License-Identifier: GPL-2.0

//! What is made of one leaf, for every level and every set of bits: what a lookup says, what a split
//! makes of it, what fork gives to a child, what a driver's insert puts there.

use kernel::{
    bindings::{
        alloc_anon_page, free_pages, vm_event_item_PFNMAP_FAULT_PMD,
        vm_event_item_PFNMAP_FAULT_PTE, vm_event_item_PFNMAP_FAULT_PUD, vm_event_item_PFNMAP_SPLIT,
        vm_event_item_PFNMAP_SPLIT_FAILED, vm_event_item_THP_SPLIT_PMD,
        vm_event_item_THP_SPLIT_PUD, vm_fault_reason_VM_FAULT_FALLBACK,
        vm_fault_reason_VM_FAULT_HWPOISON, vm_fault_reason_VM_FAULT_NOPAGE,
        vm_fault_reason_VM_FAULT_SIGBUS, vma_lookup, HUGE_ZERO, MEMORY,
    },
    error::code::{EINVAL, ENOMEM},
    format::{Level, FORMAT},
    machine,
    mm::{
        notifier::InvalidateRange,
        pfnmap::PfnmapGuard,
        pgtable::{self, Entry, HugeLevel, Pte, Slot, SlotGuard, Snapshot, SpareTable},
        MmWithUser,
    },
    virt::{flags, vm_flags_t, VmaRef},
};
use tests::process::{pages, Bar, Process, LARGEST};

const HOME: usize = 8 * FORMAT.size(LARGEST);
/// Frames that blocks of every size begin at.
const PFNS: [usize; 3] = [
    pages(LARGEST),
    FORMAT.pfn_limit() / 2,
    FORMAT.pfn_limit() - pages(LARGEST),
];
const SHARED: vm_flags_t = flags::PFNMAP | flags::IO | flags::SHARED | COW;
const COW: vm_flags_t = flags::READ | flags::WRITE | flags::MAYWRITE;
const PRIVATE: vm_flags_t = flags::PFNMAP | flags::IO | COW;

/// A leaf and where it is.
#[derive(Clone, Copy, Debug)]
struct Leaf {
    level: Level,
    pfn: usize,
    raw: u64,
}

impl Leaf {
    fn new(level: Level, pfn: usize, bits: u64) -> Self {
        let page = FORMAT.make(pfn, FORMAT.readable & !FORMAT.young) | bits;
        let raw = if level > 0 { FORMAT.mkhuge(page) } else { page };
        Self { level, pfn, raw }
    }

    /// A process that maps it.
    fn mapped(self, vm_flags: vm_flags_t) -> Process {
        machine::boot();
        let process = Process::new(FORMAT.levels[0]);
        let range = HOME..HOME + FORMAT.size(LARGEST);
        process.map_as(Bar::new(self.pfn), range, 0, vm_flags);
        process.put_leaf(self.level, HOME, self.raw);
        process
    }

    fn writable(self) -> bool {
        FORMAT.writable(self.raw)
    }
}

/// Does something to every leaf of a level from `lowest` on: of each of [`PFNS`], with each set of bits.
fn each_leaf(lowest: Level, f: impl Fn(Leaf)) {
    for level in lowest..=LARGEST {
        let pat = if level > 0 {
            FORMAT.large.0
        } else {
            FORMAT.large.1
        };
        let others = FORMAT.cache | FORMAT.soft_dirty | FORMAT.uffd | pat;
        let bits = [FORMAT.write, FORMAT.young, FORMAT.dirty, others];
        for pfn in PFNS.into_iter().take(if cfg!(miri) { 1 } else { 3 }) {
            for set in 0..1 << bits.len() {
                let on = (0..bits.len()).filter(|i| set >> i & 1 != 0);
                let bits = on.map(|i| bits[i]).fold(FORMAT.special, |a, b| a | b);
                f(Leaf::new(level, pfn, bits));
            }
        }
    }
}

/// The leaves of a level that are none of frames alone: not special, or the huge zero page.
fn each_other(f: impl Fn(Leaf)) {
    for level in 1..=LARGEST {
        f(Leaf::new(level, PFNS[1], FORMAT.write | FORMAT.young));
    }
    f(Leaf::new(1, HUGE_ZERO, FORMAT.special));
}

/// Ends a process that was given the leaf by hand.
fn end(process: Process, leaf: Leaf) {
    process.take_leaf(leaf.level, HOME);
    process.exit();
}

fn the_same(leaf: Leaf, process: Process) -> bool {
    machine::leaf_at(process.0, HOME) == Some((leaf.level, leaf.raw))
}

/// A lookup says what the leaf is.
#[test]
fn lookup_says_what_is_there() {
    each_leaf(0, |leaf| {
        let process = leaf.mapped(SHARED);
        // SAFETY: The process is alive.
        let mm = unsafe { MmWithUser::from_raw(process.0) };
        let mmap = mm.mmap_read_lock();
        let vma = mmap.vma_lookup(HOME).expect("a vma");
        let all = pages(leaf.level);
        for page in (0..all.ilog2())
            .map(|n| 1 << n)
            .chain([0, all / 3, all - 1])
        {
            let addr = HOME + page % pages(leaf.level) * FORMAT.size(0) + 7;
            let pfn = leaf.pfn + page % pages(leaf.level);
            let found = PfnmapGuard::start(&mmap, vma, addr).expect("a leaf");
            assert_eq!(found.pfn().as_raw(), pfn);
            assert_eq!(found.addr_mask(), !(FORMAT.size(leaf.level) - 1));
            assert_eq!(found.pgprot().bits(), FORMAT.pgprot(leaf.level, leaf.raw));
            assert_eq!((found.writable(), found.special()), (leaf.writable(), true));
        }
        drop(mmap);
        end(process, leaf);
    });
}

/// Of what is not special a lookup says so, and of a vma that maps memory it says nothing.
#[test]
fn lookup_knows_memory() {
    each_other(|leaf| {
        let process = leaf.mapped(SHARED);
        // SAFETY: The process is alive.
        let mm = unsafe { MmWithUser::from_raw(process.0) };
        let mmap = mm.mmap_read_lock();
        let vma = mmap.vma_lookup(HOME).expect("a vma");
        let special = PfnmapGuard::start(&mmap, vma, HOME).map(|found| found.special());
        assert_eq!(special, Ok(leaf.raw & FORMAT.special != 0));
        drop(mmap);
        end(process, leaf);
        let process = leaf.mapped(COW);
        assert_eq!(process.follow(HOME, |_| ()), Err(EINVAL));
        end(process, leaf);
    });
}

fn with_vma<R>(process: Process, f: impl FnOnce(&VmaRef) -> R) -> R {
    // SAFETY: The process is alive.
    let mm = unsafe { MmWithUser::from_raw(process.0) };
    let mmap = mm.mmap_read_lock();
    f(mmap.vma_lookup(HOME).expect("a vma"))
}

/// Whether the leaf at the start of the vma may be written, if there is one.
fn leaf_is_writable(vma: &VmaRef) -> Option<bool> {
    fn of<L: pgtable::Level>(mut guard: SlotGuard<'_, L>) -> Option<bool> {
        match guard.entry() {
            Entry::Leaf(leaf) => Some(leaf.writable()),
            _ => None,
        }
    }
    match Slot::find(vma, HOME)?.snapshot() {
        Snapshot::Leaf(pud) => of(pud.lock()),
        Snapshot::Table(pmd) => match pmd.snapshot() {
            Snapshot::Leaf(pmd) => of(pmd.lock()),
            Snapshot::Table(pmd) => of(pmd.lock_pte()?),
            _ => None,
        },
        _ => None,
    }
}

/// By the way down, without C's lookup: every leaf is found, and says whether it may be written.
#[test]
fn slot_leads_to_the_leaf() {
    each_leaf(0, |leaf| {
        let process = leaf.mapped(SHARED);
        assert_eq!(with_vma(process, leaf_is_writable), Some(leaf.writable()));
        end(process, leaf);
    });
}

/// Only an address in the vma has an entry, and none in a vma of hugetlb; a lookup wants one of two flags.
#[test]
fn slot_lies_in_the_vma() {
    let leaf = Leaf::new(LARGEST, PFNS[1], FORMAT.special);
    let process = leaf.mapped(SHARED);
    with_vma(process, |vma| {
        let found = [vma.start() - 1, vma.start(), vma.end() - 1, vma.end()]
            .map(|address| Slot::find(vma, address).is_some());
        assert_eq!(found, [false, true, true, false]);
    });
    end(process, leaf);
    let process = leaf.mapped(SHARED | flags::HUGETLB);
    with_vma(process, |vma| assert!(Slot::find(vma, HOME).is_none()));
    end(process, leaf);
    for (flag, found) in [
        (flags::IO, Ok(PFNS[1])),
        (flags::PFNMAP, Ok(PFNS[1])),
        (flags::MIXEDMAP, Err(EINVAL)),
    ] {
        let process = leaf.mapped(flag | flags::SHARED | COW);
        assert_eq!(process.follow(HOME, |found| found.pfn), found);
        end(process, leaf);
    }
}

/// All bits are those of the leaf, but the frame, what makes it a leaf of its level, and where PAT is.
fn assert_keeps_bits(leaf: Leaf, part: u64) {
    let Leaf { level, raw, .. } = leaf;
    let (pat, pat_of_page) = FORMAT.large;
    if level > 1 {
        let other = FORMAT.address_mask() & !pat;
        assert_eq!(raw & !other, part & !other);
        return;
    }
    let other = FORMAT.address_mask() | FORMAT.kind.0 | pat_of_page;
    assert_eq!(raw & !other, part & !other);
    assert_eq!(raw & pat != 0, part & pat_of_page != 0);
}

/// Every entry of the table that takes the place of a leaf maps its part, with the same bits.
#[test]
fn split_keeps_frames_and_bits() {
    each_leaf(1, |leaf| {
        let process = leaf.mapped(SHARED);
        assert!(process.split(leaf.level, HOME));
        let thp = [vm_event_item_THP_SPLIT_PMD, vm_event_item_THP_SPLIT_PUD];
        let counted = [
            (thp[leaf.level as usize - 1], 1),
            (vm_event_item_PFNMAP_SPLIT, 1),
        ];
        assert_eq!(machine::take_events(), counted);
        assert_eq!(machine::take_traced("pfnmap_split"), [0]);
        let below = leaf.level - 1;
        let part = |i| Leaf::new(below, leaf.pfn + i * pages(below), 0);
        for i in 0..FORMAT.entries() {
            let found = machine::leaf_at(process.0, HOME + i * FORMAT.size(below));
            let (level, raw) = found.expect("a leaf");
            assert_eq!((level, FORMAT.pfn(level, raw)), (below, part(i).pfn));
            assert_keeps_bits(leaf, raw);
        }
        // None is left, and that is no failure.
        assert!(process.split(leaf.level, HOME));
        assert_eq!(machine::take_events(), []);
        process.exit();
        assert_eq!(machine::tables(), 0);
    });
}

/// Splits a leaf while secondary MMUs have let go of its first page alone.
fn split_too_early<L: HugeLevel>(slot: Slot<'_, L>) {
    let table = SpareTable::new(&slot).expect("memory");
    let mut range = InvalidateRange::clear::<Pte>(&slot);
    let notified = range.start();
    let mut guard = slot.clone().lock();
    let Entry::Leaf(found) = guard.entry() else {
        panic!("a leaf is lost");
    };
    let special = found.into_special().expect("a special leaf");
    assert_eq!(special.split(table, notified.unmapped()), Err(EINVAL));
}

/// Nothing is split before secondary MMUs have let go of all of it.
#[test]
fn split_wants_all_let_go() {
    each_leaf(1, |leaf| {
        let process = leaf.mapped(SHARED);
        let tables = machine::tables();
        with_vma(process, |vma| {
            match Slot::find(vma, HOME).expect("a table").snapshot() {
                #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
                Snapshot::Leaf(pud) => split_too_early(pud),
                Snapshot::Table(pmd) => split_too_early(pmd),
                _ => panic!("a leaf is lost"),
            }
        });
        assert!(the_same(leaf, process) && machine::tables() == tables);
        assert_eq!(machine::take_events(), []);
        end(process, leaf);
    });
}

/// Without memory for each table nothing is split, and no table is left. That the leaf stays is traced.
#[test]
fn cut_wants_all_memory() {
    for level in 1..=LARGEST {
        let leaf = Leaf::new(level, PFNS[1], FORMAT.special | FORMAT.write);
        // A table takes two allocations.
        for n in 0..2 * level as usize {
            let process = leaf.mapped(SHARED);
            let tables = machine::tables();
            machine::fail_allocations_after(Some(n));
            let cut = process.mprotect(HOME..HOME + FORMAT.size(0), false);
            assert_eq!(cut, Err(ENOMEM));
            machine::fail_allocations_after(None);
            assert!(the_same(leaf, process) && machine::tables() == tables);
            let told = machine::take_traced("pfnmap_split");
            assert_eq!(told, [i64::from(ENOMEM.to_errno())]);
            end(process, leaf);
        }
    }
}

/// A leaf of memory takes no table: C splits it.
#[test]
fn cut_leaves_memory() {
    each_other(|leaf| {
        let process = leaf.mapped(SHARED);
        machine::fail_allocations_after(Some(0));
        assert_eq!(process.split_at(HOME + FORMAT.size(0)), Ok(()));
        machine::fail_allocations_after(None);
        assert!(the_same(leaf, process));
        end(process, leaf);
    });
}

/// Without memory for the table a zap is told so, and it is traced.
#[test]
fn split_says_that_memory_is_lacking() {
    for level in 1..=LARGEST {
        let leaf = Leaf::new(level, PFNS[1], FORMAT.special | FORMAT.write);
        let process = leaf.mapped(SHARED);
        for n in 0..2 {
            machine::fail_allocations_after(Some(n));
            assert!(!process.split(level, HOME) && the_same(leaf, process));
            let told = machine::take_traced("pfnmap_split");
            assert_eq!(told, [i64::from(ENOMEM.to_errno())]);
            let counted = [(vm_event_item_PFNMAP_SPLIT_FAILED, 1)];
            assert_eq!(machine::take_events(), counted);
        }
        machine::fail_allocations_after(None);
        end(process, leaf);
    }
}

#[test]
fn split_leaves_memory() {
    each_other(|leaf| {
        let process = leaf.mapped(SHARED);
        assert!(!process.split(leaf.level, HOME));
        assert!(the_same(leaf, process));
        end(process, leaf);
        assert_eq!(machine::tables(), 0);
    });
}

/// A child has the leaf of its parent, old; where a write makes a copy neither may write.
#[test]
fn fork_gives_what_the_parent_has() {
    each_leaf(1, |leaf| {
        for vm_flags in [SHARED, PRIVATE] {
            let parent = leaf.mapped(vm_flags);
            let child = parent.fork().expect("memory");
            assert_eq!(machine::take_traced("pfnmap_copy"), [0]);
            let raw = if vm_flags == PRIVATE && leaf.writable() {
                FORMAT.wrprotect(leaf.raw)
            } else {
                leaf.raw
            };
            assert!(the_same(Leaf { raw, ..leaf }, parent));
            let raw = raw & !FORMAT.young;
            assert!(the_same(Leaf { raw, ..leaf }, child));
            child.exit();
            end(parent, leaf);
            assert_eq!(machine::tables(), 0);
        }
    });
}

/// What owns a reference is not copied as if it owned none.
#[test]
fn fork_leaves_memory() {
    each_other(|leaf| {
        let parent = leaf.mapped(SHARED);
        let child = parent.fork().expect("memory");
        assert!(the_same(leaf, parent));
        assert_eq!(machine::leaf_at(child.0, HOME), None);
        child.exit();
        end(parent, leaf);
    });
}

/// Gives the vma of a process another protection.
fn set_prot(process: Process, prot: u64) {
    // SAFETY: The vma is alive, and one thread runs.
    unsafe { (*vma_lookup(process.0, HOME)).vm_page_prot.pgprot = prot };
}

/// An empty entry becomes what was asked for: clean for a read, dirty for a write, and writable where the
/// protection lets it be, or a write of a shared vma. The fault is counted as one of its level.
#[test]
fn insert_fills_an_entry() {
    let events = [
        vm_event_item_PFNMAP_FAULT_PTE,
        vm_event_item_PFNMAP_FAULT_PMD,
        vm_event_item_PFNMAP_FAULT_PUD,
    ];
    let direct = FORMAT.readable | FORMAT.write;
    let mixed = flags::MIXEDMAP | flags::IO | COW;
    // Flags, protection, and whether a read, and a write, leave the leaf writable.
    let vmas = [
        (SHARED, direct, [true, true]),
        (SHARED, FORMAT.readable, [false, true]),
        (SHARED & !flags::WRITE, FORMAT.readable, [false, false]),
        (mixed, FORMAT.readable, [false, false]),
    ];
    for level in 0..=LARGEST {
        for (vm_flags, prot, writable) in vmas {
            for write in [false, true] {
                let leaf = Leaf::new(level, PFNS[1], FORMAT.special);
                let process = leaf.mapped(vm_flags);
                process.take_leaf(level, HOME);
                set_prot(process, prot);
                let told = process.insert(level, HOME, leaf.pfn, write);
                assert_eq!(told, vm_fault_reason_VM_FAULT_NOPAGE);
                let (at, raw) = machine::leaf_at(process.0, HOME).expect("a leaf");
                assert_eq!((at, FORMAT.pfn(level, raw)), (level, leaf.pfn));
                assert_ne!(raw & FORMAT.special, 0);
                let bits = (FORMAT.writable(raw), FORMAT.is_dirty(raw));
                assert_eq!(bits, (writable[usize::from(write)], write));
                assert_eq!(machine::take_calls("update_mmu_cache"), 1);
                let counted = [(events[level as usize] as u32, 1)];
                assert_eq!(machine::take_events(), counted);
                assert_eq!(machine::take_traced("pfnmap_insert"), [told.into()]);
                end(process, leaf);
            }
        }
    }
}

/// A block with a frame that is broken, or that L1TF forbids, is not mapped.
#[test]
fn insert_refuses_frames() {
    for level in 0..=LARGEST {
        let leaf = Leaf::new(level, PFNS[1], FORMAT.special);
        let last = leaf.pfn + pages(level) - 1;
        for broken in [true, false] {
            let process = leaf.mapped(SHARED);
            process.take_leaf(level, HOME);
            let refused = if broken {
                machine::poison(last);
                match level {
                    0 => vm_fault_reason_VM_FAULT_HWPOISON,
                    _ => vm_fault_reason_VM_FAULT_FALLBACK,
                }
            } else {
                machine::forbid(last);
                set_prot(process, FORMAT.readable & !FORMAT.valid);
                vm_fault_reason_VM_FAULT_SIGBUS
            };
            // Only what x86 inverts is at risk.
            if broken || FORMAT.inverts {
                let told = process.insert(level, HOME, leaf.pfn, false);
                assert_eq!(told, refused);
                assert_eq!(machine::leaf_at(process.0, HOME), None);
                assert_eq!(machine::take_traced("pfnmap_insert"), [refused.into()]);
                assert_eq!(machine::take_events(), []);
            }
            end(process, leaf);
        }
    }
}

/// A write that finds the leaf of a read makes it young, dirty and writable, unless a write makes a copy;
/// a read changes nothing, and other frames are a mistake of the driver.
#[test]
fn insert_finds_a_leaf() {
    for level in 0..=LARGEST {
        let leaf = Leaf::new(level, PFNS[1], FORMAT.special);
        let private = flags::MIXEDMAP | flags::IO | COW;
        for (vm_flags, write) in [(SHARED, true), (SHARED, false), (private, true)] {
            let process = leaf.mapped(vm_flags);
            let told = process.insert(level, HOME, leaf.pfn, write);
            assert_eq!(told, vm_fault_reason_VM_FAULT_NOPAGE);
            let (_, raw) = machine::leaf_at(process.0, HOME).expect("a leaf");
            let bits = (
                FORMAT.writable(raw),
                FORMAT.is_dirty(raw),
                raw & FORMAT.young != 0,
            );
            let written = write && vm_flags == SHARED;
            assert_eq!(bits, (written, written, written));
            assert_eq!(
                machine::take_calls("update_mmu_cache"),
                usize::from(written)
            );
            end(process, leaf);
        }
        let process = leaf.mapped(SHARED);
        let told = process.insert(level, HOME, leaf.pfn - pages(LARGEST), true);
        assert_eq!(told, vm_fault_reason_VM_FAULT_SIGBUS);
        assert!(machine::take_warnings() == 1 && the_same(leaf, process));
        end(process, leaf);
    }
}

/// A page that is counted is not mapped as if it was not, and a frame that is none may be.
#[test]
fn insert_knows_memory() {
    for write in [false, true] {
        machine::boot();
        let process = Process::new(FORMAT.levels[0]);
        let range = HOME..HOME + FORMAT.size(LARGEST);
        let vm_flags = flags::MIXEDMAP | flags::IO | flags::SHARED | COW;
        process.map_as(Bar::new(PFNS[1]), range, 0, vm_flags);
        alloc_anon_page();
        let refused = process.insert(0, HOME, MEMORY, write);
        assert_eq!(refused, vm_fault_reason_VM_FAULT_SIGBUS);
        assert_eq!(machine::take_warnings(), 1);
        assert_eq!(machine::leaf_at(process.0, HOME), None);
        let mapped = process.insert(0, HOME, PFNS[1], write);
        assert_eq!(mapped, vm_fault_reason_VM_FAULT_NOPAGE);
        assert_eq!(machine::take_calls("update_mmu_cache"), 1);
        let (_, raw) = machine::leaf_at(process.0, HOME).expect("a leaf");
        assert_eq!(FORMAT.pfn(0, raw), PFNS[1]);
        process.exit();
        free_pages();
    }
}
