// SPDX-License-Identifier: GPL-2.0

//! A block of frames is not made without a look at its alignment.

use kernel::mm::pgtable::*;

pub fn frames(first: Pfn) -> Option<PfnBlock<Pmd>> {
    Some(PfnBlock(first, core::marker::PhantomData)) //~ E0423
}
