// SPDX-License-Identifier: GPL-2.0

//! Counting and delaying the invalidations of the calling process.

use kernel::{
    bindings, container_of,
    error::to_result,
    ffi::c_int,
    mm::MmWithUser,
    prelude::*,
    sync::atomic::{Atomic, Relaxed},
    time::{delay::fsleep, Delta},
    types::Opaque,
};

/// `struct test_pfnmap_notifier`.
pub(crate) type NotifierLayout = [u64; 4];

/// Which addresses are watched, in bytes, and how long an invalidation waits there.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// In microseconds.
    pub(crate) delay: u32,
}

/// How many invalidations there were.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) all: u32,
    /// Those that tell which device takes pages.
    pub(crate) owned: u32,
}

/// An MMU notifier of one mm.
///
/// # Invariants
///
/// `notifier` is registered.
#[pin_data(PinnedDrop)]
pub(crate) struct Watch {
    #[pin]
    notifier: Opaque<bindings::mmu_notifier>,
    start: Atomic<usize>,
    end: Atomic<usize>,
    delay: Atomic<u32>,
    count: Atomic<u32>,
    owned: Atomic<u32>,
}

// SAFETY: A notifier may be unregistered by any thread; the rest is atomic.
unsafe impl Send for Watch {}
// SAFETY: All that is shared is atomic.
unsafe impl Sync for Watch {}

impl Watch {
    const OPS: bindings::mmu_notifier_ops = bindings::mmu_notifier_ops {
        invalidate_range_start: Some(Self::invalidate_range_start),
        ..pin_init::zeroed()
    };

    /// Registers an MMU notifier for `mm`. Notifiers that are registered later are called first.
    pub(crate) fn register(mm: &MmWithUser) -> impl PinInit<Self, Error> + '_ {
        let init = move |notifier: *mut bindings::mmu_notifier| -> Result {
            // SAFETY: `notifier` is valid for writing, and all zeroes are a valid value.
            unsafe { notifier.write(pin_init::zeroed()) };
            // SAFETY: It was just written.
            unsafe { (*notifier).ops = &Self::OPS };
            // SAFETY: The mm has a user; `notifier` is pinned until the drop unregisters it.
            to_result(unsafe { bindings::mmu_notifier_register(notifier, mm.as_raw()) })
        };
        // INVARIANT: Registered last, when all that the callback reads is there.
        try_pin_init!(Self {
            start: Atomic::new(0),
            end: Atomic::new(0),
            delay: Atomic::new(0),
            count: Atomic::new(0),
            owned: Atomic::new(0),
            notifier <- Opaque::try_ffi_init(init),
        })
    }

    /// Watches `range` from now on. Returns the numbers of invalidations since the last call.
    pub(crate) fn restart(&self, range: Range) -> Counts {
        self.end.store(0, Relaxed);
        let counts = Counts {
            all: self.count.xchg(0, Relaxed),
            owned: self.owned.xchg(0, Relaxed),
        };
        self.delay.store(range.delay, Relaxed);
        self.start.store(range.start, Relaxed);
        self.end.store(range.end, Relaxed);
        counts
    }

    fn started(&self, range: &bindings::mmu_notifier_range) {
        if range.start >= self.end.load(Relaxed) || range.end <= self.start.load(Relaxed) {
            return;
        }
        self.count.fetch_add(1, Relaxed);
        if range.event == bindings::mmu_notifier_event_MMU_NOTIFY_EXCLUSIVE
            && !range.owner.is_null()
        {
            self.owned.fetch_add(1, Relaxed);
        }
        let delay = self.delay.load(Relaxed);
        if delay > 0 && range.flags & bindings::MMU_NOTIFIER_RANGE_BLOCKABLE != 0 {
            fsleep(Delta::from_micros(delay.into()));
        }
    }

    /// # Safety
    ///
    /// `notifier` is that of a [`Watch`], and `range` is valid for reading.
    unsafe extern "C" fn invalidate_range_start(
        notifier: *mut bindings::mmu_notifier,
        range: *const bindings::mmu_notifier_range,
    ) -> c_int {
        // SAFETY: `notifier` is that of a `Watch`; `Opaque` has the layout of what is in it.
        let watch = unsafe { &*container_of!(notifier.cast::<Opaque<_>>(), Self, notifier) };
        // SAFETY: `range` is valid.
        watch.started(unsafe { &*range });
        0
    }
}

#[pinned_drop]
impl PinnedDrop for Watch {
    fn drop(self: Pin<&mut Self>) {
        let notifier = self.notifier.get();
        // SAFETY: By the type invariant it is registered, which holds a reference to its mm.
        unsafe { bindings::mmu_notifier_unregister(notifier, (*notifier).mm) };
    }
}
