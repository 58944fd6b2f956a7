// SPDX-License-Identifier: GPL-2.0

//! A page of an entry is done with before the batch goes on to the next entry.

use kernel::mm::{folio::MappedPage, pgtable::pages::*};

pub fn first(batch: &mut PteBatch<'_>) -> Option<usize> {
    let page: MappedPage<'_> = batch.normal()?.page();
    let pfn = page.pfn();
    batch.advance();
    Some(pfn)
}
