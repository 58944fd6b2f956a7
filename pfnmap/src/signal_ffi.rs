// SPDX-License-Identifier: GPL-2.0

//! Signals that end a program: it has something to undo first.

use std::{
    ffi::c_int,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

const SIGHUP: c_int = 1;
const SIGINT: c_int = 2;
const SIGTERM: c_int = 15;

static CAUGHT: AtomicBool = AtomicBool::new(false);

extern "C" {
    /// The handler must do nothing that could interrupt itself.
    fn signal(number: c_int, handler: extern "C" fn(c_int)) -> usize;
}

extern "C" fn caught(_: c_int) {
    CAUGHT.store(true, Relaxed);
}

/// Has them interrupt a sleep, and no longer end the program.
pub fn catch() {
    for number in [SIGHUP, SIGINT, SIGTERM] {
        // SAFETY: The declaration is that of C; the handler only stores to an atomic.
        unsafe { signal(number, caught) };
    }
}

/// Whether one has come.
pub fn came() -> bool {
    CAUGHT.load(Relaxed)
}
