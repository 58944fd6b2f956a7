// SPDX-License-Identifier: GPL-2.0

//! What is made of one PTE that maps or names a page, for every set of bits: what it says, what a device
//! that takes it leaves, what comes back, what fork and a migration make of it.

// The names are C's.
#![allow(non_upper_case_globals)]

use kernel::{
    bindings::*,
    error::code::{EBUSY, EINVAL, ENOENT},
    format::FORMAT,
    machine,
    mm::{
        notifier::{InvalidateRange, Owner},
        pgtable::{
            pages::{PteBatch, PteRun, SoftLeaf},
            Entry, Pte, Slot,
        },
        MmWithUser, MmapReadGuard,
    },
    virt::{flags, vm_flags_t, VmaRef},
};
use tests::process::{Process, LARGEST};

const HOME: usize = 8 * FORMAT.size(LARGEST);
const PAGE: usize = FORMAT.size(0);
const PRIVATE: vm_flags_t = flags::READ | flags::WRITE | flags::MAYWRITE;
const SHARED: vm_flags_t = PRIVATE | flags::SHARED;

/// What is done with each set of bits.
#[derive(Clone, Copy, Debug)]
struct Bits {
    writable: bool,
    young: bool,
    dirty: bool,
    soft_dirty: bool,
    uffd: bool,
}

fn each_set(f: impl Fn(Bits)) {
    for set in 0..32 {
        let on = |bit| set >> bit & 1 != 0;
        f(Bits {
            writable: on(0),
            young: on(1),
            dirty: on(2),
            // Not every architecture has it.
            soft_dirty: on(3) && FORMAT.soft_dirty != 0,
            uffd: on(4),
        });
    }
}

fn flag(set: bool, bit: u64) -> u64 {
    if set {
        bit
    } else {
        0
    }
}

impl Bits {
    /// A PTE that maps a page.
    fn present(self, page: *mut page) -> u64 {
        let prot = pgprot_t {
            pgprot: FORMAT.readable & !FORMAT.young,
        };
        // SAFETY: The page is alive.
        let mut raw = unsafe { mk_pte(page, prot) }.pte;
        raw |= flag(self.young, FORMAT.young) | flag(self.soft_dirty, FORMAT.soft_dirty);
        raw |= flag(self.uffd, FORMAT.uffd);
        raw = if self.dirty { FORMAT.mkdirty(raw) } else { raw };
        if self.writable {
            raw = FORMAT.mkwrite(raw);
        }
        raw
    }

    /// One that names it.
    fn naming(self, kind: softleaf_type, page: *mut page) -> u64 {
        let swap = FORMAT.swap;
        softleaf(kind, page).val
            | flag(self.soft_dirty, swap.soft_dirty)
            | flag(self.uffd, swap.uffd)
    }

    /// Whether an entry that is not present has the bits that outlive what was mapped.
    fn outlive(self, raw: u64) -> bool {
        let swap = FORMAT.swap;
        (raw & swap.soft_dirty != 0) == self.soft_dirty && (raw & swap.uffd != 0) == self.uffd
    }

    fn are_in(self, raw: u64) -> bool {
        (raw & FORMAT.soft_dirty != 0) == self.soft_dirty && (raw & FORMAT.uffd != 0) == self.uffd
    }
}

/// A process with memory, and a page for its first address.
fn process(vm_flags: vm_flags_t) -> (Process, *mut page) {
    machine::boot();
    let process = Process::new(FORMAT.levels[0]);
    process.map_memory(HOME..HOME + 40 * PAGE, vm_flags);
    (process, alloc_anon_page())
}

fn folio_of<'a>(page: *mut page) -> &'a folio {
    // SAFETY: Pages are freed at the end of a test.
    unsafe { &*page_folio(page) }
}

fn kind_of(raw: u64) -> softleaf_type {
    // SAFETY: The value alone is looked at.
    unsafe { pte_softleaf_type(pte_t { pte: raw }) }
}

/// Ends processes; their pages have no reference then.
fn end(processes: &[Process]) {
    for process in processes {
        process.drop_anon(HOME..HOME + 40 * PAGE);
        process.exit();
    }
    assert_eq!((machine::tables(), free_pages()), (0, 0));
}

