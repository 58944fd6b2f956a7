// SPDX-License-Identifier: GPL-2.0

//! Taking pages of the calling process.

#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
use crate::ffi::{self, Unlocked};
use core::sync::atomic::{AtomicU64, Ordering};
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
use kernel::mm::device_exclusive::ExclusiveRange;
use kernel::{
    current,
    mm::{
        device_exclusive::ExclusivePage,
        notifier::{Owner, OwnerId},
        MmWithUser,
    },
    page::PAGE_SIZE,
    prelude::*,
    time::{delay::fsleep, Delta, Instant, Monotonic},
};

/// The owner by which the device recognizes its own notifications.
fn owner() -> Owner {
    static DEVICE: OwnerId = OwnerId::new();
    Owner::of(&DEVICE)
}

/// How pages are taken.
pub(crate) enum How {
    Single,
    Range,
    /// `TEST_EXCLUSIVE_UNLOCKED`.
    #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
    SingleUnlocked,
    #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
    RangeUnlocked,
}

impl How {
    pub(crate) fn from_raw(how: u32) -> Result<Self> {
        match how {
            0 => Ok(Self::Single),
            1 => Ok(Self::Range),
            #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
            2 => Ok(Self::SingleUnlocked),
            #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
            3 => Ok(Self::RangeUnlocked),
            _ => Err(EINVAL),
        }
    }
}

/// The inputs of `TEST_EXCLUSIVE_MAKE`.
pub(crate) struct Make {
    pub(crate) start: usize,
    pub(crate) pages: usize,
    pub(crate) how: How,
    pub(crate) add: u64,
    pub(crate) offset: usize,
    pub(crate) hold_us: u32,
}

/// What became of them.
pub(crate) struct Made {
    pub(crate) results: KVec<i32>,
    pub(crate) ns: i64,
}

impl Made {
    /// How many pages were taken.
    pub(crate) fn taken(&self) -> u64 {
        self.results.iter().filter(|result| **result == 0).count() as u64
    }
}

impl Make {
    pub(crate) fn make(&self) -> Result<Made> {
        let mut results = KVec::from_elem(0, self.pages, GFP_KERNEL)?;
        let task = current!();
        let mm = task.mm().ok_or(EINVAL)?;
        let begin = Instant::<Monotonic>::now();
        match self.how {
            How::Single => self.singly(mm, &mut results),
            How::Range => self.at_once(mm, &mut results)?,
            #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
            How::SingleUnlocked => self.singly_unlocked(mm, &mut results)?,
            #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
            How::RangeUnlocked => self.at_once_unlocked(mm, &mut results)?,
        }
        let ns = begin.elapsed().as_nanos();
        Ok(Made { results, ns })
    }

    fn singly(&self, mm: &MmWithUser, results: &mut [i32]) {
        let mut mmap = Some(mm.mmap_read_lock());
        for (i, result) in results.iter_mut().enumerate() {
            let locked = mmap.take().unwrap_or_else(|| mm.mmap_read_lock());
            let page = ExclusivePage::make(&locked, self.page(i), owner());
            mmap = Some(locked);
            if page.is_ok() && self.hold_us > 0 {
                drop(mmap.take());
                self.hold();
            }
            *result = self.work_on_page(&page);
        }
    }

    #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
    fn at_once(&self, mm: &MmWithUser, results: &mut [i32]) -> Result {
        let mmap = mm.mmap_read_lock();
        let range = ffi::range(&mmap, self.start, self.pages, owner())?;
        drop(mmap);
        self.hold();
        self.work_on_range(range, results);
        Ok(())
    }

    #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
    fn singly_unlocked(&self, mm: &MmWithUser, results: &mut [i32]) -> Result {
        let unlocked = Unlocked::new(mm)?;
        for (i, result) in results.iter_mut().enumerate() {
            *result = self.work_on_page(&unlocked.page(self.page(i), owner()));
        }
        Ok(())
    }

    #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
    fn at_once_unlocked(&self, mm: &MmWithUser, results: &mut [i32]) -> Result {
        let range = Unlocked::new(mm)?.range(self.start, self.pages, owner())?;
        self.work_on_range(range, results);
        Ok(())
    }

    #[cfg(not(CONFIG_RUST_DEVICE_EXCLUSIVE))]
    fn at_once(&self, mm: &MmWithUser, results: &mut [i32]) -> Result {
        self.singly(mm, results);
        Ok(())
    }

    /// The address of page `i`, which may be anything.
    fn page(&self, i: usize) -> usize {
        self.start.wrapping_add(i * PAGE_SIZE)
    }

    /// What the device does while no CPU can take its pages back. No lock of the mm is held.
    fn hold(&self) {
        if self.hold_us > 0 {
            fsleep(Delta::from_micros(self.hold_us.into()));
        }
    }

    fn work_on_page(&self, page: &Result<ExclusivePage<'_>>) -> i32 {
        let counter = page.as_ref().map_err(|error| *error);
        self.work(counter.and_then(|page| page.counter(self.offset).ok_or(EINVAL)))
    }

    #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
    fn work_on_range(&self, mut range: ExclusiveRange<'_>, results: &mut [i32]) {
        for (i, result) in results.iter_mut().enumerate() {
            *result = self.work(range.counter(i, self.offset));
        }
    }

    fn work(&self, counter: Result<&AtomicU64>) -> i32 {
        match counter {
            Ok(counter) => {
                if self.add != 0 {
                    counter.fetch_add(self.add, Ordering::Relaxed);
                }
                0
            }
            Err(error) => error.to_errno(),
        }
    }
}
