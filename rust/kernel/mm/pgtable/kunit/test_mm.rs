// SPDX-License-Identifier: GPL-2.0

//! An address space that a KUnit test builds by hand, with entries of its choice.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
pub use super::test_level::Find;
pub use super::test_level::{Look, Make};
use super::{Entry, KeptVma, Level, Pfn, Pte, Pud, SpecialLevel};
use crate::{
    bindings,
    error::{from_err_ptr, to_result},
    kunit::in_kunit_test,
    mm::{
        pfnmap::{FaultEntry, VmaPfnMap},
        virt::{flags, vm_flags_t, VmaRef},
        MmWithUser,
    },
    prelude::*,
    str::as_char_ptr_in_const_context,
};
use core::{cell::Cell, ptr::NonNull};

/// How many blocks of the size of a PUD entry the vma has.
pub const BLOCKS: usize = 4;

/// Where the vma starts, in bytes: a PUD of 4 TiB, as with pages of 64 KiB, leaves room for 64 blocks.
const START: usize = 16 * Pud::SIZE;

/// How long the vma is, in bytes.
const SIZE: usize = BLOCKS * Pud::SIZE;

/// Returns the address of a block, in bytes.
pub const fn block_addr(block: usize) -> usize {
    START + block * Pud::SIZE
}

/// As [`block_addr()`], of a block of the vma.
fn addr_in_vma(block: usize) -> Result<usize> {
    (block < BLOCKS).then(|| block_addr(block)).ok_or(EINVAL)
}

/// What the vma of a test may be. The rest has more to it than a flag.
const ALLOWED: vm_flags_t = flags::IO
    | flags::PFNMAP
    | flags::MIXEDMAP
    | flags::READ
    | flags::WRITE
    | flags::MAYWRITE
    | flags::SHARED;

/// A mm in which no thread runs, with one vma over [`BLOCKS`] blocks. Each block can have one
/// entry, at its start, of any level.
///
/// Modules can reach it where KUnit is built in: its methods are as safe as those of the layer.
///
/// # Invariants
///
/// - One user count of `mm` is ours, and `vma` is its only vma.
/// - A block has an entry exactly if `made` says how to clear it, and no table under it
///   holds any other.
pub struct TestMm {
    mm: NonNull<bindings::mm_struct>,
    vma: NonNull<bindings::vm_area_struct>,
    made: [Cell<Option<Clear>>; BLOCKS],
}

/// What a leaf in a table allows and remembers.
#[derive(Debug, PartialEq, Eq)]
pub struct LeafBits {
    /// It was accessed.
    pub young: bool,
    /// It was written.
    pub dirty: bool,
    /// User space may write.
    pub writable: bool,
}

/// Empties the entry for an address, whose level is the function's.
type Clear = unsafe fn(*mut bindings::vm_area_struct, usize);

/// Empties the entry for `addr` under its lock.
///
/// # Safety
///
/// As for [`Make::lock()`], and the entry was made by a test.
unsafe fn clear<L: Make>(vma: *mut bindings::vm_area_struct, addr: usize) {
    // SAFETY: The caller owns the mm of the vma. The tables are there, so that nothing can fail.
    let Ok(mut guard) = (unsafe { L::lock(vma, addr) }) else {
        return;
    };
    // The test may have split it.
    if !matches!(guard.entry(), Entry::Table) {
        // SAFETY: The guard holds the lock of the entry for `addr`.
        unsafe { L::clear(guard.slot().mm(), addr, guard.slot().as_ptr()) };
    }
}

#[repr(transparent)]
struct Mapping(bindings::vm_special_mapping);

// SAFETY: Nothing writes to it.
unsafe impl Sync for Mapping {}

static MAPPING: Mapping = Mapping(bindings::vm_special_mapping {
    name: as_char_ptr_in_const_context(c"[test_mm]"),
    ..pin_init::zeroed()
});

impl TestMm {
    /// Builds a mm with a vma of device memory.
    pub fn new() -> Result<Self> {
        Self::with_flags(flags::IO | flags::PFNMAP)
    }

