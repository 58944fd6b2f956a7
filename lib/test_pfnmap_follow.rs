// SPDX-License-Identifier: GPL-2.0

//! Following an address of the calling process, or of another.

use crate::ffi::mm_of;
use kernel::{
    current,
    mm::{pfnmap::PfnmapGuard, MmWithUser},
    prelude::*,
    time::{Instant, Monotonic},
    uaccess::{UserSliceReader, UserSliceWriter},
};

/// `struct test_pfnmap_follow`: seven words, the last of which holds the flags and the process.
pub(crate) type FollowLayout = [u64; 7];

/// How many lookups one call may do: they hold the mmap lock.
const MAX_COUNT: u64 = 100_000;

/// The inputs of `TEST_PFNMAP_FOLLOW`.
pub(crate) struct Request {
    addr: usize,
    count: u64,
    pid: i32,
}

/// What the last lookup found, and what all of them cost.
pub(crate) struct Answer {
    request: Request,
    pfn: usize,
    addr_mask: usize,
    pgprot: u64,
    writable: bool,
    special: bool,
    ns: i64,
}

impl Request {
    pub(crate) fn read(mut reader: UserSliceReader) -> Result<Self> {
        let addr = reader.read()?;
        let count = reader.read()?;
        reader.skip(4 * size_of::<u64>() + 3)?;
        if !(1..=MAX_COUNT).contains(&count) || reader.read::<u8>()? != 0 {
            return Err(EINVAL);
        }
        let pid = reader.read()?;
        Ok(Self { addr, count, pid })
    }

    pub(crate) fn follow(self) -> Result<Answer> {
        match self.pid {
            0 => self.follow_in(current!().mm().ok_or(EINVAL)?),
            pid => self.follow_in(&*mm_of(pid)?),
        }
    }

    /// Does all lookups under one mmap lock, so that nothing but lookups is counted.
    fn follow_in(self, mm: &MmWithUser) -> Result<Answer> {
        let mmap = mm.mmap_read_lock();
        let vma = mmap.vma_lookup(self.addr).ok_or(EINVAL)?;
        let begin = Instant::<Monotonic>::now();
        for _ in 1..self.count {
            drop(PfnmapGuard::start(&mmap, vma, self.addr)?);
        }
        let mapping = PfnmapGuard::start(&mmap, vma, self.addr)?;
        Ok(Answer {
            pfn: mapping.pfn().as_raw(),
            addr_mask: mapping.addr_mask(),
            pgprot: mapping.pgprot().bits(),
            writable: mapping.writable(),
            special: mapping.special(),
            ns: begin.elapsed().as_nanos(),
            request: self,
        })
    }
}

impl Answer {
    pub(crate) fn write(self, mut writer: UserSliceWriter) -> Result {
        writer.write(&self.request.addr)?;
        writer.write(&self.request.count)?;
        writer.write(&self.pfn)?;
        writer.write(&self.addr_mask)?;
        writer.write(&self.pgprot)?;
        writer.write(&self.ns)?;
        writer.write(&u8::from(self.writable))?;
        writer.write(&u8::from(self.special))?;
        writer.write(&u8::from(cfg!(CONFIG_RUST_PFNMAP)))?;
        writer.write(&0u8)?;
        writer.write(&self.request.pid)
    }
}
