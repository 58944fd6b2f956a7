// SPDX-License-Identifier: GPL-2.0

//! Test device for pfn mappings: follows an address of the calling process.
//!
//! C header: [`lib/test_pfnmap_uapi.h`](srctree/lib/test_pfnmap_uapi.h)

#![deny(unsafe_code)]

use kernel::{
    current,
    fs::File,
    ioctl::_IOWR,
    miscdevice::{MiscDevice, MiscDeviceOptions, MiscDeviceRegistration},
    mm::pfnmap::PfnmapGuard,
    prelude::*,
    time::{Instant, Monotonic},
    uaccess::{UserPtr, UserSlice, UserSliceReader, UserSliceWriter},
};

/// `struct test_pfnmap_follow`: seven words, the last of which holds the flags.
type FollowLayout = [u64; 7];

/// How many lookups one call may do: they hold the mmap lock.
const MAX_COUNT: u64 = 100_000;

const TEST_PFNMAP_FOLLOW: u32 = _IOWR::<FollowLayout>('P' as u32, 0x00);

module! {
    type: TestPfnmapModule,
    name: "test_pfnmap",
    authors: ["The rust-pfnmap project"],
    description: "Test device for pfn mappings",
    license: "GPL",
}

#[pin_data]
struct TestPfnmapModule {
    #[pin]
    _miscdev: MiscDeviceRegistration<TestPfnmap>,
}

impl kernel::InPlaceModule for TestPfnmapModule {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            _miscdev <- MiscDeviceRegistration::register(MiscDeviceOptions {
                name: c"test_pfnmap",
            }),
        })
    }
}

struct TestPfnmap;

#[vtable]
impl MiscDevice for TestPfnmap {
    type Ptr = KBox<Self>;

    fn open(_file: &File, _misc: &MiscDeviceRegistration<Self>) -> Result<KBox<Self>> {
        Ok(KBox::new(TestPfnmap, GFP_KERNEL)?)
    }

    fn ioctl(_me: &Self, _file: &File, cmd: u32, arg: usize) -> Result<isize> {
        let (reader, writer) =
            UserSlice::new(UserPtr::from_addr(arg), size_of::<FollowLayout>()).reader_writer();
        match cmd {
            TEST_PFNMAP_FOLLOW => Request::read(reader)?.follow()?.write(writer)?,
            _ => return Err(ENOTTY),
        }
        Ok(0)
    }
}

/// The inputs of [`TEST_PFNMAP_FOLLOW`].
struct Request {
    addr: usize,
    count: u64,
}

/// What the last lookup found, and what all of them cost.
struct Answer {
    request: Request,
    pfn: usize,
    addr_mask: usize,
    pgprot: u64,
    writable: bool,
    special: bool,
    ns: i64,
}

impl Request {
    fn read(mut reader: UserSliceReader) -> Result<Self> {
        let addr = reader.read()?;
        let count = reader.read()?;
        reader.skip(4 * size_of::<u64>() + 3)?;
        if !(1..=MAX_COUNT).contains(&count) || reader.read::<[u8; 5]>()? != [0; 5] {
            return Err(EINVAL);
        }
        Ok(Self { addr, count })
    }

    /// Does all lookups under one mmap lock, so that nothing but lookups is counted.
    fn follow(self) -> Result<Answer> {
        let task = current!();
        let mm = task.mm().ok_or(EINVAL)?;
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
    fn write(self, mut writer: UserSliceWriter) -> Result {
        writer.write(&self.request.addr)?;
        writer.write(&self.request.count)?;
        writer.write(&self.pfn)?;
        writer.write(&self.addr_mask)?;
        writer.write(&self.pgprot)?;
        writer.write(&self.ns)?;
        writer.write(&u8::from(self.writable))?;
        writer.write(&u8::from(self.special))?;
        writer.write(&u8::from(cfg!(CONFIG_RUST_PFNMAP)))?;
        writer.write(&[0u8; 5])
    }
}
