// SPDX-License-Identifier: GPL-2.0

//! The module that `#[vtable]` asks for, in a program that is none.

use kernel::{str::CStr, ModuleMetadata, ThisModule};

pub struct LocalModule;

impl ModuleMetadata for LocalModule {
    const NAME: &'static CStr = c"misuse";

    // SAFETY: A null pointer is the module of what is built in.
    const THIS_MODULE: ThisModule = unsafe { ThisModule::from_ptr(core::ptr::null_mut()) };
}
