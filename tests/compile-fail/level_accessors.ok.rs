// SPDX-License-Identifier: GPL-2.0

//! The accessors that a level stands on cannot be named, so that no others are written.

use kernel::mm::pgtable::Level;

pub fn name<L: Level>() -> &'static str {
    core::any::type_name::<L>()
}
