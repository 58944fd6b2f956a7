// SPDX-License-Identifier: GPL-2.0

//! What the layer uses of the rest of the `kernel` crate.

pub use std::ffi::c_void;

pub mod ffi {
    pub use std::ffi::c_void;
    #[allow(non_camel_case_types)]
    mod types {
        pub type c_int = i32;
        pub type c_uint = u32;
        pub type c_long = isize;
        pub type c_ulong = usize;
    }
    pub use types::*;
}

pub mod prelude {
    pub use super::{
        alloc::{flags::*, KVec},
        error::{code::*, Error, Result},
        ffi::*,
        pin_init,
    };
    pub use macros::{export, kunit_tests};
}

pub mod error {
    use super::ffi::c_int;

    /// An error code of C, which is negative.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Error(c_int);

    pub type Result<T = (), E = Error> = core::result::Result<T, E>;

    pub mod code {
        use super::Error;

        macro_rules! codes {
            ($($name:ident = $n:literal),*) => { $(pub const $name: Error = Error(-$n);)* };
        }
        codes!(
            ENOENT = 2,
            EINTR = 4,
            EAGAIN = 11,
            ENOMEM = 12,
            EFAULT = 14,
            EBUSY = 16,
            EINVAL = 22,
            EOPNOTSUPP = 95
        );
    }

    impl Error {
        pub fn to_errno(self) -> c_int {
            self.0
        }

        pub fn to_ptr<T>(self) -> *mut T {
            core::ptr::without_provenance_mut(self.0 as isize as usize)
        }
    }

    impl From<super::alloc::AllocError> for Error {
        fn from(_: super::alloc::AllocError) -> Self {
            code::ENOMEM
        }
    }

    pub fn to_result(err: c_int) -> Result {
        if err < 0 {
            Err(Error(err))
        } else {
            Ok(())
        }
    }

    pub fn from_err_ptr<T>(ptr: *mut T) -> Result<*mut T> {
        match ptr.addr() as isize {
            err @ -4095..=-1 => Err(Error(err as c_int)),
            _ => Ok(ptr),
        }
    }
}

pub mod alloc {
    use core::ops::{Deref, DerefMut};

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct AllocError;

    #[derive(Clone, Copy)]
    pub struct Flags;

    pub mod flags {
        pub const GFP_KERNEL: super::Flags = super::Flags;
    }

    pub struct KVec<T>(Vec<T>);

    impl<T: Clone> KVec<T> {
        pub fn from_elem(value: T, n: usize, _flags: Flags) -> Result<Self, AllocError> {
            Ok(Self(vec![value; n]))
        }
    }

    impl<T> Deref for KVec<T> {
        type Target = Vec<T>;
        fn deref(&self) -> &Vec<T> {
            &self.0
        }
    }

    impl<T> DerefMut for KVec<T> {
        fn deref_mut(&mut self) -> &mut Vec<T> {
            &mut self.0
        }
    }
}

pub mod page {
    pub const PAGE_SHIFT: usize = crate::format::FORMAT.page_shift as usize;
    pub const PAGE_SIZE: usize = 1 << PAGE_SHIFT;
    pub const PAGE_MASK: usize = !(PAGE_SIZE - 1);
}

pub mod pin_init {
    /// Returns a value of C that is all zeroes.
    pub const fn zeroed<T: crate::bindings::Zeroable>() -> T {
        // SAFETY: By the contract of the trait zeroes are a value.
        unsafe { core::mem::zeroed() }
    }
}

pub mod fs {
    pub mod file {
        use crate::bindings;

        /// An open file.
        pub struct LocalFile(core::cell::UnsafeCell<bindings::file>);

        impl LocalFile {
            pub fn as_ptr(&self) -> *mut bindings::file {
                self.0.get()
            }
        }
    }
}

pub mod sync {
    pub use std::sync::Arc;

    pub mod barrier {
        pub struct Write;

        /// The threads of the harness see each other's accesses in order: what a barrier is for,
        /// `Documentation/litmus-tests/mm` has.
        pub fn smp_mb(_: Write) {
            crate::machine::step();
        }
    }
}

pub mod types {
    use core::marker::PhantomData;

    pub type NotThreadSafe = PhantomData<*mut ()>;
    #[allow(non_upper_case_globals)]
    pub const NotThreadSafe: NotThreadSafe = PhantomData;
}

/// All tracepoints are on.
pub mod jump_label {
    pub use crate::static_branch_unlikely;
}

#[macro_export]
macro_rules! static_branch_unlikely {
    ($key:path, $keytyp:ty, $field:ident) => {{
        let key: *const $keytyp = &raw const $key;
        (&raw const (*key).$field).read() == ()
    }};
}

pub mod tracepoint {
    pub use crate::declare_trace;
}

