// SPDX-License-Identifier: GPL-2.0

//! A table that takes the place of a leaf is one that was made for it.

use core::{marker::PhantomData, ptr::NonNull};
use kernel::{bindings, mm::pgtable::*};

pub fn table(slot: &Slot<'_, Pmd>, _ptdesc: NonNull<bindings::ptdesc>) -> Option<SpareTable<Pmd>> {
    let _level: PhantomData<Pmd> = PhantomData;
    SpareTable::new(slot).ok()
}
