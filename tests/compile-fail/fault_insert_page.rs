// SPDX-License-Identifier: GPL-2.0

//! A page that has a reference count is not mapped as a frame.

use kernel::{
    mm::{fault::*, pgtable::*},
    page::Page,
};

pub fn serve<'f>(fault: &Fault<'f, Pte>, page: &Page) -> Result<Done<'f>, FaultError> {
    fault.insert(page) //~ E0308
}
