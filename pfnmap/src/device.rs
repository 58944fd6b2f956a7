// SPDX-License-Identifier: GPL-2.0

//! Devices: PCI BARs by their addresses, and what a file under `/dev` or `/sys` maps.

use std::{fs, path::Path};

use serde::Serialize;

use crate::{entries::Runs, process::Process};

const DEVICES: &str = "/sys/bus/pci/devices";
const PCI_IDS: [&str; 3] = [
    "/usr/share/misc/pci.ids",
    "/usr/share/hwdata/pci.ids",
    "/var/lib/pciutils/pci.ids",
];

/// vfio-pci's offset of region N is N times this.
const VFIO_REGION_SHIFT: u32 = 40;

/// A BAR of a PCI device.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    pub device: String,
    pub index: u32,
    pub start: u64,
    pub size: u64,
}

/// How a driver maps its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// By faults, at each level that fits.
    Vfio,
    /// By remap_pfn_range(), when the process calls mmap(): sysfs.
    Sysfs,
    /// The same: /dev/mem, whose offsets are physical addresses.
    Mem,
    /// Some other driver.
    Other,
}

/// The memory that a mapping shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// PCI address, or the name of a file.
    pub device: String,
    pub bar: Option<u32>,
    /// Of the BAR; `None` where there is none.
    pub bar_size: Option<u64>,
    /// Of the mapping's first byte; `None` if unknown.
    pub phys: Option<u64>,
    /// Where in the BAR the mapping starts, in bytes; in the file where there is no BAR.
    pub offset: u64,
    pub via: Via,
}

/// A mapping of a file, as a line of `/proc/PID/maps` shows it.
pub struct File<'a> {
    pub path: &'a str,
    pub offset: u64,
    pub size: u64,
}

pub fn via(path: &str) -> Via {
    if path.starts_with("/dev/vfio/") || path == "anon_inode:[vfio-device]" {
        Via::Vfio
    } else if path.starts_with("/sys/") {
        Via::Sysfs
    } else if path == "/dev/mem" {
        Via::Mem
    } else {
        Via::Other
    }
}

/// All PCI BARs of the machine.
pub struct Bars(Vec<Bar>);

impl Bars {
    pub fn read() -> Self {
        let mut bars = Vec::new();
        for entry in fs::read_dir(DEVICES).into_iter().flatten().flatten() {
            let resources = fs::read_to_string(entry.path().join("resource")).unwrap_or_default();
            bars.extend(bars_of(&entry.file_name().to_string_lossy(), &resources));
        }
        Self(bars)
    }

    fn at(&self, phys: u64) -> Option<&Bar> {
        self.0
            .iter()
            .find(|bar| phys >= bar.start && phys - bar.start < bar.size)
    }

    fn get(&self, device: &str, index: u32) -> Option<&Bar> {
        self.0
            .iter()
            .find(|bar| bar.device == device && bar.index == index)
    }

    /// What `file` maps; `None` if that is no device memory, as far as can be seen.
    ///
    /// `runs` are the entries, `start` the address; `opened` are the vfio devices of the process.
    pub fn target(
        &self,
        file: &File,
        start: u64,
        runs: Option<&Runs>,
        opened: impl FnOnce() -> Vec<String>,
    ) -> Option<Target> {
        let via = via(file.path);
        let first = runs.and_then(|runs| runs.0.first());
        let seen = first.and_then(|run| run.phys.checked_sub(run.range.start - start));
        let phys = seen.or((via == Via::Mem).then_some(file.offset));
        let bar = phys.and_then(|phys| self.at(phys)).or_else(|| match via {
            Via::Vfio => self.of_vfio(file, opened()),
            Via::Sysfs => {
                let (device, index) = of_resource(file.path)?;
                self.get(&device, index)
            }
            Via::Mem | Via::Other => None,
        });
        if bar.is_none() && via == Via::Other && !file.path.ends_with("/test_pfnmap") {
            return None;
        }
        let offset = match via {
            Via::Vfio => file.offset & ((1 << VFIO_REGION_SHIFT) - 1),
            _ => file.offset,
        };
        Some(match bar {
            None => Target {
                device: match via {
                    Via::Vfio => "vfio device".into(),
                    _ => file.path.rsplit('/').next().unwrap_or_default().into(),
                },
                bar: (via == Via::Vfio).then_some((file.offset >> VFIO_REGION_SHIFT) as u32),
                bar_size: None,
                phys,
                offset,
                via,
            },
            Some(bar) => {
                let offset = phys.map_or(offset, |phys| phys - bar.start);
                Target {
                    device: bar.device.clone(),
                    bar: Some(bar.index),
                    bar_size: Some(bar.size),
                    phys: Some(bar.start + offset),
                    offset,
                    via,
                }
            }
        })
    }

