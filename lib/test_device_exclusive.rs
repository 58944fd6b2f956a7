// SPDX-License-Identifier: GPL-2.0

//! A device that takes pages of user space for itself, like a GPU that works on them atomically.
//!
//! C header: [`lib/test_device_exclusive_uapi.h`](srctree/lib/test_device_exclusive_uapi.h)

#![deny(unsafe_code)]

use kernel::{
    current,
    fs::File,
    ioctl::_IOWR,
    miscdevice::{MiscDevice, MiscDeviceOptions, MiscDeviceRegistration},
    mm::pgtable::{Level, Pmd},
    page::{PAGE_MASK, PAGE_SIZE},
    prelude::*,
    uaccess::{UserPtr, UserSlice, UserSliceReader, UserSliceWriter},
};

#[allow(unsafe_code)]
#[path = "test_device_exclusive_ffi.rs"]
mod ffi;
#[path = "test_device_exclusive_look.rs"]
mod look;
#[path = "test_device_exclusive_make.rs"]
mod make;

use look::Look;
use make::{How, Make};

/// `struct test_exclusive_make`.
type MakeLayout = [u64; 7];

/// `struct test_exclusive_look`.
type LookLayout = [u64; 5];

/// `struct test_exclusive_collect`.
type CollectLayout = [u64; 4];

const TEST_EXCLUSIVE_MAKE: u32 = _IOWR::<MakeLayout>('X' as u32, 0x00);
const TEST_EXCLUSIVE_LOOK: u32 = _IOWR::<LookLayout>('X' as u32, 0x01);
const TEST_EXCLUSIVE_COLLECT: u32 = _IOWR::<CollectLayout>('X' as u32, 0x02);

/// The pages of a call: those of two tables.
const MAX_PAGES: u64 = 2 * Pmd::PAGES as u64;

module! {
    type: TestExclusiveModule,
    name: "test_device_exclusive",
    authors: ["The rust-pfnmap project"],
    description: "Test device for device-exclusive entries",
    license: "GPL",
}

#[pin_data]
struct TestExclusiveModule {
    #[pin]
    _miscdev: MiscDeviceRegistration<TestExclusive>,
}

impl kernel::InPlaceModule for TestExclusiveModule {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            _miscdev <- MiscDeviceRegistration::register(
                MiscDeviceOptions {
                    name: c"test_device_exclusive",
                },
                (),
            ),
        })
    }
}

/// An open device.
struct TestExclusive;

#[vtable]
impl MiscDevice for TestExclusive {
    type Ptr = KBox<Self>;
    type RegistrationData = ();

    fn open(_file: &File, _misc: &MiscDeviceRegistration<Self>) -> Result<KBox<Self>> {
        Ok(KBox::new(Self, GFP_KERNEL)?)
    }

    fn ioctl(_me: &Self, _file: &File, cmd: u32, arg: usize) -> Result<isize> {
        let user = |len| UserSlice::new(UserPtr::from_addr(arg), len).reader_writer();
        match cmd {
            TEST_EXCLUSIVE_MAKE => make(user(size_of::<MakeLayout>()))?,
            TEST_EXCLUSIVE_LOOK => look(user(size_of::<LookLayout>()))?,
            TEST_EXCLUSIVE_COLLECT => collect(user(size_of::<CollectLayout>()))?,
            _ => return Err(ENOTTY),
        }
        Ok(0)
    }
}

/// Reads the pages that an ioctl is about: the address of the first, in bytes, and how many.
fn read_pages(addr: u64, count: u64) -> Result<(usize, usize)> {
    let addr = addr as usize;
    if addr & !PAGE_MASK != 0 || count > MAX_PAGES {
        return Err(EINVAL);
    }
    Ok((addr, count as usize))
}

fn make((mut reader, mut writer): (UserSliceReader, UserSliceWriter)) -> Result {
    let (addr, count, how) = (reader.read()?, reader.read::<u32>()?, reader.read::<u32>()?);
    let (results, add) = (reader.read::<u64>()?, reader.read::<u64>()?);
    let (offset, hold_us) = (reader.read::<u32>()?, reader.read::<u32>()?);
    let (start, pages) = read_pages(addr, count.into())?;
    let request = Make {
        start,
        pages,
        how: How::from_raw(how)?,
        add,
        offset: offset as usize,
        hold_us,
    };
    if request.offset % size_of::<u64>() != 0 || request.offset >= PAGE_SIZE || hold_us > 10_000_000
    {
        return Err(EINVAL);
    }
    let made = request.make()?;
    if results != 0 {
        let len = size_of_val(&made.results[..]);
        let mut out = UserSlice::new(UserPtr::from_addr(results as usize), len).writer();
        made.results
            .iter()
            .try_for_each(|result| out.write(result))?;
    }
    writer.write(&addr)?;
    writer.write(&[count, how])?;
    writer.write(&[results, add])?;
    writer.write(&[offset, hold_us])?;
    writer.write(&made.ns)?;
    writer.write(&made.taken())
}

fn look((mut reader, mut writer): (UserSliceReader, UserSliceWriter)) -> Result {
    let addr = reader.read::<usize>()?;
    let task = current!();
    let mm = task.mm().ok_or(EINVAL)?;
    let look = Look::at(&mm.mmap_read_lock(), addr)?;
    writer.write(&addr)?;
    writer.write(&[look.kind, look.flags])?;
    writer.write(&look.pfn)?;
    writer.write(&[look.refcount, look.mapcount])?;
    writer.write(&[look.pages, u32::from(cfg!(CONFIG_RUST_DEVICE_EXCLUSIVE))])
}

fn collect((mut reader, mut writer): (UserSliceReader, UserSliceWriter)) -> Result {
    let (addr, count) = (reader.read()?, reader.read()?);
    let (start, pages) = read_pages(addr, count)?;
    if pages == 0 {
        return Err(EINVAL);
    }
    let (ns, collected) = ffi::collect(start, pages)?;
    writer.write(&[addr, count])?;
    writer.write(&ns)?;
    writer.write(&collected)
}
