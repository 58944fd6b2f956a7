// SPDX-License-Identifier: GPL-2.0

//! C's types, with the fields that the layer or the harness uses.

use super::{rw_semaphore, spinlock_t, vma_lock};
use crate::ffi::{c_int, c_uint, c_void};
use std::cell::Cell;

/// A type of which zeroes are a value.
pub unsafe trait Zeroable {}

macro_rules! entry {
    ($($name:ident { $field:ident })*) => { $(
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            pub $field: u64,
        }
    )* };
}

entry! {
    pte_t { pte }
    pmd_t { pmd }
    pud_t { pud }
    p4d_t { p4d }
    pgd_t { pgd }
    pgprot_t { pgprot }
    softleaf_t { val }
}

pub type vm_flags_t = usize;
pub type vm_fault_t = c_uint;
pub type fault_flag = c_uint;
pub type softleaf_type = c_uint;
pub type mmu_notifier_event = c_uint;
pub type vm_event_item = c_uint;
pub type pgtable_level = c_uint;

pub const PMD_SHIFT: u32 = crate::format::FORMAT.shift(1);
pub const PUD_SHIFT: u32 = crate::format::FORMAT.shift(2);

pub const vm_fault_reason_VM_FAULT_OOM: vm_fault_t = 0x1;
pub const vm_fault_reason_VM_FAULT_SIGBUS: vm_fault_t = 0x2;
pub const vm_fault_reason_VM_FAULT_HWPOISON: vm_fault_t = 0x10;
pub const vm_fault_reason_VM_FAULT_NOPAGE: vm_fault_t = 0x100;
pub const vm_fault_reason_VM_FAULT_FALLBACK: vm_fault_t = 0x800;
pub const fault_flag_FAULT_FLAG_WRITE: fault_flag = 1;

pub const mmu_notifier_event_MMU_NOTIFY_CLEAR: mmu_notifier_event = 1;
pub const mmu_notifier_event_MMU_NOTIFY_EXCLUSIVE: mmu_notifier_event = 7;

pub const vm_event_item_THP_SPLIT_PMD: vm_event_item = 0;
pub const vm_event_item_THP_SPLIT_PUD: vm_event_item = 1;
pub const vm_event_item_PFNMAP_FAULT_PTE: vm_event_item = 2;
pub const vm_event_item_PFNMAP_FAULT_PMD: vm_event_item = 3;
pub const vm_event_item_PFNMAP_FAULT_PUD: vm_event_item = 4;
pub const vm_event_item_PFNMAP_SPLIT: vm_event_item = 5;
pub const vm_event_item_PFNMAP_SPLIT_FAILED: vm_event_item = 6;
pub const vm_event_item_DEVICE_EXCLUSIVE_MAKE: vm_event_item = 7;
pub const vm_event_item_DEVICE_EXCLUSIVE_RESTORE: vm_event_item = 8;
pub const vm_event_item_DEVICE_EXCLUSIVE_REMAKE: vm_event_item = 9;

pub const pgtable_level_PGTABLE_LEVEL_PTE: pgtable_level = 0;
pub const pgtable_level_PGTABLE_LEVEL_PMD: pgtable_level = 1;
pub const pgtable_level_PGTABLE_LEVEL_PUD: pgtable_level = 2;

pub const FOLL_WRITE: c_uint = 1;
pub const FOLL_GET: c_uint = 2;
pub const FOLL_SPLIT_PMD: c_uint = 4;
pub const SINGLE_DEPTH_NESTING: c_uint = 1;
pub const migrate_vma_direction_MIGRATE_VMA_SELECT_SYSTEM: c_uint = 1;

/// A table.
pub struct ptdesc {
    /// Counts the tables of a test.
    pub number: usize,
    pub page: *mut u64,
    /// That of its entries, once it was constructed.
    pub level: Cell<Option<u32>>,
    /// Others can find it: its entries want the lock.
    pub public: Cell<bool>,
    /// The lock of its entries, unless it has that of the mm.
    pub own_lock: spinlock_t,
    pub mm: Cell<*mut mm_struct>,
}

impl ptdesc {
    /// Has the lock of a mm from now on, as a table of PUDs or higher, or, without split locks, each table.
    pub fn take_lock_of(&self, mm: *mut mm_struct) {
        self.mm.set(mm);
    }

    pub fn ptl(&self) -> &spinlock_t {
        // SAFETY: A mm outlives its tables.
        unsafe { self.mm.get().as_ref() }.map_or(&self.own_lock, |mm| &mm.page_table_lock)
    }
}

