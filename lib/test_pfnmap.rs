// SPDX-License-Identifier: GPL-2.0

//! A device that shows a BAR to user space, and the mistakes that its driver can make.
//!
//! The BAR is memory that the kernel does not use: `mem=2G`, and `test_pfnmap.start=` and
//! `test_pfnmap.size=` in bytes. A driver of a real BAR differs in where its frames come from.
//!
//! C header: [`lib/test_pfnmap_uapi.h`](srctree/lib/test_pfnmap_uapi.h)

#![deny(unsafe_code)]

use kernel::{
    current,
    fs::File,
    ioctl::{_IO, _IOR, _IOW, _IOWR},
    miscdevice::{MiscDevice, MiscDeviceOptions, MiscDeviceRegistration},
    mm::{
        pfnmap::{
            fault::{AnyFault, Done, Fault, FaultError, InsertLevel, Serve},
            vm_ops::{unmap_mapping, unmap_mapping_range, NewPfnMap, VmOperations},
            DeviceFrames,
        },
        pgtable::{Level, Pfn, Pmd, Pte, Pud},
        virt::VmaNew,
    },
    new_mutex,
    page::{PAGE_MASK, PAGE_SHIFT},
    prelude::*,
    sync::{Arc, ArcBorrow, Mutex},
    time::{delay::fsleep, Delta},
    uaccess::{UserPtr, UserSlice, UserSliceReader, UserSliceWriter},
};

#[allow(unsafe_code)]
#[path = "test_pfnmap_ffi.rs"]
mod ffi;
#[path = "test_pfnmap_follow.rs"]
mod follow;
#[allow(unsafe_code)]
#[path = "test_pfnmap_notifier_ffi.rs"]
mod notifier;

use ffi::{insert_anyway, memory, take_pfnmap_away, Poisonable};
use follow::{FollowLayout, Request};
use notifier::{NotifierLayout, Range, Watch};

/// The longest delay of a fault or an invalidation.
const MAX_DELAY_US: u32 = 100_000;

/// `struct test_pfnmap_info`.
type InfoLayout = [u64; 2];

/// `struct test_pfnmap_serve`: six halves of words, the third and fourth of which are one.
type ServeLayout = [u64; 3];

/// `struct test_pfnmap_range`.
type RangeLayout = [i64; 2];

const TEST_PFNMAP_FOLLOW: u32 = _IOWR::<FollowLayout>('P' as u32, 0x00);
const TEST_PFNMAP_INFO: u32 = _IOR::<InfoLayout>('P' as u32, 0x01);
const TEST_PFNMAP_SERVE: u32 = _IOW::<ServeLayout>('P' as u32, 0x02);
const TEST_PFNMAP_ZAP: u32 = _IO('P' as u32, 0x03);
const TEST_PFNMAP_ZAP_RANGE: u32 = _IOW::<RangeLayout>('P' as u32, 0x04);
const TEST_PFNMAP_POISONABLE: u32 = _IO('P' as u32, 0x05);
const TEST_PFNMAP_NOTIFIER: u32 = _IOWR::<NotifierLayout>('P' as u32, 0x06);

module! {
    type: TestPfnmapModule,
    name: "test_pfnmap",
    authors: ["The rust-pfnmap project"],
    description: "Test device for pfn mappings",
    license: "GPL",
    params: {
        start: u64 {
            default: 0,
            description: "Where the memory of the fake BAR starts, in bytes",
        },
        size: u64 {
            default: 0,
            description: "How long it is, in bytes",
        },
    },
}

#[pin_data]
struct TestPfnmapModule {
    #[pin]
    _miscdev: MiscDeviceRegistration<TestPfnmap>,
}

impl kernel::InPlaceModule for TestPfnmapModule {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            _miscdev <- MiscDeviceRegistration::register(
                MiscDeviceOptions {
                    name: c"test_pfnmap",
                },
                (),
            ),
        })
    }
}

