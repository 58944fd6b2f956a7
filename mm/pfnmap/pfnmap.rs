// SPDX-License-Identifier: GPL-2.0

//! Mappings of page frames that have no `struct page`, as device memory has none.
//!
//! The bodies of what C mm code and drivers call; the C prototypes stay where they were.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

#![deny(unsafe_code)]

#[allow(unsafe_code)]
mod ffi;
mod follow;
mod insert;
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
mod split;
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
#[allow(unsafe_code)]
mod split_ffi;
