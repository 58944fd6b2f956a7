// SPDX-License-Identifier: GPL-2.0

//! Why memory is not mapped by larger entries, and what would mend it.

use std::{fs, ops::Range};

use serde::Serialize;

use crate::{
    device::{Target, Via},
    entries::{Counts, Level},
};

/// What keeps entries from a larger level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    Address,
    Cpu,
    Kernel,
    Driver,
    Split,
    Part,
    Size,
    Unmapped,
}

/// A cause, and the level that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Limit {
    pub cause: Cause,
    pub level: Level,
}

/// The largest level of this machine.
pub struct Machine {
    cpu: Level,
    kernel: Level,
}

impl Machine {
    pub fn read() -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let symbols = fs::read_to_string("/proc/kallsyms").unwrap_or_default();
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self::new(std::env::consts::ARCH, &cpu, &symbols, &release)
    }

    fn new(arch: &str, cpuinfo: &str, symbols: &str, release: &str) -> Self {
        let cpu = match arch {
            "x86_64" if !cpuinfo.split_whitespace().any(|flag| flag == "pdpe1gb") => Level::Pmd,
            _ => Level::Pud,
        };
        // Exported where the kernel has such entries.
        let has = |name: &str| {
            symbols.is_empty()
                || symbols
                    .lines()
                    .any(|line| line.split(' ').nth(2) == Some(name))
        };
        let kernel = match () {
            () if version(release) < (6, 12) => Level::Pte,
            () if has("vmf_insert_pfn_pud") => Level::Pud,
            () if has("vmf_insert_pfn_pmd") => Level::Pmd,
            () => Level::Pte,
        };
        Self { cpu, kernel }
    }

    /// Why a mapping is not mapped by larger entries.
    pub fn limits(&self, mapped: &Mapped) -> Vec<Limit> {
        let mut limits = Vec::new();
        let huge = Level::leaves().iter().filter(|&&level| level > Level::Pte);
        for &level in huge {
            let cause = self.cause(mapped, level);
            limits.extend(cause.map(|cause| Limit { cause, level }));
            if cause == Some(Cause::Driver) {
                break;
            }
        }
        if mapped.counts.total() < mapped.size() {
            let (cause, level) = (Cause::Unmapped, Level::Pte);
            limits.push(Limit { cause, level });
        }
        limits
    }

    /// What keeps memory from being mapped at `level`, if some is mapped below it.
    fn cause(&self, mapped: &Mapped, level: Level) -> Option<Cause> {
        let phys = mapped.target.phys?;
        let block = level.size();
        let below = mapped.below(level);
        let room = whole_blocks(phys, mapped.size(), block);
        let smaller = |size| mapped.target.bar_size.is_some_and(|bar| bar < size);
        let cause = if below == 0 || smaller(REGISTERS) {
            return None;
        } else if smaller(block) {
            Cause::Size
        } else if room == 0 && !mapped.cut {
            Cause::Part
        } else if room == 0 {
            Cause::Split
        } else if self.cpu < level {
            Cause::Cpu
        } else if mapped.target.via != Via::Vfio && mapped.counts.total() == mapped.counts.pte_bytes
        {
            Cause::Driver
        } else if self.kernel < level {
            Cause::Kernel
        } else if mapped.range.start % block != phys % block {
            Cause::Address
        } else if mapped.cut || below > mapped.size() - room {
            Cause::Split
        } else {
            Cause::Part
        };
        Some(cause)
    }
}

/// A smaller BAR has registers, which larger entries would not help. In bytes.
const REGISTERS: u64 = 2 << 20;

/// A mapping, as far as its limits depend on it.
pub struct Mapped<'a> {
    pub range: Range<u64>,
    pub target: &'a Target,
    pub counts: Counts,
    /// Whether a mapping beside it goes on in the same file.
    pub cut: bool,
}

impl Mapped<'_> {
    fn size(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Bytes that are mapped below `level`.
    fn below(&self, level: Level) -> u64 {
        let levels = Level::ALL.into_iter().filter(|&other| other < level);
        levels.map(|other| self.counts.bytes(other)).sum()
    }
}

impl Limit {
    /// What it means, for a person.
    pub fn text(self) -> String {
        let size = bytes(self.level.size());
        match self.cause {
            Cause::Address => format!(
                "The address and the BAR's differ modulo {size}. Map the BAR at an address that \
                 is congruent to its physical one: QEMU does from 9.2 on; see pfnmap(8)."
            ),
            Cause::Cpu => format!("This CPU has no entries of {size}; another model may."),
            Cause::Kernel => {
                format!("This kernel maps no device memory by {size}: take a later one, or build it with TRANSPARENT_HUGEPAGE.")
            }
            Cause::Driver => "The driver maps by pages when mmap() is called. Map the BAR through \
                              vfio-pci instead."
                .into(),
            Cause::Split => format!(
                "Whole {size} are there, and mapped in parts: a part was unmapped, protected, \
                 moved or poisoned, or was touched before the rest was. Map it anew."
            ),
            Cause::Part => format!("The mapping begins or ends inside {size} of the BAR."),
            Cause::Size => format!(
                "The BAR is smaller than {size}. If the device can resize it \
                 (resourceN_resize in sysfs, or the firmware's setup), make it larger."
            ),
            Cause::Unmapped => "Not touched yet, or taken away: entries come with the first \
                                access."
                .into(),
        }
    }
}

