// SPDX-License-Identifier: GPL-2.0

//! `/proc/kcore`, the kernel's memory: page tables of any process, on any kernel.
//!
//! No other interface tells the entries of a pfn mapping: `/proc/PID/pagemap` shows a hole there,
//! `PAGEMAP_SCAN` skips it, and reading `smaps` unmaps 1 GiB entries up to Linux 7.3.
//!
//! What is read may change meanwhile: a walk may miss an entry, or see one that is gone.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{ErrorKind, Read},
    ops::Range,
    os::unix::fs::FileExt,
};

use anyhow::{anyhow, bail, ensure, Context, Result};

use crate::{
    btf::Btf,
    entries::{page_shift, Runs, Source},
    walk::{Arch, Format, Memory},
};

const PT_LOAD: u32 = 1;
const PT_NOTE: u32 = 4;
const MAX_TASKS: usize = 1 << 22;

/// A segment of the ELF file.
struct Segment {
    virt: u64,
    phys: u64,
    file: u64,
    size: u64,
}

struct Image {
    file: File,
    segments: Vec<Segment>,
}

/// Where the members of the kernel's structures are.
struct Offsets {
    tasks: u64,
    tgid: u64,
    mm: u64,
    pgd: u64,
}

pub struct Kcore {
    image: Image,
    format: Format,
    offsets: Offsets,
    init_task: u64,
    /// Physical address of each process's top table.
    tables: HashMap<i32, u64>,
}

impl Kcore {
    pub fn open() -> Result<Self> {
        let file = File::open("/proc/kcore").map_err(|error| match error.kind() {
            ErrorKind::NotFound => anyhow!("no /proc/kcore (CONFIG_PROC_KCORE)"),
            ErrorKind::PermissionDenied => {
                anyhow!("/proc/kcore: needs root with CAP_SYS_RAWIO, and no lockdown")
            }
            _ => anyhow!("/proc/kcore: {error}"),
        })?;
        let btf = fs::read("/sys/kernel/btf/vmlinux")
            .map_err(|_| anyhow!("no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)"))?;
        let btf = Btf::parse(&btf)?;
        let (image, info) = Image::new(file)?;
        Ok(Self {
            image,
            format: format(std::env::consts::ARCH, &info)?,
            offsets: Offsets {
                tasks: btf.offset("task_struct", "tasks")?,
                tgid: btf.offset("task_struct", "tgid")?,
                mm: btf.offset("task_struct", "mm")?,
                pgd: btf.offset("mm_struct", "pgd")?,
            },
            init_task: symbol("init_task")?,
            tables: HashMap::new(),
        })
    }

    /// The process of the task at `task`, and its top table.
    fn table(&self, task: u64) -> Result<Option<(i32, u64)>> {
        let mm = self.image.word(task + self.offsets.mm)?;
        if mm == 0 {
            return Ok(None);
        }
        let pid = self.image.word(task + self.offsets.tgid)? as i32;
        let pgd = self.image.word(mm + self.offsets.pgd)?;
        Ok(Some((pid, self.image.to_phys(pgd)?)))
    }
}

impl Source for Kcore {
    fn refresh(&mut self) -> Result<()> {
        let head = self.init_task + self.offsets.tasks;
        let mut at = self.image.word(head)?;
        self.tables.clear();
        for _ in 0..MAX_TASKS {
            if at == head {
                return Ok(());
            }
            // A task that ends meanwhile is skipped.
            if let Ok(Some((pid, table))) = self.table(at - self.offsets.tasks) {
                self.tables.insert(pid, table);
            }
            at = self.image.word(at)?;
        }
        bail!("the kernel's list of tasks does not end")
    }

    fn runs(&self, pid: i32, range: Range<u64>) -> Result<Runs> {
        let table = self
            .tables
            .get(&pid)
            .ok_or_else(|| anyhow!("process {pid} is gone"))?;
        self.format.walk(&self.image, *table, range)
    }
}

