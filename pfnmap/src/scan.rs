// SPDX-License-Identifier: GPL-2.0

//! Processes, and the device memory that they map.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
};

use anyhow::{anyhow, Result};
use serde::Serialize;

use crate::{
    device::{self, Bars, File, Target},
    entries::{Counts, Runs, Source},
    ffi::TestDevice,
    kcore::Kcore,
    limits::{Limit, Machine, Mapped},
    process::{Map, Process},
};

/// A mapping of device memory.
#[derive(Serialize)]
pub struct Mapping {
    pub start: u64,
    pub end: u64,
    pub path: String,
    #[serde(flatten)]
    pub target: Target,
    /// `None` if nothing can tell.
    pub entries: Option<Counts>,
    pub limits: Vec<Limit>,
    #[serde(skip)]
    pub runs: Result<Runs>,
}

impl Mapping {
    pub fn size(&self) -> u64 {
        self.end - self.start
    }
}

/// A process that maps device memory.
#[derive(Serialize)]
pub struct Report {
    pub pid: i32,
    pub name: String,
    pub mappings: Vec<Mapping>,
}

pub struct Scanner {
    source: Result<Box<dyn Source>>,
    bars: Bars,
    machine: Machine,
}

impl Scanner {
    pub fn new() -> Self {
        Self {
            source: source(),
            bars: Bars::read(),
            machine: Machine::read(),
        }
    }

    /// Why nothing can tell the entries, or not those of one of the mappings.
    pub fn why_unknown(&self, reports: &[Report]) -> Option<String> {
        let mut mappings = reports.iter().flat_map(|report| &report.mappings);
        let error = match &self.source {
            Ok(_) => mappings.find_map(|mapping| mapping.runs.as_ref().err()),
            Err(error) => Some(error),
        };
        error.map(|error| format!("{error:#}"))
    }

    /// To be called before each look at the processes.
    pub fn refresh(&mut self) {
        let refreshed = self.source.as_mut().map(|source| source.refresh());
        if let Ok(Err(error)) = refreshed {
            self.source = Err(error);
        }
    }

    /// All processes, and of how many the mappings may not be read.
    pub fn all(&self) -> Result<(Vec<Report>, usize)> {
        let (mut reports, mut hidden) = (Vec::new(), 0);
        for process in Process::all()? {
            match self.report(process) {
                Ok(report) if report.mappings.is_empty() => {}
                Ok(report) => reports.push(report),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => hidden += 1,
                // It has ended.
                Err(_) => {}
            }
        }
        reports.sort_by_key(|report| report.pid);
        Ok((reports, hidden))
    }

    pub fn one(&self, pid: i32) -> Result<Report> {
        let report = self.report(Process(pid));
        report.map_err(|error| match error.kind() {
            ErrorKind::NotFound => anyhow!("no process {pid}"),
            ErrorKind::PermissionDenied => anyhow!("process {pid}: needs CAP_SYS_PTRACE"),
            _ => anyhow!("process {pid}: {error}"),
        })
    }

    fn report(&self, process: Process) -> io::Result<Report> {
        let mut maps = process.maps()?;
        maps.retain(|map| may_be_device(&map.path));
        let mappings = (0..maps.len()).filter_map(|i| self.mapping(process, &maps, i));
        Ok(Report {
            pid: process.0,
            name: process.name()?,
            mappings: mappings.collect(),
        })
    }

    fn mapping(&self, process: Process, all: &[Map], index: usize) -> Option<Mapping> {
        let Map {
            start,
            end,
            offset,
            ref path,
        } = all[index];
        let runs = match &self.source {
            Ok(source) => source.runs(process.0, start..end),
            Err(error) => Err(anyhow!("{error:#}")),
        };
        let file = File {
            path,
            offset,
            size: end - start,
        };
        let opened = || device::opened(process);
        let target = self.bars.target(&file, start, runs.as_ref().ok(), opened)?;
        let entries = runs.as_ref().ok().map(Runs::counts);
        let cut = |other: &Map| {
            other.path == *path
                && ((other.end == start && other.offset + (start - other.start) == offset)
                    || (end == other.start && offset + (end - start) == other.offset))
        };
        let cut = all.iter().any(cut);
        let limits = entries.map(|counts| {
            let (range, target) = (start..end, &target);
            self.machine.limits(&Mapped {
                range,
                target,
                counts,
                cut,
            })
        });
        let limits = limits.unwrap_or_default();
        Some(Mapping {
            start,
            end,
            path: path.clone(),
            target,
            entries,
            limits,
            runs,
        })
    }
}

/// What can tell entries, or why nothing can.
fn source() -> Result<Box<dyn Source>> {
    let error = match Kcore::open() {
        Ok(kcore) => return Ok(Box::new(kcore)),
        Err(error) => error,
    };
    TestDevice::open()
        .map(|device| Box::new(device) as Box<dyn Source>)
        .map_err(|_| error)
}

/// Whether a file that a process maps may be device memory.
fn may_be_device(path: &str) -> bool {
    let memory = ["/dev/shm/", "/dev/zero", "/dev/hugepages/", "/dev/mqueue/"];
    path == "anon_inode:[vfio-device]"
        || (path.starts_with("/dev/") && !memory.iter().any(|name| path.starts_with(name)))
        || (path.starts_with("/sys/") && device::of_resource(path).is_some())
        || path.starts_with("/proc/bus/pci/")
}

/// The kernel's counters of frames and exclusive pages, where it has any.
pub fn counters() -> BTreeMap<String, u64> {
    let all = fs::read_to_string("/proc/vmstat").unwrap_or_default();
    let ours = |name: &str| name.starts_with("pfnmap_") || name.starts_with("device_exclusive_");
    let counter = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        ours(name).then_some((name.to_owned(), value.parse().ok()?))
    };
    all.lines().filter_map(counter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Range;

    #[test]
    fn files_of_devices() {
        for path in [
            "anon_inode:[vfio-device]",
            "/dev/vfio/devices/vfio0",
            "/dev/mem",
            "/sys/devices/pci0000:00/0000:00:01.0/resource0",
        ] {
            assert!(may_be_device(path), "{path}");
        }
        for path in ["/dev/shm/x", "/dev/zero", "/usr/bin/cat", "[stack]"] {
            assert!(!may_be_device(path), "{path}");
        }
    }

    /// Knows nothing.
    struct Nothing;

    impl Source for Nothing {
        fn runs(&self, pid: i32, _: Range<u64>) -> Result<Runs> {
            Err(anyhow!("process {pid} is gone"))
        }
    }

    #[test]
    fn entries_that_are_unknown_have_a_reason() {
        let scanner = Scanner {
            source: Ok(Box::new(Nothing)),
            bars: Bars::read(),
            machine: Machine::read(),
        };
        let map = Map {
            start: 0x1000,
            end: 0x2000,
            offset: 0,
            path: "/dev/mem".into(),
        };
        let mapping = scanner.mapping(Process(7), &[map], 0).unwrap();
        assert_eq!(mapping.entries, None);
        let report = Report {
            pid: 1,
            name: String::new(),
            mappings: vec![mapping],
        };
        assert_eq!(scanner.why_unknown(&[]), None);
        assert_eq!(
            scanner.why_unknown(&[report]),
            Some("process 7 is gone".into())
        );
    }

    #[test]
    fn a_process_that_is_not_there() {
        let scanner = Scanner::new();
        assert_eq!(
            scanner.one(i32::MAX).err().unwrap().to_string(),
            "no process 2147483647"
        );
    }
}