fn with_vma<R>(process: Process, f: impl FnOnce(&MmapReadGuard<'_>, &VmaRef) -> R) -> R {
    // SAFETY: The process is alive.
    let mm = unsafe { MmWithUser::from_raw(process.0) };
    let mmap = mm.mmap_read_lock();
    let vma = mmap.vma_lookup(HOME).expect("a vma");
    f(&mmap, vma)
}

/// Each kind says what it is, and its page, whatever bits it has.
#[test]
fn softleaf_says_what_it_is() {
    let says = |kind, entry: SoftLeaf<'_>, page| {
        let named = entry.page().map(|page| page.as_ptr());
        match (kind, entry) {
            (softleaf_type_SOFTLEAF_SWAP, SoftLeaf::Swap) => named.is_none(),
            (
                softleaf_type_SOFTLEAF_MIGRATION_READ
                | softleaf_type_SOFTLEAF_MIGRATION_READ_EXCLUSIVE
                | softleaf_type_SOFTLEAF_MIGRATION_WRITE,
                SoftLeaf::Migration,
            ) => named.is_none(),
            (
                softleaf_type_SOFTLEAF_DEVICE_PRIVATE_READ
                | softleaf_type_SOFTLEAF_DEVICE_PRIVATE_WRITE,
                SoftLeaf::DevicePrivate(_),
            ) => named == Some(page),
            (softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE, SoftLeaf::DeviceExclusive(_)) => {
                named == Some(page)
            }
            (softleaf_type_SOFTLEAF_HWPOISON, SoftLeaf::Hwpoison) => named.is_none(),
            (softleaf_type_SOFTLEAF_MARKER, SoftLeaf::Marker) => named.is_none(),
            (10, SoftLeaf::Bad) => named.is_none(),
            _ => false,
        }
    };
    each_set(|bits| {
        let (process, page) = process(PRIVATE);
        for kind in 1..=10 {
            process.put_leaf(0, HOME, bits.naming(kind, page));
            with_vma(process, |_, vma| {
                let mut batch = PteBatch::lock(vma, HOME).expect("a table");
                let Entry::NonPresent(entry) = batch.entry() else {
                    panic!("kind {kind} is not read as not present");
                };
                let found = (entry.bits().soft_dirty, entry.bits().uffd);
                assert_eq!(found, (bits.soft_dirty, bits.uffd));
                assert!(says(kind, entry.softleaf(), page), "kind {kind}");
            });
        }
        end(&[process]);
    });
}

/// What maps a page says its bits.
#[test]
fn leaf_says_its_bits() {
    each_set(|bits| {
        let (process, page) = process(PRIVATE);
        process.put_leaf(0, HOME, bits.present(page));
        with_vma(process, |_, vma| {
            let mut batch = PteBatch::lock(vma, HOME).expect("a table");
            let leaf = batch.normal().expect("a page");
            assert_eq!(leaf.page().as_ptr(), page);
            let found = leaf.bits();
            let dirty = FORMAT.is_dirty(bits.present(page));
            assert_eq!((found.writable, found.young), (bits.writable, bits.young));
            assert_eq!((found.dirty, found.soft_dirty), (dirty, bits.soft_dirty));
            assert_eq!(found.uffd, bits.uffd);
        });
        end(&[process]);
    });
}

/// A device that takes a page leaves what outlives the mapping, and the folio is dirty.
#[test]
fn take_keeps_bits() {
    each_set(|bits| {
        let (process, page) = process(PRIVATE);
        let bits = Bits {
            writable: true,
            ..bits
        };
        process.put_leaf(0, HOME, bits.present(page));
        let (taken, mut results) = process.take_for_device(HOME, 1);
        assert_eq!((taken, results[0]), (1, page));
        let raw = process.raw_pte(HOME);
        assert_eq!(kind_of(raw), softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE);
        assert!(bits.outlive(raw) && folio_of(page).dirty.get());
        process.release(&mut results);
        end(&[process]);
    });
}

