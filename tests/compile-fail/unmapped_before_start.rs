// SPDX-License-Identifier: GPL-2.0

//! No secondary MMU has let go of anything before it was told.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    leaf: Special<'_, Pmd>,
    table: SpareTable<Pmd>,
    range: &mut InvalidateRange<'_, All>,
) -> Result {
    leaf.split(table, range.unmapped()) //~ E0599
}
