// SPDX-License-Identifier: GPL-2.0

//! `/dev/test_pfnmap`, the test device of this project's kernels: asks `follow_pfnmap_start()`.
//!
//! C header: `lib/test_pfnmap_uapi.h`

use std::{fs::File, ops::Range};

use anyhow::{ensure, Result};
use rustix::{
    io::Errno,
    ioctl::{ioctl, opcode, Updater},
};

use crate::entries::{page_shift, Level, Run, Runs, Source};

/// `struct test_pfnmap_follow`.
#[repr(C)]
#[derive(Default)]
struct Follow {
    addr: u64,
    count: u64,
    pfn: u64,
    addr_mask: u64,
    pgprot: u64,
    ns: u64,
    flags: [u8; 4],
    pid: i32,
}

const FOLLOW: u32 = opcode::read_write::<Follow>(b'P', 0);

pub struct TestDevice(File);

impl TestDevice {
    pub fn open() -> Result<Self> {
        Ok(Self(
            File::options()
                .read(true)
                .write(true)
                .open("/dev/test_pfnmap")?,
        ))
    }

    /// The entry that maps `addr`: a run that is that block, not cut to what was asked for.
    fn follow(&self, pid: i32, addr: u64) -> Result<Option<Run>> {
        let mut follow = Follow {
            addr,
            count: 1,
            pid,
            ..Follow::default()
        };
        // SAFETY: `FOLLOW` reads and writes a `struct test_pfnmap_follow`, which `Follow` is.
        let request = unsafe { Updater::<FOLLOW, Follow>::new(&mut follow) };
        // SAFETY: As above; the file is the test device.
        match unsafe { ioctl(&self.0, request) } {
            Ok(()) => {}
            Err(Errno::INVAL) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let level = Level::of_size((!follow.addr_mask).wrapping_add(1));
        ensure!(
            level.is_some(),
            "entry of an unknown size, address mask {:#x}",
            follow.addr_mask
        );
        let start = addr & follow.addr_mask;
        Ok(level.map(|level| Run {
            range: start..start + level.size(),
            phys: (follow.pfn << page_shift()) - (addr - start),
            level,
        }))
    }
}

impl Source for TestDevice {
    /// A PMD's range whose first and last page are not mapped counts as not mapped.
    fn runs(&self, pid: i32, range: Range<u64>) -> Result<Runs> {
        let mut runs = Runs::default();
        let mut addr = range.start;
        while addr < range.end {
            let block = (addr | (Level::Pmd.size() - 1)) + 1;
            let last = block.min(range.end) - Level::Pte.size();
            addr = match self.follow(pid, addr)? {
                Some(run) => {
                    let end = run.range.end;
                    runs.push(run);
                    end
                }
                None if self.follow(pid, last)?.is_none() => block,
                None => addr + Level::Pte.size(),
            };
        }
        Ok(runs)
    }
}