impl Image {
    /// Reads the headers; also returns the notes of the kernel about itself (vmcoreinfo).
    fn new(file: File) -> Result<(Self, HashMap<String, String>)> {
        let mut header = [0; 64];
        file.read_exact_at(&mut header, 0)
            .context("/proc/kcore: cannot read")?;
        ensure!(
            header[..5] == *b"\x7fELF\x02",
            "/proc/kcore: no ELF file of 64 bits"
        );
        let (at, size, count) = (
            u64_at(&header, 32),
            u16_at(&header, 54),
            u16_at(&header, 56),
        );
        let mut table = vec![0; usize::from(size) * usize::from(count)];
        file.read_exact_at(&mut table, at)?;
        let (mut segments, mut notes) = (Vec::new(), Vec::new());
        for entry in table.chunks_exact(usize::from(size).max(56)) {
            match u32_at(entry, 0) {
                PT_LOAD => segments.push(Segment {
                    virt: u64_at(entry, 16),
                    phys: u64_at(entry, 24),
                    file: u64_at(entry, 8),
                    size: u64_at(entry, 40),
                }),
                PT_NOTE => {
                    notes.resize(u64_at(entry, 32).min(1 << 20) as usize, 0);
                    file.read_exact_at(&mut notes, u64_at(entry, 8))?;
                }
                _ => {}
            }
        }
        Ok((Self { file, segments }, vmcoreinfo(&notes)))
    }

    /// The word at a virtual address.
    fn word(&self, virt: u64) -> Result<u64> {
        let offset = self.find(virt, 8, |segment| segment.virt)?.1;
        let mut word = [0; 8];
        self.file.read_exact_at(&mut word, offset)?;
        Ok(u64::from_ne_bytes(word))
    }

    fn to_phys(&self, virt: u64) -> Result<u64> {
        let (segment, _) = self.find(virt, 8, |segment| segment.virt)?;
        ensure!(
            segment.phys != u64::MAX,
            "{virt:#x} is not of the kernel's direct map"
        );
        Ok(segment.phys + (virt - segment.virt))
    }

    /// The segment that has `size` bytes from `at` on, and where in the file they are.
    fn find(&self, at: u64, size: u64, start: fn(&Segment) -> u64) -> Result<(&Segment, u64)> {
        let found = self.segments.iter().find_map(|segment| {
            let offset = at.checked_sub(start(segment))?;
            (offset.checked_add(size)? <= segment.size).then_some((segment, segment.file + offset))
        });
        found.ok_or_else(|| anyhow!("/proc/kcore: does not have {at:#x}"))
    }
}

impl Memory for Image {
    fn read_phys(&self, phys: u64, buf: &mut [u8]) -> Result<()> {
        let (_, offset) = self.find(phys, buf.len() as u64, |segment| segment.phys)?;
        Ok(self.file.read_exact_at(buf, offset)?)
    }
}

/// The format of the page tables of user space on this machine.
fn format(machine: &str, info: &HashMap<String, String>) -> Result<Format> {
    let number = |name: &str| -> Option<u64> {
        let text = info.get(&format!("NUMBER({name})"))?;
        match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => text.parse::<i64>().ok().map(|number| number as u64),
        }
    };
    match machine {
        "x86_64" => Ok(Format {
            arch: Arch::X86 {
                encrypted: number("sme_mask").unwrap_or(0),
            },
            levels: 4 + number("pgtable_l5_enabled").unwrap_or(0) as u32,
        }),
        "aarch64" => {
            let unused = number("TCR_EL1_T1SZ").ok_or_else(|| anyhow!("no TCR_EL1_T1SZ"))?;
            let va_bits = 64 - unused as u32;
            Ok(Format {
                arch: Arch::Arm64 {
                    wide: va_bits == 52,
                },
                levels: (va_bits - page_shift()).div_ceil(page_shift() - 3),
            })
        }
        other => bail!("the page tables of {other} are not known to this program"),
    }
}

/// The lines NAME=VALUE of the note VMCOREINFO.
fn vmcoreinfo(mut notes: &[u8]) -> HashMap<String, String> {
    let align = |size: u32| size.next_multiple_of(4) as usize;
    while notes.len() > 12 {
        let (name, text) = (u32_at(notes, 0), u32_at(notes, 4));
        let end = 12 + align(name);
        let Some(body) = notes.get(end..end + text as usize) else {
            break;
        };
        if notes[12..].starts_with(b"VMCOREINFO\0") {
            let text = String::from_utf8_lossy(body);
            let pairs = text.lines().filter_map(|line| line.split_once('='));
            return pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect();
        }
        notes = notes.get(end + align(text)..).unwrap_or_default();
    }
    HashMap::new()
}