/// What becomes of a page is counted, and traced: it is taken, asked for again while a device has it, and
/// wanted by fork while another thread has its lock.
#[test]
fn exclusive_is_counted() {
    let (make, restore, remake) = (
        vm_event_item_DEVICE_EXCLUSIVE_MAKE,
        vm_event_item_DEVICE_EXCLUSIVE_RESTORE,
        vm_event_item_DEVICE_EXCLUSIVE_REMAKE,
    );
    let (process, _) = process(PRIVATE);
    free_pages();
    process.store(HOME, 1).expect("memory");
    let page = process.page(HOME).expect("a page");
    for again in [false, true] {
        let (taken, mut results) = process.take_for_device(HOME, 1);
        assert_eq!(taken, 1);
        let counted = machine::take_events();
        if again {
            assert_eq!(counted, [(make, 1), (restore, 1), (remake, 1)]);
        } else {
            assert_eq!(counted, [(make, 1)]);
        }
        assert_eq!(machine::take_traced("device_exclusive_make"), [0]);
        let restored: &[i64] = if again { &[0] } else { &[] };
        assert_eq!(machine::take_traced("device_exclusive_restore"), restored);
        process.release(&mut results);
    }
    let child = Process::new(FORMAT.levels[0]);
    child.map_memory(HOME..HOME + 40 * PAGE, PRIVATE);
    folio_of(page).locked.set(true);
    machine::invalidation_starts(process.0, HOME, HOME + PAGE);
    let (told, _) = process.copy_softleaf(child, HOME, true);
    machine::invalidation_ends(process.0, HOME, HOME + PAGE);
    folio_of(page).locked.set(false);
    assert_eq!(told, EBUSY.to_errno());
    let traced = machine::take_traced("device_exclusive_restore");
    assert_eq!(traced, [i64::from(told)]);
    assert_eq!(machine::take_events(), []);
    end(&[process, child]);
}

/// Pages that are mapped are taken without a fault, those of a table with one flush.
#[test]
fn take_flushes_once() {
    let (process, _) = process(PRIVATE);
    free_pages();
    for i in 0..40 {
        process.store(HOME + i * PAGE, 1).expect("memory");
    }
    let (taken, mut results) = process.take_for_device(HOME, 40);
    assert_eq!(taken, 40);
    assert_eq!(machine::take_calls("get_user_pages_remote"), 0);
    assert_eq!(machine::take_calls("flush_tlb_ptes"), 1);
    process.release(&mut results);
    end(&[process]);
}

/// Only a page that may be written, of memory, is taken: with the lock of its folio, and when all others
/// have let go of it.
#[test]
fn take_refuses() {
    let (process, page) = process(PRIVATE);
    let other = alloc_anon_page();
    let bits = |writable| Bits {
        writable,
        young: true,
        dirty: true,
        soft_dirty: false,
        uffd: false,
    };
    process.put_leaf(0, HOME + PAGE, bits(true).present(other));
    let take = |writable, anon: bool, own: bool, covered: bool| {
        process.put_leaf(0, HOME, bits(writable).present(page));
        // SAFETY: Nothing else uses it now.
        unsafe { (*page_folio(page)).anon = anon };
        let taken = with_vma(process, |mmap, vma| {
            let start = if covered { HOME } else { HOME + PAGE };
            let range = InvalidateRange::exclusive(mmap, start..start + PAGE, Owner::NONE);
            let mut range = range.expect("addresses");
            let notified = range.start();
            let mut batch = PteBatch::lock(vma, HOME + PAGE).expect("a table");
            let others = batch.normal().expect("a page").page().try_lock_folio();
            drop(batch);
            let mut batch = PteBatch::lock(vma, HOME).expect("a table");
            let leaf = batch.normal().expect("a page");
            let lock = leaf.page().try_lock_folio().expect("it is free");
            let others = others.expect("it is free");
            let folio = if own { lock.lock() } else { others.lock() };
            leaf.into_exclusive(folio, notified.unmapped()).is_some()
        });
        if !taken {
            process.take_leaf(0, HOME);
        }
        taken
    };
    assert!(!take(false, true, true, true));
    assert!(!take(true, false, true, true));
    assert!(!take(true, true, false, true));
    assert!(!take(true, true, true, false));
    assert!(take(true, true, true, true));
    end(&[process]);
}