    /// Builds a mm with a vma that has `vm_flags` and may be read, written and shared.
    pub fn with_flags(vm_flags: vm_flags_t) -> Result<Self> {
        Self::with(vm_flags | flags::SHARED)
    }

    /// Builds a mm with a vma that has `vm_flags` and may be read and written. Fails with [`EPERM`]
    /// for a thread that runs no test, and with [`EINVAL`] for other flags than a test needs.
    pub fn with(vm_flags: vm_flags_t) -> Result<Self> {
        if !in_kunit_test() {
            return Err(EPERM);
        }
        if vm_flags & !ALLOWED != 0 {
            return Err(EINVAL);
        }
        // SAFETY: May be called by any thread that may sleep.
        let mm = NonNull::new(unsafe { bindings::mm_alloc() }).ok_or(ENOMEM)?;
        let vm_flags = vm_flags | flags::READ | flags::WRITE;
        // SAFETY: The mm is ours alone.
        unsafe { bindings::mmap_write_lock(mm.as_ptr()) };
        // SAFETY: The mmap lock is held for writing, and the mapping is static.
        let vma = from_err_ptr(unsafe {
            bindings::_install_special_mapping(mm.as_ptr(), START, SIZE, vm_flags, &MAPPING.0)
        });
        // SAFETY: The lock was taken above.
        unsafe { bindings::mmap_write_unlock(mm.as_ptr()) };
        let Some(vma) = vma.ok().and_then(NonNull::new) else {
            // SAFETY: The user count is ours.
            unsafe { bindings::mmput(mm.as_ptr()) };
            return Err(ENOMEM);
        };
        // INVARIANT: The first user count is ours; the vma is the first one, and has no entry.
        Ok(Self {
            mm,
            vma,
            made: [const { Cell::new(None) }; BLOCKS],
        })
    }

    /// Returns the mm.
    pub fn mm(&self) -> &MmWithUser {
        // SAFETY: By the type invariant a user count of it is ours.
        unsafe { MmWithUser::from_raw(self.mm.as_ptr()) }
    }