    /// The BAR of the one vfio device of those `opened` that can be meant.
    fn of_vfio(&self, file: &File, opened: Vec<String>) -> Option<&Bar> {
        let index = (file.offset >> VFIO_REGION_SHIFT) as u32;
        let end = (file.offset & ((1 << VFIO_REGION_SHIFT) - 1)) + file.size;
        let fits = |bar: &&Bar| bar.size >= end;
        let devices = match file.path.strip_prefix("/dev/vfio/devices/") {
            Some(name) => vec![of_cdev(name)?],
            None => opened,
        };
        let mut found = devices
            .iter()
            .filter_map(|name| self.get(name, index))
            .filter(fits);
        found.next().filter(|_| found.next().is_none())
    }
}

/// The BARs of a device whose file `resource` has this text.
fn bars_of(device: &str, resources: &str) -> Vec<Bar> {
    let hex = |text: &str| u64::from_str_radix(text.trim_start_matches("0x"), 16).ok();
    let bar = |(index, line): (usize, &str)| {
        let mut words = line.split_whitespace().map_while(hex);
        let (start, end, flags) = (words.next()?, words.next()?, words.next()?);
        // Memory, not ports.
        let size = (flags & 0x200 != 0 && end > start).then(|| end - start + 1)?;
        Some(Bar {
            device: device.into(),
            index: index as u32,
            start,
            size,
        })
    };
    resources
        .lines()
        .take(6)
        .enumerate()
        .filter_map(bar)
        .collect()
}

/// Device and BAR of `/sys/.../DEVICE/resourceN` or `resourceN_wc`.
pub fn of_resource(path: &str) -> Option<(String, u32)> {
    let (folder, name) = path.rsplit_once('/')?;
    let index = name
        .strip_prefix("resource")?
        .trim_end_matches("_wc")
        .parse()
        .ok()?;
    Some((folder.rsplit('/').next()?.to_owned(), index))
}

/// The device of `/dev/vfio/devices/NAME`.
fn of_cdev(name: &str) -> Option<String> {
    let link = fs::canonicalize(format!("/sys/class/vfio-dev/{name}/device")).ok()?;
    Some(link.file_name()?.to_string_lossy().into_owned())
}

