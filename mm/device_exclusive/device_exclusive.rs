// SPDX-License-Identifier: GPL-2.0

//! Pages that a device alone may access: made, taken back, copied by fork, moved.
//!
//! The bodies of functions that C mm code and drivers call. Their C prototypes do not change.
//!
//! C header: [`include/linux/device_exclusive.h`](srctree/include/linux/device_exclusive.h)

#![deny(unsafe_code)]

mod fault;
#[allow(unsafe_code)]
mod ffi;
mod make;