/// An open device.
#[pin_data]
struct TestPfnmap {
    bar: DeviceFrames,
    #[pin]
    how: Mutex<How>,
    #[pin]
    poisonable: Mutex<Option<Pin<KBox<Poisonable>>>>,
    #[pin]
    watch: Mutex<Option<Pin<KBox<Watch>>>>,
}

#[vtable]
impl MiscDevice for TestPfnmap {
    type Ptr = Arc<Self>;
    type RegistrationData = ();

    fn open(_file: &File, _misc: &MiscDeviceRegistration<Self>) -> Result<Arc<Self>> {
        let open = try_pin_init!(Self {
            bar: memory(module_parameters::start.value(), module_parameters::size.value())?,
            how <- new_mutex!(How::default()),
            poisonable <- new_mutex!(None),
            watch <- new_mutex!(None),
        });
        Arc::pin_init(open, GFP_KERNEL)
    }

    fn mmap(me: ArcBorrow<'_, Self>, _file: &File, vma: &VmaNew) -> Result {
        let pages = (vma.end() - vma.start()) >> PAGE_SHIFT;
        let end = vma.pgoff().checked_add(pages).ok_or(EINVAL)?;
        if end > me.bar.pages() {
            return Err(EINVAL);
        }
        let kind = me.how.lock().vma;
        let new = kind.set_up(vma)?.noncached();
        if let VmaKind::Prefilled = kind {
            return new.map(&me.bar, vma.pgoff());
        }
        new.serve(me.into());
        Ok(())
    }

    fn mmap_pfn(me: ArcBorrow<'_, Self>, _file: &File, pgoff: usize) -> Result<Pfn> {
        me.bar.pfn(pgoff).ok_or(EINVAL)
    }

    fn ioctl(me: ArcBorrow<'_, Self>, file: &File, cmd: u32, arg: usize) -> Result<isize> {
        let user = |len| UserSlice::new(UserPtr::from_addr(arg), len);
        match cmd {
            TEST_PFNMAP_FOLLOW => {
                let (reader, writer) = user(size_of::<FollowLayout>()).reader_writer();
                Request::read(reader)?.follow()?.write(writer)?;
            }
            TEST_PFNMAP_INFO => {
                let mut writer = user(size_of::<InfoLayout>()).writer();
                writer.write(&((me.bar.first().as_raw() as u64) << PAGE_SHIFT))?;
                writer.write(&((me.bar.pages() as u64) << PAGE_SHIFT))?;
            }
            TEST_PFNMAP_SERVE => {
                let how = How::read(user(size_of::<ServeLayout>()).reader())?;
                *me.how.lock() = how;
            }
            TEST_PFNMAP_ZAP => unmap_mapping(file)?,
            TEST_PFNMAP_ZAP_RANGE => {
                let mut reader = user(size_of::<RangeLayout>()).reader();
                let (start, len) = (reader.read::<i64>()?, reader.read::<i64>()?);
                if start < 0 || len <= 0 || (start | len) as usize & !PAGE_MASK != 0 {
                    return Err(EINVAL);
                }
                unmap_mapping_range(file, start, len)?;
            }
            TEST_PFNMAP_POISONABLE => {
                let space = KBox::pin_init(Poisonable::register(file, &me.bar), GFP_KERNEL)?;
                *me.poisonable.lock() = Some(space);
            }
            TEST_PFNMAP_NOTIFIER => {
                let (reader, writer) = user(size_of::<NotifierLayout>()).reader_writer();
                me.watch(reader, writer)?;
            }
            _ => return Err(ENOTTY),
        }
        Ok(0)
    }
}

impl VmOperations for TestPfnmap {
    fn fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        fault.serve(self)
    }
}