/// A page that comes back has what outlived the mapping, is old, and may be written where vma and page let
/// it.
#[test]
fn restore_gives_bits() {
    each_set(|bits| {
        for exclusive in [false, true] {
            let vm_flags = PRIVATE & !(if bits.writable { 0 } else { flags::WRITE });
            let (process, page) = process(vm_flags);
            folio_of(page).dirty.set(bits.dirty);
            // SAFETY: The page is alive.
            unsafe { (*page).anon_exclusive.set(exclusive) };
            let kind = softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE;
            process.put_leaf(0, HOME, bits.naming(kind, page));
            assert_eq!(process.fault_once(HOME, false), Ok(()));
            assert_eq!(machine::take_calls("update_mmu_cache"), 1);
            let raw = process.raw_pte(HOME);
            assert_eq!((raw & FORMAT.valid, raw & FORMAT.young), (FORMAT.valid, 0));
            assert!(FORMAT.pfn(0, raw) == FORMAT.pfn(0, bits.present(page)) && bits.are_in(raw));
            let writable = bits.writable && exclusive;
            assert_eq!(FORMAT.writable(raw), writable);
            assert_eq!(FORMAT.is_dirty(raw), writable && bits.dirty);
            end(&[process]);
        }
    });
}

/// It comes back only with the lock of its folio, and when all have let go of it.
#[test]
fn restore_refuses() {
    for (own, covered, restored) in [
        (false, true, false),
        (true, false, false),
        (true, true, true),
    ] {
        let (process, page) = process(PRIVATE);
        let other = alloc_anon_page();
        process.put_leaf(
            0,
            HOME,
            softleaf(softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE, page).val,
        );
        process.put_leaf(
            0,
            HOME + PAGE,
            softleaf(softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE, other).val,
        );
        let found = with_vma(process, |_, vma| {
            let at = if covered { HOME } else { HOME + PAGE };
            let slot = Slot::find(vma, at).expect("a table");
            let mut range = InvalidateRange::clear::<Pte>(&slot);
            let notified = range.start();
            let mut locks = Vec::new();
            for addr in [HOME, HOME + PAGE] {
                let mut batch = PteBatch::lock(vma, addr).expect("a table");
                let Entry::NonPresent(entry) = batch.entry() else {
                    panic!("an entry is lost");
                };
                let page = entry.softleaf().page().expect("an entry with a page");
                locks.push(page.try_lock_folio().expect("it is free"));
            }
            let mut batch = PteBatch::lock(vma, HOME).expect("a table");
            let Entry::NonPresent(entry) = batch.entry() else {
                panic!("an entry is lost");
            };
            let SoftLeaf::DeviceExclusive(entry) = entry.softleaf() else {
                panic!("an entry is another");
            };
            let folio = locks[usize::from(!own)].lock();
            entry.restore(folio, notified.unmapped()).is_some()
        });
        assert_eq!(found, restored);
        assert_eq!(process.raw_pte(HOME) & FORMAT.valid != 0, restored);
        end(&[process]);
    }
}

