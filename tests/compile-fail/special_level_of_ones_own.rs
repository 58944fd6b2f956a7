// SPDX-License-Identifier: GPL-2.0
// error: E0277

//! The special bit is the architecture's: nobody declares a level special.

use kernel::mm::pgtable::*;

pub enum Mine {}

impl SpecialLevel for Mine {}

pub fn name() -> &'static str {
    core::any::type_name::<Mine>()
}