impl<'f> Serve<'f> for &TestPfnmap {
    /// Maps the block around the address, if there are one of addresses and one of frames for it.
    fn serve<L: InsertLevel>(self, fault: &Fault<'f, L>) -> Result<Done<'f>, FaultError> {
        let how = *self.how.lock();
        if L::SIZE > how.largest {
            return Err(FaultError::Fallback);
        }
        fsleep(how.delay);
        if how.mistaken() {
            return self.serve_badly(fault, how);
        }
        fault.insert(&self.bar)
    }
}

impl TestPfnmap {
    fn watch(&self, mut reader: UserSliceReader, mut writer: UserSliceWriter) -> Result {
        let range = Range {
            start: reader.read()?,
            end: reader.read()?,
            delay: reader.read()?,
        };
        if range.delay > MAX_DELAY_US {
            return Err(EINVAL);
        }
        let mut watch = self.watch.lock();
        if watch.is_none() {
            let task = current!();
            let mm = task.mm().ok_or(EINVAL)?;
            *watch = Some(KBox::pin_init(Watch::register(mm), GFP_KERNEL)?);
        }
        let counts = watch.as_ref().map(|watch| watch.restart(range));
        drop(watch);
        writer.write(&range.start)?;
        writer.write(&range.end)?;
        writer.write(&range.delay)?;
        let counts = counts.unwrap_or_default();
        writer.write(&counts.all)?;
        writer.write(&counts.owned)?;
        writer.write(&0u32)
    }

    /// Does what the types above rule out, as a driver in C may: the insert has to see to it.
    fn serve_badly<'f, L: InsertLevel>(
        &self,
        fault: &Fault<'f, L>,
        how: How,
    ) -> Result<Done<'f>, FaultError> {
        let page = match fault.block() {
            Some(place) => place.pgoff(),
            None if how.blind => 0,
            None => return Err(FaultError::Fallback),
        };
        insert_anyway(fault, &self.bar, page.wrapping_add(how.skew))
    }
}

/// What kind of vma `mmap()` makes. Neither and both are mistakes.
#[derive(Clone, Copy, Default)]
enum VmaKind {
    #[default]
    Pfnmap,
    Mixedmap,
    Neither,
    Both,
    Prefilled,
}

impl VmaKind {
    fn set_up(self, vma: &VmaNew) -> Result<NewPfnMap<'_>> {
        match self {
            VmaKind::Pfnmap | VmaKind::Prefilled => vma.pfnmap(),
            VmaKind::Mixedmap => vma.mixedmap(),
            VmaKind::Neither => {
                let new = vma.pfnmap()?;
                take_pfnmap_away(vma);
                Ok(new)
            }
            VmaKind::Both => {
                let new = vma.pfnmap()?;
                vma.set_mixedmap();
                Ok(new)
            }
        }
    }
}

/// How faults are served: `struct test_pfnmap_serve`.
#[derive(Clone, Copy)]
struct How {
    /// Bytes of the largest block to map.
    largest: usize,
    vma: VmaKind,
    /// Pages to add to each frame number.
    skew: usize,
    blind: bool,
    delay: Delta,
}

impl Default for How {
    fn default() -> Self {
        Self {
            largest: Pud::SIZE,
            vma: VmaKind::default(),
            skew: 0,
            blind: false,
            delay: Delta::ZERO,
        }
    }
}

impl How {
    fn read(mut reader: UserSliceReader) -> Result<Self> {
        Ok(Self {
            largest: match reader.read::<u32>()? {
                0 => Pte::SIZE,
                1 => Pmd::SIZE,
                2 => Pud::SIZE,
                _ => return Err(EINVAL),
            },
            vma: match reader.read::<u32>()? {
                0 => VmaKind::Pfnmap,
                1 => VmaKind::Mixedmap,
                2 => VmaKind::Neither,
                3 => VmaKind::Both,
                4 => VmaKind::Prefilled,
                _ => return Err(EINVAL),
            },
            skew: reader.read()?,
            blind: reader.read::<u32>()? != 0,
            delay: match reader.read::<u32>()? {
                us @ 0..=MAX_DELAY_US => Delta::from_micros(us.into()),
                _ => return Err(EINVAL),
            },
        })
    }

    fn mistaken(&self) -> bool {
        self.skew != 0 || self.blind
    }
}
