// SPDX-License-Identifier: GPL-2.0

//! A private mapping that may be written is refused: the driver passes that on.

use kernel::{mm::virt::VmaNew, prelude::*};

pub fn mmap(vma: &VmaNew) -> Result {
    vma.set_pfnmap(); //~ unused_must_use
    vma.set_noncached();
    Ok(())
}
