// SPDX-License-Identifier: GPL-2.0

//! A page that an entry keeps is alive while the lock of the entry is held.

use kernel::mm::{folio::MappedPage, pgtable::pages::*};

pub fn pfn(mut batch: PteBatch<'_>) -> Option<usize> {
    let page: MappedPage<'_> = batch.normal()?.page();
    let pfn = page.pfn();
    drop(batch);
    Some(pfn)
}