/// The vfio devices that a process has open, by their own word or else by their groups.
pub fn opened(process: Process) -> Vec<String> {
    let (mut devices, mut grouped) = (Vec::new(), Vec::new());
    for (link, info) in process.files() {
        // Newer kernels say here which device it is.
        devices.extend(of_fdinfo(&info));
        if let Some(group) = link.strip_prefix("/dev/vfio/") {
            let members = format!("/sys/kernel/iommu_groups/{group}/devices");
            let members = fs::read_dir(members).into_iter().flatten().flatten();
            grouped.extend(members.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        }
    }
    if devices.is_empty() {
        devices = grouped;
    }
    devices.sort();
    devices.dedup();
    devices
}

fn of_fdinfo(text: &str) -> Option<String> {
    let path = text
        .lines()
        .find_map(|line| line.strip_prefix("vfio-device-syspath:"))?;
    Some(path.trim().rsplit('/').next()?.to_owned())
}

/// A name for people, such as "NVIDIA Corporation GA100".
pub fn name(device: &str) -> Option<String> {
    let id = |file: &str| {
        let text = fs::read_to_string(Path::new(DEVICES).join(device).join(file)).ok()?;
        Some(text.trim().trim_start_matches("0x").to_owned())
    };
    let (vendor, model) = (id("vendor")?, id("device")?);
    let known = PCI_IDS.iter().find_map(|path| fs::read(path).ok());
    known
        .and_then(|ids| name_in(&String::from_utf8_lossy(&ids), &vendor, &model))
        .or(Some(format!("[{vendor}:{model}]")))
}

/// Looks a name up in the text of `pci.ids`.
fn name_in(ids: &str, vendor: &str, model: &str) -> Option<String> {
    let mut lines = ids.lines();
    let vendor = lines.find_map(|line| line.strip_prefix(vendor)?.strip_prefix("  "))?;
    let mut models = lines.take_while(|line| line.starts_with(['\t', '#']));
    let model = models.find_map(|line| {
        line.strip_prefix('\t')?
            .strip_prefix(model)?
            .strip_prefix("  ")
    });
    Some(model.map_or_else(|| vendor.to_owned(), |model| format!("{vendor} {model}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::{Level, Run};

    const RESOURCES: &str = "\
0x0000000080000000 0x0000000080003fff 0x0000000000140204
0x0000000000000000 0x0000000000000000 0x0000000000000000
0x000000000000c000 0x000000000000c0ff 0x0000000000040101
0x0000000000000000 0x0000000000000000 0x0000000000000000
0x0000008000000000 0x00000083ffffffff 0x000000000014220c
";
    const DEVICE: &str = "0000:00:01.0";

    fn bars() -> Bars {
        Bars(bars_of(DEVICE, RESOURCES))
    }

    fn none() -> Vec<String> {
        Vec::new()
    }

    #[test]
    fn resources_of_memory_are_bars() {
        let bars = bars().0;
        assert_eq!(bars.len(), 2);
        assert_eq!((bars[1].index, bars[1].size), (4, 16 << 30));
    }

    #[test]
    fn vfio_offsets_name_the_bar() {
        let file = File {
            path: "anon_inode:[vfio-device]",
            offset: 4 << 40 | 0x4000,
            size: 4096,
        };
        let target = bars()
            .target(&file, 0, None, || vec![DEVICE.into()])
            .unwrap();
        assert_eq!((target.bar, target.offset), (Some(4), 0x4000));
        assert_eq!(target.phys, Some(0x80_0000_4000));
        // Which device that is cannot be known.
        let target = bars().target(&file, 0, None, none).unwrap();
        assert_eq!(
            (target.bar, target.bar_size, target.phys),
            (Some(4), None, None)
        );
    }

    #[test]
    fn entries_name_the_bar() {
        let file = File {
            path: "/dev/dri/card0",
            offset: 0,
            size: 0x2000,
        };
        let run = Run {
            range: 0x7000..0x8000,
            phys: 0x80_0000_1000,
            level: Level::Pte,
        };
        let target = bars()
            .target(&file, 0x6000, Some(&Runs(vec![run.clone()])), none)
            .unwrap();
        assert_eq!(
            (target.device.as_str(), target.bar, target.offset),
            (DEVICE, Some(4), 0)
        );
        let run = Run {
            phys: 0x5000,
            ..run
        };
        assert_eq!(
            bars().target(&file, 0x6000, Some(&Runs(vec![run])), none),
            None
        );
    }

    #[test]
    fn mem_and_sysfs_name_the_bar() {
        let file = File {
            path: "/dev/mem",
            offset: 0x8000_1000,
            size: 4096,
        };
        let target = bars().target(&file, 0, None, none).unwrap();
        assert_eq!(
            (target.bar, target.offset, target.via),
            (Some(0), 0x1000, Via::Mem)
        );
        let path = "/sys/devices/pci0000:00/0000:00:01.0/resource4_wc";
        let target = bars()
            .target(
                &File {
                    path,
                    offset: 0,
                    size: 4096,
                },
                0,
                None,
                none,
            )
            .unwrap();
        assert_eq!((target.bar, target.phys), (Some(4), Some(0x80_0000_0000)));
        assert_eq!(of_resource("/sys/devices/pci0000:00/config"), None);
    }

    #[test]
    fn a_file_of_vfio_says_which_device_it_is() {
        let info = "pos:\t0\nvfio-device-syspath: /sys/devices/pci0000:00/0000:00:01.0\n";
        assert_eq!(of_fdinfo(info).as_deref(), Some(DEVICE));
        assert_eq!(of_fdinfo("pos:\t0\n"), None);
    }

    #[test]
    fn names_are_those_of_pci_ids() {
        let ids = "# comment\n10de  NVIDIA Corporation\n\t20b0  GA100\n\t\t10de 1450  A100\n\
                   1b36  Red Hat, Inc.\n\t0010  QEMU NVM Express Controller\n";
        assert_eq!(
            name_in(ids, "10de", "20b0").unwrap(),
            "NVIDIA Corporation GA100"
        );
        assert_eq!(name_in(ids, "10de", "0010").unwrap(), "NVIDIA Corporation");
        assert_eq!(name_in(ids, "8086", "0010"), None);
    }
}
