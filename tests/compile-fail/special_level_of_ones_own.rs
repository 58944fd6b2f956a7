// SPDX-License-Identifier: GPL-2.0

//! The special bit is the architecture's: no driver declares a level special.

use kernel::mm::pgtable::*;

pub enum Mine {}

impl SpecialLevel for Mine {} //~ E0277

pub fn name() -> &'static str {
    core::any::type_name::<Mine>()
}
