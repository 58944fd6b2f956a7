// SPDX-License-Identifier: GPL-2.0
//! A PCI device that vfio has, and its largest BAR.

use std::path::Path;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{bail, Context, Result};
use kvm_bindings::{kvm_create_device, kvm_device_type_KVM_DEV_TYPE_VFIO};
use kvm_ioctls::VmFd;
use vfio_bindings::bindings::vfio::{VFIO_PCI_BAR5_REGION_INDEX, VFIO_PCI_CONFIG_REGION_INDEX};
use vfio_ioctls::{VfioContainer, VfioDevice, VfioDeviceFd};

use crate::ffi::Mapping;

/// Registers of the configuration space.
const COMMAND: u64 = 4;
const COMMAND_MEMORY: u16 = 1 << 1;
const CLASS: u64 = 8;

/// An NVMe controller has memory in a BAR, which answers once registers of BAR 0 say so.
const CLASS_NVME: u32 = 0x01_0802;
const PMRCTL: u64 = 0xe04;
const PMRSTS: u64 = 0xe08;
const PMRSTS_NOT_READY: u32 = 1 << 8;

pub struct Device {
    device: VfioDevice,
    container: Arc<VfioContainer>,
}

impl Device {
    /// Opens a device that is bound to vfio-pci, and tells KVM of it.
    pub fn open(bdf: &str, vm: &VmFd) -> Result<Self> {
        let mut vfio = kvm_create_device {
            type_: kvm_device_type_KVM_DEV_TYPE_VFIO,
            ..Default::default()
        };
        let vfio = vm.create_device(&mut vfio).context("KVM knows no vfio")?;
        let vfio = Arc::new(VfioDeviceFd::new_from_kvm(vfio));
        let container = Arc::new(VfioContainer::new(Some(vfio))?);
        let path = Path::new("/sys/bus/pci/devices").join(bdf);
        let device = VfioDevice::new(&path, container.clone(), false).context(bdf.to_string())?;

        Ok(Self { device, container })
    }

    fn register(&self, region: u32, at: u64) -> u32 {
        let mut bytes = [0; 4];

        self.device.region_read(region, &mut bytes, at);
        u32::from_le_bytes(bytes)
    }

    /// Switches memory decode, as a guest does. A BAR cannot be accessed while it is off.
    pub fn decode(&mut self, on: bool) {
        let command = self.register(VFIO_PCI_CONFIG_REGION_INDEX, COMMAND) as u16;
        let command = if on {
            command | COMMAND_MEMORY
        } else {
            command & !COMMAND_MEMORY
        };

        self.device.region_write(
            VFIO_PCI_CONFIG_REGION_INDEX,
            &command.to_le_bytes(),
            COMMAND,
        );
    }

    /// Has the memory of an NVMe controller answer.
    pub fn wake(&mut self) -> Result<()> {
        if self.register(VFIO_PCI_CONFIG_REGION_INDEX, CLASS) >> 8 != CLASS_NVME {
            return Ok(());
        }
        self.device.region_write(0, &1u32.to_le_bytes(), PMRCTL);
        for _ in 0..1000 {
            if self.register(0, PMRSTS) & PMRSTS_NOT_READY == 0 {
                return Ok(());
            }
            sleep(Duration::from_millis(1));
        }
        bail!("the controller's memory does not answer")
    }

    /// Maps the largest BAR where the kernel likes.
    pub fn map_largest_bar(&self) -> Result<Mapping> {
        let bar = (0..=VFIO_PCI_BAR5_REGION_INDEX)
            .max_by_key(|bar| self.device.get_region_size(*bar))
            .context("no BAR")?;

        Mapping::of_bar(&self.device, bar)
    }

    /// Lets other devices of the guest reach memory, at its guest physical address.
    pub fn map_for_dma(&self, memory: &Mapping, place: u64) -> Result<()> {
        memory.map_for_dma(&self.container, place)
    }
}