#[macro_export]
macro_rules! declare_trace {
    ($($(#[$attr:meta])* $vis:vis unsafe fn $name:ident($($arg:ident: $ty:ty),*);)*) => { ::macros::paste! { $(
        $(#[$attr])*
        $vis unsafe fn $name($($arg: $ty),*) {
            // SAFETY: What the caller vouches for.
            unsafe { $crate::bindings::[<rust_do_trace_ $name>]($($arg),*) };
        }
    )* } };
}

/// The thread that runs.
pub struct Task;

impl Task {
    pub fn as_ptr(&self) -> *mut crate::bindings::task_struct {
        core::ptr::null_mut()
    }
}

#[macro_export]
macro_rules! current {
    () => {
        $crate::Task
    };
}

#[macro_export]
macro_rules! do_once_lite {
    ($($body:tt)*) => {
        $($body)*
    };
}

#[macro_export]
macro_rules! warn_on {
    ($condition:expr) => {{
        if $condition {
            $crate::machine::warn();
        }
    }};
}

pub mod mm {
    use super::{types::NotThreadSafe, virt::VmaRef};
    use crate::bindings;
    use core::cell::UnsafeCell;

    #[repr(transparent)]
    pub struct MmWithUser(UnsafeCell<bindings::mm_struct>);

    impl MmWithUser {
        pub unsafe fn from_raw<'a>(ptr: *const bindings::mm_struct) -> &'a Self {
            // SAFETY: What the caller vouches for.
            unsafe { &*ptr.cast() }
        }

        pub fn as_raw(&self) -> *mut bindings::mm_struct {
            self.0.get()
        }

        pub fn mmap_read_lock(&self) -> MmapReadGuard<'_> {
            // SAFETY: The mm is alive.
            unsafe { (*self.as_raw()).mmap_lock.read_lock() };
            MmapReadGuard {
                mm: self,
                _nts: NotThreadSafe,
            }
        }
    }

    pub struct MmapReadGuard<'a> {
        pub(crate) mm: &'a MmWithUser,
        pub(crate) _nts: NotThreadSafe,
    }

    impl MmapReadGuard<'_> {
        pub fn vma_lookup(&self, address: usize) -> Option<&VmaRef> {
            // SAFETY: The mmap lock is held.
            let vma = unsafe { bindings::vma_lookup(self.mm.as_raw(), address) };
            // SAFETY: The mmap lock keeps the vma.
            (!vma.is_null()).then(|| unsafe { VmaRef::from_raw(vma) })
        }
    }

    impl Drop for MmapReadGuard<'_> {
        fn drop(&mut self) {
            // SAFETY: The mm is alive, and the lock is ours.
            unsafe { (*self.mm.as_raw()).mmap_lock.read_unlock() };
        }
    }
}

pub mod virt {
    use super::mm::MmWithUser;
    use crate::bindings;
    use core::cell::UnsafeCell;

    pub use bindings::vm_flags_t;

    #[repr(transparent)]
    pub struct VmaRef(UnsafeCell<bindings::vm_area_struct>);

    impl VmaRef {
        pub unsafe fn from_raw<'a>(vma: *const bindings::vm_area_struct) -> &'a Self {
            // SAFETY: What the caller vouches for.
            unsafe { &*vma.cast() }
        }

        pub fn as_ptr(&self) -> *mut bindings::vm_area_struct {
            self.0.get()
        }

        pub fn mm(&self) -> &MmWithUser {
            // SAFETY: The vma is alive.
            unsafe { MmWithUser::from_raw((*self.as_ptr()).vm_mm) }
        }

        pub fn flags(&self) -> vm_flags_t {
            // SAFETY: The vma is alive.
            unsafe { (*self.as_ptr()).__bindgen_anon_2.vm_flags }
        }

        pub fn start(&self) -> usize {
            // SAFETY: The vma is alive.
            unsafe { (*self.as_ptr()).__bindgen_anon_1.__bindgen_anon_1.vm_start }
        }

        pub fn end(&self) -> usize {
            // SAFETY: The vma is alive.
            unsafe { (*self.as_ptr()).__bindgen_anon_1.__bindgen_anon_1.vm_end }
        }
    }

    /// A vma that is being set up.
    pub struct VmaNew(VmaRef);

    impl core::ops::Deref for VmaNew {
        type Target = VmaRef;
        fn deref(&self) -> &VmaRef {
            &self.0
        }
    }

    impl VmaNew {
        pub(crate) unsafe fn update_flags(&self, set: vm_flags_t, unset: vm_flags_t) {
            // SAFETY: Nothing else uses the vma yet.
            let vm_flags = unsafe { &mut (*self.as_ptr()).__bindgen_anon_2.vm_flags };
            *vm_flags = (*vm_flags | set) & !unset;
        }
    }

    pub mod flags {
        use super::vm_flags_t;

        pub const NONE: vm_flags_t = 0;
        pub const READ: vm_flags_t = 0x1;
        pub const WRITE: vm_flags_t = 0x2;
        pub const SHARED: vm_flags_t = 0x8;
        pub const MAYWRITE: vm_flags_t = 0x20;
        pub const PFNMAP: vm_flags_t = 0x400;
        pub const IO: vm_flags_t = 0x4000;
        pub const DONTEXPAND: vm_flags_t = 0x4_0000;
        pub const DONTDUMP: vm_flags_t = 0x400_0000;
        pub const HUGETLB: vm_flags_t = 0x40_0000;
        pub const MIXEDMAP: vm_flags_t = 0x1000_0000;
    }
}
