// SPDX-License-Identifier: GPL-2.0

//! No secondary MMU has let go of anything before it was told.

use kernel::mm::{notifier::*, pgtable::*};

pub fn cut(
    leaf: Special<'_, Pmd>,
    table: SpareTable<Pmd>,
    range: &mut InvalidateRange<'_, All>,
) -> Result<(), NotInvalidated> {
    leaf.split(table, range.unmapped()) //~ E0599
}