/// A page that is being moved is named by an entry of the right kind, which has what it was.
#[test]
fn collect_keeps_bits() {
    each_set(|bits| {
        for exclusive in [false, true] {
            let (process, page) = process(PRIVATE);
            let pages = [page, alloc_anon_page(), alloc_anon_page()];
            for (i, page) in pages.iter().enumerate() {
                // SAFETY: The page is alive.
                unsafe { (**page).anon_exclusive.set(exclusive) };
                process.put_leaf(0, HOME + i * PAGE, bits.present(*page));
            }
            let moved = process.collect(HOME, 2);
            for (i, page) in pages[..2].iter().enumerate() {
                let raw = process.raw_pte(HOME + i * PAGE);
                let kind = match (bits.writable, exclusive) {
                    (true, _) => softleaf_type_SOFTLEAF_MIGRATION_WRITE,
                    (false, true) => softleaf_type_SOFTLEAF_MIGRATION_READ_EXCLUSIVE,
                    (false, false) => softleaf_type_SOFTLEAF_MIGRATION_READ,
                };
                assert_eq!(kind_of(raw), kind);
                let dirty = FORMAT.is_dirty(bits.present(*page));
                assert_eq!(
                    migration_entry_bits(pte_t { pte: raw }),
                    (bits.young, dirty)
                );
                assert!(bits.outlive(raw));
                assert_eq!(folio_of(*page).dirty.get(), dirty);
                // SAFETY: The page is alive.
                let (pfn, mark) = unsafe { (page_to_pfn(*page), (**page).anon_exclusive.get()) };
                // SAFETY: The function puts bits together.
                assert_eq!(moved[i], unsafe { migrate_pfn_of(pfn, bits.writable) });
                assert!(!mark, "a page that is moved is one process's alone");
            }
            assert_eq!(
                (moved.len(), process.page(HOME + 2 * PAGE)),
                (2, Some(pages[2]))
            );
            process.put_back(HOME, &moved);
            end(&[process]);
        }
    });
}

/// A run takes no more pages than it has room for, and has one flush for all.
#[test]
fn collect_has_an_end() {
    let (process, _) = process(PRIVATE);
    free_pages();
    for i in 0..40 {
        process.store(HOME + i * PAGE, 1).expect("memory");
    }
    machine::take_calls("flush_tlb_ptes");
    let moved = process.collect(HOME, 40);
    assert_eq!(moved.len(), 32);
    assert_eq!(machine::take_calls("flush_tlb_ptes"), 1);
    process.put_back(HOME, &moved);
    end(&[process]);
}

/// A run that is given up puts its entries back, and takes none whose folio is locked.
#[test]
fn run_puts_back() {
    let (process, page) = process(PRIVATE);
    let other = alloc_anon_page();
    let bits = Bits {
        writable: true,
        young: true,
        dirty: true,
        soft_dirty: false,
        uffd: false,
    };
    process.put_leaf(0, HOME, bits.present(page));
    process.put_leaf(0, HOME + PAGE, bits.present(other));
    let before = [HOME, HOME + PAGE].map(|addr| process.raw_pte(addr));
    with_vma(process, |_, vma| {
        process.with_pte(HOME, |pte| {
            // SAFETY: The lock of the table is held, and nothing else uses the entries. The run is dropped.
            let mut run = unsafe { PteRun::from_raw(pte, vma, HOME..HOME + 2 * PAGE) };
            assert!(run.clear_next());
            folio_of(other).locked.set(true);
            assert!(!run.clear_next());
            folio_of(other).locked.set(false);
            drop(run);
        });
    });
    assert_eq!(
        before,
        [HOME, HOME + PAGE].map(|addr| process.raw_pte(addr))
    );
    assert!(!folio_of(page).locked.get() && !folio_of(other).locked.get());
    end(&[process]);
}

/// Fork takes a page back from a device, and shares it unless it may be pinned, or userfaultfd handles it.
#[test]
fn fork_shares_exclusive() {
    each_set(|bits| {
        for pinned in [false, true] {
            let (parent, page) = process(PRIVATE);
            let child = Process::new(FORMAT.levels[0]);
            child.map_memory(HOME..HOME + 40 * PAGE, PRIVATE);
            let folio = folio_of(page);
            folio.dirty.set(bits.dirty);
            folio
                .refs
                .set(1 + if pinned { GUP_PIN_COUNTING_BIAS } else { 0 });
            let kind = softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE;
            parent.put_leaf(0, HOME, bits.naming(kind, page));
            folio.locked.set(bits.young);
            machine::invalidation_starts(parent.0, HOME, HOME + PAGE);
            let (told, counted) = parent.copy_softleaf(child, HOME, true);
            machine::invalidation_ends(parent.0, HOME, HOME + PAGE);
            let (of_parent, of_child) = (parent.raw_pte(HOME), child.raw_pte(HOME));
            let shares = !bits.young && !bits.uffd && !pinned;
            let error = if bits.young { EBUSY } else { ENOENT };
            assert_eq!(told, if shares { 0 } else { error.to_errno() });
            assert_eq!(counted, shares);
            assert_eq!(of_child != 0, shares);
            assert_eq!(folio.mapcount.get(), 1 + i32::from(shares));
            assert_eq!(of_parent & FORMAT.valid != 0, !bits.young);
            if shares {
                for raw in [of_parent, of_child] {
                    assert!(!FORMAT.writable(raw));
                    assert_eq!(FORMAT.is_dirty(raw), bits.dirty);
                    assert!(bits.are_in(raw));
                }
                assert_eq!(of_child & FORMAT.young, 0);
            }
            folio.locked.set(false);
            folio.refs.set(folio.refs.get() % GUP_PIN_COUNTING_BIAS);
            end(&[parent, child]);
        }
    });
}