/// The address of a symbol of the kernel.
fn symbol(name: &str) -> Result<u64> {
    let mut text = String::new();
    File::open("/proc/kallsyms")?
        .read_to_string(&mut text)
        .context("/proc/kallsyms")?;
    let found = text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (address, _, symbol) = (words.next()?, words.next()?, words.next()?);
        (symbol == name).then(|| u64::from_str_radix(address, 16).ok())?
    });
    match found {
        None => bail!("no {name} in /proc/kallsyms (CONFIG_KALLSYMS_ALL)"),
        Some(0) => bail!("/proc/kallsyms: needs CAP_SYSLOG, and kernel.kptr_restrict below 2"),
        Some(address) => Ok(address),
    }
}

// Of what the caller knows to be long enough.
fn u16_at(data: &[u8], at: usize) -> u16 {
    u16::from_ne_bytes([data[at], data[at + 1]])
}

fn u32_at(data: &[u8], at: usize) -> u32 {
    u32::from(u16_at(data, at)) | u32::from(u16_at(data, at + 2)) << 16
}

fn u64_at(data: &[u8], at: usize) -> u64 {
    u64::from(u32_at(data, at)) | u64::from(u32_at(data, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read() {
        let mut notes = Vec::new();
        let mut note = |name: &[u8], text: &[u8]| {
            for word in [name.len() as u32, text.len() as u32, 0] {
                notes.extend(word.to_ne_bytes());
            }
            for part in [name, text] {
                notes.extend(part);
                notes.resize(notes.len().next_multiple_of(4), 0);
            }
        };
        note(b"CORE\0", b"12345");
        note(
            b"VMCOREINFO\0",
            b"OSRELEASE=7.3.4\nNUMBER(pgtable_l5_enabled)=1\n",
        );
        let info = vmcoreinfo(&notes);
        assert_eq!(info["OSRELEASE"], "7.3.4");
        assert_eq!(format("x86_64", &info).unwrap().levels, 5);
        assert!(format("aarch64", &info).is_err());
        assert!(format("riscv64", &info).is_err());
        assert!(vmcoreinfo(&notes[..20]).is_empty());
    }

    #[test]
    fn arm64_formats() {
        let levels = |t1sz: &str| {
            let info = HashMap::from([("NUMBER(TCR_EL1_T1SZ)".into(), t1sz.into())]);
            format("aarch64", &info).unwrap().levels
        };
        assert_eq!((levels("0x10"), levels("0x19"), levels("0xc")), (4, 3, 5));
    }

    #[test]
    fn headers_are_read() {
        let path = std::env::temp_dir().join(format!("pfnmap-kcore-{}", std::process::id()));
        let mut elf = vec![0; 64 + 56];
        elf[..5].copy_from_slice(b"\x7fELF\x02");
        elf[32] = 64;
        elf[54] = 56;
        elf[56] = 1;
        for (at, word) in [
            (0, 1),
            (8, 120),
            (16, 0xffff_8000_0000_0000),
            (24, 0x1000),
            (40, 16),
        ] {
            elf[64 + at..][..8].copy_from_slice(&u64::to_ne_bytes(word));
        }
        elf.extend(1..=16u8);
        fs::write(&path, elf).unwrap();
        let (image, _) = Image::new(File::open(&path).unwrap()).unwrap();
        fs::remove_file(path).unwrap();
        assert_eq!(
            image.word(0xffff_8000_0000_0008).unwrap(),
            0x100f_0e0d_0c0b_0a09
        );
        assert_eq!(image.to_phys(0xffff_8000_0000_0008).unwrap(), 0x1008);
        let mut byte = [0];
        image.read_phys(0x1001, &mut byte).unwrap();
        assert_eq!(byte, [2]);
        assert!(image.read_phys(0x1010, &mut byte).is_err());
        assert!(image.word(8).is_err());
    }
}