    /// Returns the vma of the test as one for frames, if it is.
    pub fn as_pfnmap_vma<'v>(&self, vma: &'v VmaRef) -> Option<&'v VmaPfnMap> {
        if vma.as_ptr() != self.vma.as_ptr() {
            return None;
        }
        // SAFETY: The flags of the vma of a test do not change.
        unsafe { vma.as_pfnmap_vma() }
    }

    /// Sets a bit of the address in `vm_page_prot`, as `pgprot_decrypted()` does in an arm64 realm.
    pub fn add_address_bit(&self) {
        // SAFETY: By the type invariant the vma is alive, and nothing else uses it.
        unsafe { (*self.vma.as_ptr()).vm_page_prot.pgprot |= 1 << 41 };
    }

    /// Takes the right to write out of `vm_page_prot`, as for a shared vma whose owner is told of
    /// writes.
    pub fn notify_writes(&self) {
        let vma = self.vma.as_ptr();
        // SAFETY: By the type invariant the vma is alive, and nothing else uses it.
        let vm_flags = unsafe { (*vma).__bindgen_anon_2.vm_flags };
        // SAFETY: The function takes flags by value, and any flags are valid.
        let prot = unsafe { bindings::vm_get_page_prot(vm_flags & !flags::SHARED) };
        // SAFETY: As above.
        unsafe { (*vma).vm_page_prot = prot };
    }

    /// Returns what the leaf of level `L` at the start of `block` allows and remembers.
    pub fn leaf_bits<L: Make + Look>(&self, block: usize) -> Result<LeafBits> {
        let addr = addr_in_vma(block)?;
        // SAFETY: By the type invariant the mm is ours, and the address lies in its vma.
        let mut guard = unsafe { L::lock(self.vma.as_ptr(), addr) }?;
        let Entry::Leaf(leaf) = guard.entry() else {
            return Err(EINVAL);
        };
        Ok(LeafBits {
            young: L::young(leaf.raw),
            dirty: L::dirty(leaf.raw),
            writable: leaf.writable(),
        })
    }

    /// Whether `split_vma()` at `addr` write-locks the vma before it is sure to succeed, so that no
    /// fault is served under the lock of the vma alone.
    #[cfg(CONFIG_PER_VMA_LOCK)]
    pub fn split_write_locks(&self, addr: usize) -> Result<bool> {
        // SAFETY: The mmap lock is held for writing, and by the type invariant the vma is alive.
        self.write_locks(|vma| to_result(unsafe { bindings::split_special_address(vma, addr) }))
    }

    /// As [`Self::split_write_locks()`], for `munmap()`.
    #[cfg(CONFIG_PER_VMA_LOCK)]
    pub fn unmap_write_locks(&self, addr: usize) -> Result<bool> {
        self.write_locks(|vma| {
            // SAFETY: The mmap lock is held for writing, and by the type invariant the vma is alive.
            unsafe { bindings::try_split_special_address(vma, addr) };
            Ok(())
        })
    }

    /// Calls `f` with the mmap lock held for writing, and returns whether it write-locks the vma.
    #[cfg(CONFIG_PER_VMA_LOCK)]
    fn write_locks(&self, f: impl FnOnce(*mut bindings::vm_area_struct) -> Result) -> Result<bool> {
        let (mm, vma) = (self.mm.as_ptr(), self.vma.as_ptr());
        // SAFETY: By the type invariant the mm is alive.
        unsafe { bindings::mmap_write_lock(mm) };
        let result = f(vma);
        // SAFETY: The mmap lock is held for writing, and by the type invariant the vma is alive.
        let locked = unsafe { bindings::test_vma_write_locked(vma) };
        // SAFETY: The lock was taken above.
        unsafe { bindings::mmap_write_unlock(mm) };
        result.map(|()| locked)
    }

    /// Maps `pfn` at the start of `block` by a leaf of level `L`, special where the level has the
    /// bit. Fails with [`EBUSY`] if the block has an entry or a table at that level, and with
    /// [`ENOMEM`].
    pub fn map<L: Make>(&self, block: usize, pfn: Pfn) -> Result {
        // SAFETY: By the type invariant the vma is alive.
        let prot = unsafe { (*self.vma.as_ptr()).vm_page_prot };
        self.make::<L>(block, |mm, addr, entry| {
            // SAFETY: `entry` is the entry for `addr`, empty, and its lock is held.
            unsafe { L::set(mm, addr, entry, pfn, prot) }
        })
    }

    /// As [`Self::map()`], by a leaf that was written and may be again.
    pub fn map_written<L: Make + SpecialLevel>(&self, block: usize, pfn: Pfn) -> Result {
        // SAFETY: By the type invariant the vma is alive.
        let prot = unsafe { (*self.vma.as_ptr()).vm_page_prot };
        // SAFETY: By the type invariant the vma is alive; it maps frames, and only this thread uses it.
        let vma = unsafe { KeptVma::new(self.vma.as_ptr()) };
        self.make::<L>(block, |mm, addr, entry| {
            let leaf = L::mkdirty(L::mkyoung(L::mkspecial(L::leaf_of(pfn.as_raw(), prot))));
            let leaf = L::maybe_mkwrite(leaf, vma);
            // SAFETY: `entry` is the entry for `addr`, empty, and its lock is held.
            unsafe { L::set_at(mm, addr, entry, leaf) };
        })
    }

    /// Puts a marker, which is not present, into the first PTE of `block`. Fails as
    /// [`Self::map()`].
    pub fn mark(&self, block: usize) -> Result {
        self.make::<Pte>(block, |mm, addr, entry| {
            // SAFETY: `entry` is the entry for `addr`, empty, and its lock is held.
            unsafe { bindings::set_pte_marker(mm, addr, entry) }
        })
    }

    /// Returns what a fault at `address`, in bytes, finds, and allocates what is above it. What is
    /// installed there C takes away with the mm.
    pub fn fault<'v, L: Make + SpecialLevel>(
        &self,
        vma: &'v VmaRef,
        address: usize,
    ) -> Result<FaultEntry<'v, L>> {
        let vma = self.as_pfnmap_vma(vma).ok_or(EINVAL)?;
        let place = vma.block::<L>(address).ok_or(EINVAL)?;
        // SAFETY: By the type invariant the mm is ours.
        let found = unsafe { L::found(self.vma.as_ptr(), place.addr().as_raw()) }?;
        // SAFETY: It is the entry for the block, or for a page the PMD above.
        Ok(unsafe { FaultEntry::from_raw(vma, address, found.as_ptr()) })
    }

    #[cfg(any(CONFIG_DEVICE_PRIVATE, CONFIG_ARCH_SUPPORTS_PMD_PFNMAP))]
    pub(super) fn vma(&self) -> *mut bindings::vm_area_struct {
        self.vma.as_ptr()
    }

    /// Returns the entry of `block`, as fork finds it.
    #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
    pub fn entry<L: Find>(&self, block: usize) -> Result<*mut L::Raw> {
        // SAFETY: By the type invariant the mm is ours.
        Ok(unsafe { L::find(self.mm.as_ptr(), addr_in_vma(block)?) }?.as_ptr())
    }

    fn make<L: Make>(
        &self,
        block: usize,
        write: impl FnOnce(*mut bindings::mm_struct, usize, *mut L::Raw),
    ) -> Result {
        let made = self.made.get(block).ok_or(EINVAL)?;
        if made.get().is_some() {
            return Err(EBUSY);
        }
        let (mm, addr) = (self.mm.as_ptr(), block_addr(block));
        // SAFETY: By the type invariant the mm is ours; the block, which `made` has, lies in its vma.
        let mut guard = unsafe { L::lock(self.vma.as_ptr(), addr) }?;
        if !matches!(guard.entry(), Entry::Vacant) {
            return Err(EBUSY);
        }
        write(mm, addr, guard.slot().as_ptr());
        made.set(Some(clear::<L>));
        Ok(())
    }

    /// Empties the entry of `block`, if it has one. Tables stay.
    pub fn unmap(&self, block: usize) {
        if let Some(clear) = self.made.get(block).and_then(Cell::take) {
            // SAFETY: By the type invariant the mm is ours, and the entry is of that level.
            unsafe { clear(self.vma.as_ptr(), block_addr(block)) };
        }
    }
}