pub struct mm_struct {
    pub pgd: *mut u64,
    pub levels: u32,
    pub page_table_lock: spinlock_t,
    pub mmap_lock: rw_semaphore,
    pub vmas: Vec<*mut vm_area_struct>,
    /// How many tables of each level it has, as far as C counts them.
    pub tables: [usize; 2],
    /// Odd while fork write-protects pages that gup-fast may be pinning.
    pub write_protect_seq: Cell<usize>,
    /// Serves a fault, for gup.
    pub handle_mm_fault: fn(*mut mm_struct, usize, bool) -> Result<(), c_int>,
}

pub struct address_space {
    pub i_mmap_rwsem: rw_semaphore,
    /// In the order in which `unmap_mapping_range()` goes through them.
    pub i_mmap: Vec<*mut vm_area_struct>,
    pub host: *mut inode,
    /// The frame of the first page of the file.
    pub pfn: usize,
}

#[derive(Clone)]
pub struct vm_area_struct {
    pub __bindgen_anon_1: vma_bounds,
    pub __bindgen_anon_2: vma_flags,
    pub vm_mm: *mut mm_struct,
    pub vm_page_prot: pgprot_t,
    pub vm_pgoff: usize,
    pub vm_private_data: *mut c_void,
    pub vm_ops: *const vm_operations_struct,
    pub vm_lock: vma_lock,
    /// C goes by `vm_file`.
    pub mapping: *mut address_space,
}

#[derive(Clone, Copy)]
pub struct vma_bounds {
    pub __bindgen_anon_1: vma_range,
}

#[derive(Clone, Copy)]
pub struct vma_range {
    pub vm_start: usize,
    pub vm_end: usize,
}

#[derive(Clone, Copy)]
pub struct vma_flags {
    pub vm_flags: vm_flags_t,
}

pub struct vm_operations_struct {
    pub open: Option<unsafe extern "C" fn(*mut vm_area_struct)>,
    pub close: Option<unsafe extern "C" fn(*mut vm_area_struct)>,
    pub fault: Option<unsafe extern "C" fn(*mut vm_fault) -> vm_fault_t>,
    pub huge_fault: Option<unsafe extern "C" fn(*mut vm_fault, c_uint) -> vm_fault_t>,
}

// SAFETY: Each is an `Option` of a function.
unsafe impl Zeroable for vm_operations_struct {}

pub struct file {
    pub f_mapping: *mut address_space,
}

pub struct inode {
    pub i_mode: u16,
}

pub const S_IFMT: u32 = 0o170000;
pub const S_IFCHR: u32 = 0o020000;

pub struct vm_fault {
    pub __bindgen_anon_1: vm_fault_info,
    pub __bindgen_anon_2: vm_fault_orig,
    pub flags: fault_flag,
    pub pmd: *mut pmd_t,
    pub pud: *mut pud_t,
    pub page: *mut page,
}

#[derive(Clone, Copy)]
pub struct vm_fault_info {
    pub vma: *mut vm_area_struct,
    pub address: usize,
}

#[derive(Clone, Copy)]
pub struct vm_fault_orig {
    pub orig_pte: pte_t,
}

pub struct follow_pfnmap_args {
    pub vma: *mut vm_area_struct,
    pub address: usize,
    pub lock: *mut spinlock_t,
    pub ptep: *mut pte_t,
    pub pfn: usize,
    pub addr_mask: usize,
    pub pgprot: pgprot_t,
    pub writable: bool,
    pub special: bool,
}

// SAFETY: Pointers, numbers and bools.
unsafe impl Zeroable for follow_pfnmap_args {}

pub struct migrate_vma {
    pub vma: *mut vm_area_struct,
    pub src: *mut usize,
    pub dst: *mut usize,
    pub flags: usize,
    pub npages: usize,
    pub cpages: usize,
}

pub struct mmu_notifier_range {
    pub mm: *mut mm_struct,
    pub start: usize,
    pub end: usize,
    pub event: mmu_notifier_event,
    pub owner: *mut c_void,
}

/// Memory of one or more pages.
pub struct folio {
    pub refs: Cell<i32>,
    pub mapcount: Cell<i32>,
    pub locked: Cell<bool>,
    pub dirty: Cell<bool>,
    pub anon: bool,
    pub pages: usize,
}

pub struct page {
    pub folio: *mut folio,
    pub pfn: usize,
    pub anon_exclusive: Cell<bool>,
    /// What is in its first word.
    pub word: std::sync::atomic::AtomicU64,
}

pub enum task_struct {}
