// SPDX-License-Identifier: GPL-2.0

//! A lookup is what C has filled in, not what was put in its place.

use kernel::{bindings::follow_pfnmap_args, mm::pfnmap::PfnmapGuard};

pub fn writable(mapping: PfnmapGuard<'_>, _args: follow_pfnmap_args) -> bool {
    PfnmapGuard {
        args: _args, //~ E0451
        ..mapping
    }
    .writable()
}
