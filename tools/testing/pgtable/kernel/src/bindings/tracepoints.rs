// SPDX-License-Identifier: GPL-2.0

//! Tracepoints, all of them on: what is traced is looked at in every test.

use super::{mm_struct, pgtable_level};
use crate::{ffi::c_int, format::FORMAT, page::PAGE_SHIFT};
use macros::paste;

pub struct tracepoint {
    pub key: (),
}

macro_rules! tracepoints {
    ($($name:ident($result:ty);)*) => { paste! { $(
        pub static [<__tracepoint_ $name>]: tracepoint = tracepoint { key: () };

        pub unsafe fn [<rust_do_trace_ $name>](
            mm: *mut mm_struct,
            address: usize,
            level: pgtable_level,
            pfn: usize,
            result: $result,
        ) {
            crate::machine::traced(stringify!($name), result.into());
            let shift = FORMAT.shift(level) as usize;
            assert!(!mm.is_null(), "an event of no mm");
            assert_eq!(address & ((1 << shift) - 1), 0, "an address inside a block");
            assert_eq!(pfn & ((1 << (shift - PAGE_SHIFT)) - 1), 0, "a frame inside a block");
        }
    )* } };
}

tracepoints! {
    pfnmap_insert(u32);
    pfnmap_split(c_int);
    pfnmap_copy(c_int);
    device_exclusive_make(c_int);
    device_exclusive_restore(c_int);
}
