// SPDX-License-Identifier: GPL-2.0

//! A vma that is there already does not become one of a BAR.

use kernel::{
    mm::{pfnmap::*, virt::*},
    prelude::*,
};

pub fn mmap(bar: &UserBar, vma: &VmaNew) -> Result {
    bar.mmap(vma)
}
