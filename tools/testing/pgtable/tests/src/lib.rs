// SPDX-License-Identifier: GPL-2.0

//! What the tests share: processes that map a BAR or memory, and what that means.
//!
//! [`process`] does what C's `mm/` does around the layer, in the same order and below the same locks;
//! [`meaning`] is what is promised of it.

// The names are C's.
#![allow(non_upper_case_globals)]

// The exported functions are called by their C names.
extern crate device_exclusive as _;
extern crate pfnmap as _;

pub mod anon;
mod by_hand;
mod follow;
mod fork;
mod leaves;
pub mod meaning;
mod mprotect;
mod mremap;
pub mod process;
