// SPDX-License-Identifier: GPL-2.0

//! The `kernel` crate of the harness: the typed page-table layer as it is in the kernel, over the parts
//! of the crate and of C that it uses.
//!
//! [`machine`] is the machine, [`format`] its page tables, [`bindings`] what C does to them. Each
//! function of C asserts what it requires: the lock that is held, the entry that is empty.

#![allow(clippy::missing_safety_doc, missing_docs)]

// What the layer includes by the name that the kernel has for it.
pub use kernel_types::*;
mod kernel_types;

pub mod bindings;
pub mod format;
pub mod machine;

/// Every file of the layer is included here, and nowhere else.
#[path = "../../../../../rust/kernel/mm"]
pub mod mm {
    pub mod device_exclusive;
    pub mod folio;
    pub mod notifier;
    pub mod pfnmap;
    pub mod pgtable;

    #[cfg(test)]
    #[path = "../../../tools/testing/pgtable/kernel/src/exhaustive.rs"]
    mod exhaustive;
    #[cfg(kani)]
    #[path = "../../../tools/testing/pgtable/kernel/src/proofs.rs"]
    mod proofs;

    pub use crate::kernel_types::{mm::*, virt};
}