/// A page in the memory of a device is shared, and neither may write it where a write makes a copy.
#[test]
fn fork_shares_private() {
    let (read, write) = (
        softleaf_type_SOFTLEAF_DEVICE_PRIVATE_READ,
        softleaf_type_SOFTLEAF_DEVICE_PRIVATE_WRITE,
    );
    each_set(|bits| {
        for vm_flags in [PRIVATE, SHARED] {
            let (parent, page) = process(vm_flags);
            let child = Process::new(FORMAT.levels[0]);
            child.map_memory(HOME..HOME + 40 * PAGE, vm_flags);
            let kind = if bits.writable { write } else { read };
            let raw = bits.naming(kind, page);
            parent.put_leaf(0, HOME, raw);
            assert_eq!(parent.copy_softleaf(child, HOME, false), (0, true));
            let (of_parent, of_child) = (parent.raw_pte(HOME), child.raw_pte(HOME));
            let shared = if vm_flags == PRIVATE { read } else { kind };
            assert_eq!((kind_of(of_parent), kind_of(of_child)), (shared, shared));
            assert!(shared != kind || of_parent == raw);
            assert_eq!(of_parent & FORMAT.swap.uffd != 0, bits.uffd);
            assert_eq!(of_child & FORMAT.swap.uffd, 0);
            assert_eq!(
                (parent.page(HOME), child.page(HOME)),
                (Some(page), Some(page))
            );
            let folio = folio_of(page);
            assert_eq!((folio.mapcount.get(), folio.refs.get()), (2, 2));
            end(&[parent, child]);
        }
    });
}

/// What is not of a kind, or would be written over, is left alone.
#[test]
fn fork_leaves_others() {
    let (parent, page) = process(PRIVATE);
    let child = Process::new(FORMAT.levels[0]);
    child.map_memory(HOME..HOME + 40 * PAGE, PRIVATE);
    let kinds = [
        softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE,
        softleaf_type_SOFTLEAF_DEVICE_PRIVATE_READ,
    ];
    for (exclusive, kind) in [(true, kinds[1]), (false, kinds[0])] {
        let raw = softleaf(kind, page).val;
        parent.put_leaf(0, HOME, raw);
        let told = parent.copy_softleaf(child, HOME, exclusive);
        assert_eq!(told, (if exclusive { ENOENT.to_errno() } else { 0 }, false));
        assert_eq!((parent.raw_pte(HOME), child.raw_pte(HOME)), (raw, 0));
    }
    // The child has something there already.
    let raw = softleaf(softleaf_type_SOFTLEAF_MARKER, page).val;
    child.put_leaf(0, HOME, raw);
    for (exclusive, kind) in [(true, kinds[0]), (false, kinds[1])] {
        parent.put_leaf(0, HOME, softleaf(kind, page).val);
        let (_, counted) = parent.copy_softleaf(child, HOME, exclusive);
        assert_eq!((counted, child.raw_pte(HOME)), (false, raw));
    }
    child.put_leaf(0, HOME, 0);
    // Secondary MMUs may map the page: fork would wait for ever.
    let raw = softleaf(kinds[0], page).val;
    parent.put_leaf(0, HOME, raw);
    assert_eq!(parent.share_uncovered(child, HOME), Some(EINVAL));
    assert_eq!((parent.raw_pte(HOME), child.raw_pte(HOME)), (raw, 0));
    assert!(!folio_of(page).locked.get());
    end(&[parent, child]);
}
