// SPDX-License-Identifier: GPL-2.0

//! A vma is set up by its `mmap`, and not later.

use kernel::{
    mm::{pfnmap::vm_ops::*, virt::VmaNew},
    prelude::*,
};

pub struct Kept<'k>(pub Option<NewPfnMap<'k>>);

impl<'k> Kept<'k> {
    pub fn mmap<'v>(&mut self, vma: &'v VmaNew) -> Result {
        self.0 = Some(vma.pfnmap()?); //~ lifetime may not live long enough
        Ok(())
    }
}
