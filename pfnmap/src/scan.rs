// SPDX-License-Identifier: GPL-2.0

//! Processes, and the device memory that they map.

use std::collections::BTreeMap;

use anyhow::{anyhow, Result};
use procfs::{
    process::{all_processes, MMapPath, Process},
    ProcError,
};
use serde::Serialize;

use crate::{
    device::{self, Bars, File, Target},
    entries::{Counts, Runs, Source},
    ffi::TestDevice,
    kcore::Kcore,
    limits::{Limit, Machine, Mapped},
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

/// A file mapping, before it is known whether it maps device memory.
struct Candidate {
    start: u64,
    end: u64,
    offset: u64,
    path: String,
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
        for process in all_processes()?.flatten() {
            match self.report(&process) {
                Ok(report) if report.mappings.is_empty() => {}
                Ok(report) => reports.push(report),
                Err(ProcError::PermissionDenied(_)) => hidden += 1,
                // It has ended.
                Err(_) => {}
            }
        }
        reports.sort_by_key(|report| report.pid);
        Ok((reports, hidden))
    }

    pub fn one(&self, pid: i32) -> Result<Report> {
        let report = Process::new(pid).and_then(|process| self.report(&process));
        report.map_err(|error| match error {
            ProcError::NotFound(_) => anyhow!("no process {pid}"),
            ProcError::PermissionDenied(_) => anyhow!("process {pid}: needs CAP_SYS_PTRACE"),
            error => anyhow!("process {pid}: {error}"),
        })
    }

    fn report(&self, process: &Process) -> Result<Report, ProcError> {
        let candidates = candidates(process)?;
        let mappings = (0..candidates.len()).filter_map(|i| self.mapping(process, &candidates, i));
        let mappings = mappings.collect();
        let name = if candidates.is_empty() {
            String::new()
        } else {
            process.stat()?.comm
        };
        Ok(Report {
            pid: process.pid,
            name,
            mappings,
        })
    }

    fn mapping(&self, process: &Process, all: &[Candidate], index: usize) -> Option<Mapping> {
        let Candidate {
            start,
            end,
            offset,
            ref path,
        } = all[index];
        let runs = match &self.source {
            Ok(source) => source.runs(process.pid, start..end),
            Err(error) => Err(anyhow!("{error:#}")),
        };
        let file = File {
            path,
            offset,
            size: end - start,
        };
        let opened = || device::opened(process);
        let target = self
            .bars
            .target(&file, start, runs.as_ref().ok(), opened)?;
        let entries = runs.as_ref().ok().map(Runs::counts);
        let cut = |other: &Candidate| {
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

/// The files that a process maps and that may be device memory.
fn candidates(process: &Process) -> Result<Vec<Candidate>, ProcError> {
    let maps = process.maps()?;
    let candidate = |map: procfs::process::MemoryMap| match map.pathname {
        MMapPath::Path(path) => {
            let path = path.to_string_lossy().into_owned();
            let (start, end) = map.address;
            may_be_device(&path).then_some(Candidate {
                start,
                end,
                offset: map.offset,
                path,
            })
        }
        _ => None,
    };
    Ok(maps.into_iter().filter_map(candidate).collect())
}

fn may_be_device(path: &str) -> bool {
    let memory = ["/dev/shm/", "/dev/zero", "/dev/hugepages/", "/dev/mqueue/"];
    path == "anon_inode:[vfio-device]"
        || (path.starts_with("/dev/") && !memory.iter().any(|name| path.starts_with(name)))
        || (path.starts_with("/sys/") && device::of_resource(path).is_some())
        || path.starts_with("/proc/bus/pci/")
}

/// The kernel's counters of frames and exclusive pages, where it has any.
pub fn counters() -> BTreeMap<String, i64> {
    let all = procfs::vmstat().unwrap_or_default();
    let ours = |name: &str| name.starts_with("pfnmap_") || name.starts_with("device_exclusive_");
    all.into_iter().filter(|(name, _)| ours(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use procfs::{process::MemoryMaps, FromRead};
    use std::ops::Range;

    #[test]
    fn lines_of_maps() {
        let text = "\
7f0000000000-7f0400000000 rw-s 40000000000 00:10 1033 anon_inode:[vfio-device]
7f1000000000-7f1000001000 rw-s 00000000 00:16 99 /sys/devices/pci0000:00/0000:00:01.0/resource0
7f2000000000-7f2000001000 rw-s 80000000 00:06 8 /dev/mem
7f3000000000-7f3000001000 rw-s 00000000 00:1a 3 /dev/shm/x
7f4000000000-7f4000001000 r-xp 00000000 08:01 3 /usr/bin/cat
7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0 [stack]
";
        let maps = MemoryMaps::from_read(text.as_bytes()).unwrap();
        let paths = maps.into_iter().filter_map(|map| match map.pathname {
            MMapPath::Path(path) => Some((path.to_string_lossy().into_owned(), map.offset)),
            _ => None,
        });
        let devices: Vec<_> = paths.filter(|(path, _)| may_be_device(path)).collect();
        assert_eq!(devices.len(), 3);
        assert_eq!(devices[0], ("anon_inode:[vfio-device]".into(), 4 << 40));
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
        let process = Process::myself().unwrap();
        let candidate = Candidate {
            start: 0x1000,
            end: 0x2000,
            offset: 0,
            path: "/dev/mem".into(),
        };
        let mapping = scanner.mapping(&process, &[candidate], 0).unwrap();
        assert_eq!(mapping.entries, None);
        let report = Report {
            pid: 1,
            name: String::new(),
            mappings: vec![mapping],
        };
        assert_eq!(scanner.why_unknown(&[]), None);
        assert_eq!(
            scanner.why_unknown(&[report]),
            Some(format!("process {} is gone", process.pid))
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
