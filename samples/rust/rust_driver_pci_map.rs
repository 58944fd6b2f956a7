// SPDX-License-Identifier: GPL-2.0

//! Rust PCI driver sample that maps a BAR into user space.
//!
//! To make this driver probe, QEMU must be run with
//! `-object memory-backend-memfd,id=shm,size=2G,share=on -device ivshmem-plain,memdev=shm`.
//!
//! A program maps the memory of the device with `/dev/rust_driver_pci_map`. If address and offset
//! are equal modulo `PUD_SIZE` or `PMD_SIZE`, one page-table entry maps that much, where the
//! architecture has such an entry. After the device is unbound, an access is a `SIGBUS` in all
//! programs that map it, and `mmap()` of a file that is still open fails with `ENODEV`.

#![deny(unsafe_code)]

use kernel::{
    device::Core,
    fs::File,
    miscdevice::{
        MiscDevice,
        MiscDeviceOptions,
        MiscDeviceRegistration, //
    },
    mm::{
        pfnmap::UserBar,
        pgtable::Pfn,
        virt::VmaNew, //
    },
    pci,
    prelude::*, //
};

/// The BAR of ivshmem that is its memory.
const MEMORY: u32 = 2;

/// An open device.
struct SampleFile {
    memory: UserBar,
}

#[vtable]
impl MiscDevice for SampleFile {
    type Ptr = KBox<Self>;
    type RegistrationData = UserBar;

    fn open(_file: &File, misc: &MiscDeviceRegistration<Self>) -> Result<KBox<Self>> {
        let memory = misc.data().clone();
        Ok(KBox::new(Self { memory }, GFP_KERNEL)?)
    }

    fn mmap(me: &Self, _file: &File, vma: &VmaNew) -> Result {
        me.memory.mmap(vma)
    }

    fn mmap_pfn(me: &Self, _file: &File, pgoff: usize) -> Result<Pfn> {
        me.memory.pfn(pgoff)
    }
}

#[pin_data]
struct SampleDriver {
    #[pin]
    misc: MiscDeviceRegistration<SampleFile>,
}

kernel::pci_device_table!(
    PCI_TABLE,
    <SampleDriver as pci::Driver>::IdInfo,
    [(
        pci::DeviceId::from_id(pci::Vendor::REDHAT_QUMRANET, 0x1110),
        ()
    )]
);

impl pci::Driver for SampleDriver {
    type IdInfo = ();
    type Data<'bound> = Self;

    const ID_TABLE: pci::IdTable<Self::IdInfo> = &PCI_TABLE;

    fn probe<'bound>(
        pdev: &'bound pci::Device<Core<'_>>,
        _info: Option<&'bound Self::IdInfo>,
    ) -> impl PinInit<Self, Error> + 'bound {
        pin_init::pin_init_scope(move || {
            let memory = UserBar::new(pdev, MEMORY, c"rust_driver_pci_map")?;
            let options = MiscDeviceOptions {
                name: c"rust_driver_pci_map",
            };
            Ok(try_pin_init!(Self {
                misc <- MiscDeviceRegistration::register(options, memory),
            }))
        })
    }

    fn unbind<'bound>(_pdev: &'bound pci::Device<Core<'_>>, this: Pin<&Self>) {
        // Without this the memory is revoked later, when the driver has freed what the device uses.
        this.get_ref().misc.data().revoke();
    }
}

kernel::module_pci_driver! {
    type: SampleDriver,
    name: "rust_driver_pci_map",
    authors: ["The rust-pfnmap project"],
    description: "Rust PCI driver that maps a BAR into user space",
    license: "GPL v2",
}
