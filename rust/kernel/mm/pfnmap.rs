// SPDX-License-Identifier: GPL-2.0

//! Device memory in user space: how drivers map it, and how it is looked up.
//!
//! A driver says once what user space may access ([`DeviceFrames`], or [`UserBar`] of a PCI device),
//! and how a fault is served ([`vm_ops::VmOperations`], [`fault::AnyFault`]). [`PfnmapGuard`] looks up
//! what is mapped.
//!
//! [`UserBar`]: srctree/rust/kernel/mm/pfnmap/user_bar.rs
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

pub mod fault;
mod fault_entry;
mod follow;
mod frames;
#[cfg(CONFIG_PCI)]
mod user_bar;
pub mod vm_ops;
mod vma;

pub use fault_entry::{FaultEntry, NotInserted};
pub use follow::{PfnmapGuard, Pgprot};
pub use frames::{DeviceBlock, DeviceFrames};
#[cfg(CONFIG_PCI)]
pub use user_bar::UserBar;
pub(super) use vma::is_cow_mapping;
pub use vma::{VmaBlock, VmaPfnMap};