/// Bytes of whole blocks between `start` and `start + size`.
fn whole_blocks(start: u64, size: u64, block: u64) -> u64 {
    let first = start.next_multiple_of(block);
    ((start + size) / block * block).saturating_sub(first)
}

fn version(release: &str) -> (u32, u32) {
    let mut numbers = release
        .split(['.', '-', '\n'])
        .map_while(|word| word.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// A number of bytes, as "16 GiB".
pub fn bytes(mut number: u64) -> String {
    let mut unit = 0;
    number >>= 10;
    while number >= 1024 && number % 1024 == 0 && unit < 3 {
        number /= 1024;
        unit += 1;
    }
    format!("{number} {}iB", ["K", "M", "G", "T"][unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use Cause::*;

    const G: u64 = 1 << 30;
    const M2: u64 = 2 << 20;
    const PHYS: u64 = 64 * G;
    const ALL: Machine = Machine {
        cpu: Level::Pud,
        kernel: Level::Pud,
    };

    fn target(via: Via, bar_size: u64, offset: u64) -> Target {
        let (bar_size, phys) = (Some(bar_size), Some(PHYS + offset));
        Target {
            device: "0000:00:01.0".into(),
            bar: Some(0),
            bar_size,
            phys,
            offset,
            via,
        }
    }

    fn causes(
        machine: &Machine,
        range: (u64, u64),
        target: &Target,
        counts: [u64; 3],
    ) -> Vec<Cause> {
        let [pud_bytes, pmd_bytes, pte_bytes] = counts;
        let counts = Counts {
            pud_bytes,
            pmd_bytes,
            pte_bytes,
        };
        let mapped = Mapped {
            range: range.0..range.1,
            target,
            counts,
            cut: false,
        };
        machine
            .limits(&mapped)
            .into_iter()
            .map(|limit| limit.cause)
            .collect()
    }

    #[test]
    fn the_largest_have_no_limit() {
        let target = target(Via::Vfio, 16 * G, 0);
        assert_eq!(causes(&ALL, (G, 17 * G), &target, [16 * G, 0, 0]), []);
        assert_eq!(
            causes(&ALL, (G, 17 * G), &target, [15 * G, 0, 0]),
            [Unmapped]
        );
    }

    #[test]
    fn misaligned_addresses() {
        let target = target(Via::Vfio, 16 * G, 0);
        let at = |skew| (G + skew, 17 * G + skew);
        assert_eq!(causes(&ALL, at(M2), &target, [0, 16 * G, 0]), [Address]);
        assert_eq!(
            causes(&ALL, at(4096), &target, [0, 0, 16 * G]),
            [Address, Address]
        );
    }

    #[test]
    fn small_bars_and_parts() {
        let small = target(Via::Vfio, G / 4, 0);
        assert_eq!(causes(&ALL, (G, G + G / 4), &small, [0, G / 4, 0]), [Size]);
        let registers = target(Via::Vfio, 16 << 10, 0);
        assert_eq!(
            causes(&ALL, (G, G + (16 << 10)), &registers, [0, 0, 16 << 10]),
            []
        );
        let part = target(Via::Vfio, 16 * G, G / 2);
        assert_eq!(
            causes(&ALL, (G / 2, 5 * G / 4), &part, [0, 3 * G / 4, 0]),
            [Part]
        );
        assert_eq!(causes(&ALL, (G / 2, 2 * G), &part, [G, G / 2, 0]), [Part]);
    }

    #[test]
    fn split_entries() {
        let target = target(Via::Vfio, 16 * G, 0);
        let counts = [15 * G, G - M2, M2];
        assert_eq!(causes(&ALL, (G, 17 * G), &target, counts), [Split, Split]);
    }

    #[test]
    fn cpus_kernels_and_drivers() {
        let bar = target(Via::Vfio, 16 * G, 0);
        let old = Machine {
            cpu: Level::Pmd,
            kernel: Level::Pud,
        };
        assert_eq!(causes(&old, (G, 17 * G), &bar, [0, 16 * G, 0]), [Cpu]);
        let arm64 = Machine {
            cpu: Level::Pud,
            kernel: Level::Pmd,
        };
        assert_eq!(causes(&arm64, (G, 17 * G), &bar, [0, 16 * G, 0]), [Kernel]);
        let sysfs = target(Via::Sysfs, 16 * G, 0);
        assert_eq!(causes(&ALL, (G, 17 * G), &sysfs, [0, 0, 16 * G]), [Driver]);
    }

    #[test]
    fn machines_say_what_they_have() {
        let symbols = "0000 T vmf_insert_pfn_pmd\n0000 T vmf_insert_pfn_pud\n";
        let machine = Machine::new("x86_64", "flags : fpu pdpe1gb", symbols, "7.3.4\n");
        assert_eq!((machine.cpu, machine.kernel), (Level::Pud, Level::Pud));
        let machine = Machine::new("x86_64", "flags : fpu", symbols, "6.1.0-1-amd64\n");
        assert_eq!((machine.cpu, machine.kernel), (Level::Pmd, Level::Pte));
        let machine = Machine::new("aarch64", "", "0 T vmf_insert_pfn_pmd\n", "6.12.1\n");
        assert_eq!((machine.cpu, machine.kernel), (Level::Pud, Level::Pmd));
    }

    #[test]
    fn bytes_have_units() {
        assert_eq!(bytes(16 << 30), "16 GiB");
        assert_eq!(bytes(4096), "4 KiB");
        assert_eq!(bytes((1 << 30) + 4096), "1048580 KiB");
    }
}
