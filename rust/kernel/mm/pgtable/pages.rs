// SPDX-License-Identifier: GPL-2.0

//! PTEs that map or name a page of a folio, and what they become.
//!
//! What a PTE says is a [`SoftLeaf`] where it is not present and a [`NormalLeaf`] where it maps a page.
//! A [`PteBatch`] goes along the PTEs of consecutive pages, [`PteRun`] takes those away whose pages are
//! being moved, and [`ForkPte`] is the PTE of a parent and that of its child.
//!
//! C header: [`include/linux/leafops.h`](srctree/include/linux/leafops.h)

mod batch;
mod fork;
mod normal;
mod pte_run;
mod softleaf;

pub use batch::{BatchLeaf, PteBatch};
pub use fork::ForkPte;
pub use normal::{NormalLeaf, PteBits};
pub use pte_run::PteRun;
pub use softleaf::{DeviceExclusive, DevicePrivate, SeenExclusive, SoftLeaf};
