// SPDX-License-Identifier: GPL-2.0

//! The folio that is locked for a page that is moved is its own: the run locks it.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn collect<'t>(run: &mut PteRun<'t>, _page: MappedPage<'t>, _folio: LockedFolio) -> bool {
    run.clear(_page, _folio) //~ E0624
}
