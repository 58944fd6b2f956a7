// SPDX-License-Identifier: GPL-2.0

//! Mappings of page frames without a `struct page`, such as device memory.
//!
//! The bodies of functions that C mm code and drivers call. Their C prototypes do not change.
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