impl Drop for TestMm {
    fn drop(&mut self) {
        // C must find nothing that it would take for memory to be freed.
        (0..BLOCKS).for_each(|block| self.unmap(block));
        // SAFETY: By the type invariant the user count is ours.
        unsafe { bindings::mmput(self.mm.as_ptr()) };
    }
}

#[macros::kunit_tests(rust_pgtable_test_mm)]
mod tests {
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    use super::super::Pmd;
    use super::*;

    /// The bits of a leaf are not taken for the address of a table.
    #[test]
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    fn not_below_a_leaf() -> Result {
        let test = TestMm::new()?;
        test.map::<Pud>(1, Pfn::new(1 << 28))?;
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(1)).ok_or(EFAULT)?;
        let page = test.fault::<Pte>(vma, block_addr(1));
        assert_eq!(page.err(), Some(EBUSY));
        assert_eq!(test.map::<Pmd>(1, Pfn::new(1 << 28)), Err(EBUSY));
        Ok(())
    }

    #[test]
    fn not_outside_the_vma() -> Result {
        let test = TestMm::new()?;
        assert_eq!(test.leaf_bits::<Pte>(BLOCKS), Err(EINVAL));
        assert_eq!(test.mark(BLOCKS), Err(EINVAL));
        Ok(())
    }

    /// A vma of hugetlb has more to it than a flag.
    #[test]
    fn not_of_hugetlb() {
        assert_eq!(TestMm::with(flags::HUGETLB).err(), Some(EINVAL));
    }
}
