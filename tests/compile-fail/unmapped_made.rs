// SPDX-License-Identifier: GPL-2.0

//! That no secondary MMU maps a page is known after they were told.

use core::{marker::PhantomData, ops::Range};
use kernel::{bindings, mm::notifier::*};

type Told = (*mut bindings::mm_struct, Range<usize>);

pub fn unmapped<'r>(notified: &'r Invalidated<'_, All>, (_mm, _at): Told) -> Unmapped<'r, All> {
    let _range: PhantomData<(&'r (), All)> = PhantomData;
    let _ = Unmapped {
        mm: _mm, //~ E0451
        start: _at.start,
        end: _at.end,
        _range,
    };
    notified.unmapped()
}
