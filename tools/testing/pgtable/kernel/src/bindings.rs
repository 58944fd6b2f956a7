// SPDX-License-Identifier: GPL-2.0

//! What the layer calls in C, by the names that bindgen has for it.

#![allow(non_camel_case_types, non_upper_case_globals, non_snake_case)]
// Both sides are Rust of one compiler.
#![allow(improper_ctypes)]

mod entries;
mod folios;
mod locks;
mod tables;
mod tracepoints;
mod types;

pub use entries::*;
pub use folios::*;
pub use locks::*;
pub use tables::*;
pub use tracepoints::*;
pub use types::*;

use crate::ffi::{c_int, c_uint, c_ulong, c_void};

// What the leaf crates define.
extern "C-unwind" {
    pub fn follow_pfnmap_start(args: *mut follow_pfnmap_args) -> c_int;
    pub fn follow_pfnmap_end(args: *mut follow_pfnmap_args);
    pub fn vmf_insert_pfn_order(vmf: *mut vm_fault, pfn: usize, order: c_uint) -> vm_fault_t;
    pub fn vmf_insert_pfn_pmd(vmf: *mut vm_fault, pfn: usize, write: bool) -> vm_fault_t;
    pub fn vmf_insert_pfn_pud(vmf: *mut vm_fault, pfn: usize, write: bool) -> vm_fault_t;
    pub fn copy_special_pmd(
        dst_mm: *mut mm_struct,
        src_mm: *mut mm_struct,
        dst_pmd: *mut pmd_t,
        src_pmd: *mut pmd_t,
        addr: usize,
        src_vma: *mut vm_area_struct,
    ) -> c_int;
    pub fn copy_huge_pud(
        dst_mm: *mut mm_struct,
        src_mm: *mut mm_struct,
        dst_pud: *mut pud_t,
        src_pud: *mut pud_t,
        addr: usize,
        src_vma: *mut vm_area_struct,
    ) -> c_int;
    pub fn __split_special_address(vma: *mut vm_area_struct, address: usize) -> c_int;
    pub fn __try_split_special_address(vma: *mut vm_area_struct, address: usize);
    pub fn __split_special_pmd(vma: *mut vm_area_struct, pmd: *mut pmd_t, address: usize) -> bool;
    pub fn __split_special_pud(vma: *mut vm_area_struct, pud: *mut pud_t, address: usize) -> bool;
    pub fn make_device_exclusive(
        mm: *mut mm_struct,
        addr: usize,
        owner: *mut c_void,
        foliop: *mut *mut folio,
    ) -> *mut page;
    pub fn make_device_exclusive_range(
        mm: *mut mm_struct,
        start: usize,
        nr: c_ulong,
        owner: *mut c_void,
        pages: *mut *mut page,
    ) -> c_ulong;
    pub fn release_device_exclusive_range(pages: *mut *mut page, nr: c_ulong);
    pub fn remove_device_exclusive_entry(vmf: *mut vm_fault) -> vm_fault_t;
    pub fn copy_exclusive_pte(
        dst_vma: *mut vm_area_struct,
        src_vma: *mut vm_area_struct,
        dst_pte: *mut pte_t,
        src_pte: *mut pte_t,
        addr: usize,
        rss: *mut c_int,
    ) -> c_int;
    pub fn copy_private_pte(
        dst_vma: *mut vm_area_struct,
        src_vma: *mut vm_area_struct,
        dst_pte: *mut pte_t,
        src_pte: *mut pte_t,
        addr: usize,
        rss: *mut c_int,
    );
    pub fn collect_present_ptes(
        migrate: *mut migrate_vma,
        addr: usize,
        end: usize,
        ptep: *mut pte_t,
        page: *mut page,
        folio: *mut folio,
    ) -> c_ulong;
}

// What drivers call through the layer, and no test here: one that did would not link.
extern "C-unwind" {
    pub fn pgprot_noncached(prot: pgprot_t) -> pgprot_t;
    pub fn pgprot_decrypted(prot: pgprot_t) -> pgprot_t;
    pub fn remap_pfn_range(
        vma: *mut vm_area_struct,
        addr: usize,
        pfn: usize,
        size: usize,
        prot: pgprot_t,
    ) -> c_int;
    pub fn unmap_mapping_range(mapping: *mut address_space, start: i64, len: i64, even_cows: c_int);
}
