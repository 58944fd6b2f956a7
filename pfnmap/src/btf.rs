// SPDX-License-Identifier: GPL-2.0

//! BTF, the kernel's description of its types: where the members of a structure are.
//!
//! See `Documentation/bpf/btf.rst` in the kernel tree.

use anyhow::{anyhow, bail, ensure, Result};

const KIND_STRUCT: u32 = 4;
const KIND_UNION: u32 = 5;

pub struct Btf<'a> {
    data: &'a [u8],
    strings: &'a [u8],
    /// Where each type starts in `data`; type 0 is void.
    types: Vec<usize>,
}

impl<'a> Btf<'a> {
    pub fn parse(file: &'a [u8]) -> Result<Self> {
        ensure!(u32_at(file, 0)? & 0xffff == 0xeb9f, "no BTF");
        let header = u32_at(file, 4)? as usize;
        let section = |offset: usize| -> Result<&'a [u8]> {
            let start = header + u32_at(file, offset)? as usize;
            file.get(start..start + u32_at(file, offset + 4)? as usize)
                .ok_or_else(|| anyhow!("BTF is cut short"))
        };
        let mut btf = Btf {
            data: section(8)?,
            strings: section(16)?,
            types: vec![usize::MAX],
        };
        let mut at = 0;
        while at < btf.data.len() {
            btf.types.push(at);
            at += btf.size_of_type(at)?;
        }
        Ok(btf)
    }

    /// Offset in bytes of a member of `struct name`, also in anonymous structures within it.
    pub fn offset(&self, name: &str, member: &str) -> Result<u64> {
        let found = self.types[1..].iter().find_map(|&at| {
            let (kind, _) = self.info(at).ok()?;
            (kind == KIND_STRUCT && self.name(at).ok()? == name.as_bytes())
                .then(|| self.find(at, member))?
        });
        found.ok_or_else(|| anyhow!("BTF knows no {member} of struct {name}"))
    }

    fn find(&self, at: usize, member: &str) -> Option<u64> {
        let (kind, members) = self.info(at).ok()?;
        if kind != KIND_STRUCT && kind != KIND_UNION {
            return None;
        }
        (0..members).find_map(|i| {
            let entry = at + 12 + 12 * i;
            // Of a bit field, the upper byte is its length.
            let offset = u64::from(u32_at(self.data, entry + 8).ok()? & 0xff_ffff) / 8;
            match self.name(entry).ok()? {
                b"" => {
                    let inner = *self
                        .types
                        .get(u32_at(self.data, entry + 4).ok()? as usize)?;
                    Some(offset + self.find(inner, member)?)
                }
                name => (name == member.as_bytes()).then_some(offset),
            }
        })
    }

    /// Kind, and number of members.
    fn info(&self, at: usize) -> Result<(u32, usize)> {
        let info = u32_at(self.data, at.wrapping_add(4))?;
        Ok((info >> 24 & 0x7f, (info & 0xff_ffff) as usize))
    }

    fn name(&self, at: usize) -> Result<&[u8]> {
        let rest = self
            .strings
            .get(u32_at(self.data, at)? as usize..)
            .unwrap_or_default();
        Ok(rest.split(|&byte| byte == 0).next().unwrap_or_default())
    }

    fn size_of_type(&self, at: usize) -> Result<usize> {
        let (kind, members) = self.info(at)?;
        Ok(12
            + match kind {
                2 | 7..=12 | 16 | 18 => 0,
                1 | 14 | 17 => 4,
                3 => 12,
                KIND_STRUCT | KIND_UNION | 15 | 19 => 12 * members,
                6 | 13 => 8 * members,
                _ => bail!("BTF has types of unknown kind {kind}"),
            })
    }
}

fn u32_at(data: &[u8], at: usize) -> Result<u32> {
    data.get(at..at.saturating_add(4))
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_ne_bytes)
        .ok_or_else(|| anyhow!("BTF is cut short"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `struct mm { struct { int users; void *pgd; }; int end; }`, with a type before it.
    fn sample() -> Vec<u8> {
        let strings = b"\0int\0mm\0users\0pgd\0end\0";
        let at = |name: &str| {
            let text = std::str::from_utf8(strings).unwrap();
            text.find(&format!("\0{name}\0")).unwrap() as u32 + 1
        };
        let types: Vec<u32> = [
            vec![at("int"), 1 << 24, 4, 32],
            vec![0, 2 << 24, 0],
            vec![
                0,
                KIND_STRUCT << 24 | 2,
                16,
                at("users"),
                1,
                0,
                at("pgd"),
                2,
                64,
            ],
            vec![
                at("mm"),
                KIND_STRUCT << 24 | 2,
                24,
                0,
                3,
                0,
                at("end"),
                1,
                128,
            ],
        ]
        .concat();
        let length = types.len() as u32 * 4;
        let header = [0x1_eb9f, 24, 0, length, length, strings.len() as u32];
        let words = header
            .iter()
            .chain(&types)
            .flat_map(|word| word.to_ne_bytes());
        words.chain(*strings).collect()
    }

    #[test]
    fn members_are_found_in_anonymous_structures() {
        let file = sample();
        let btf = Btf::parse(&file).unwrap();
        assert_eq!(btf.offset("mm", "pgd").unwrap(), 8);
        assert_eq!(btf.offset("mm", "end").unwrap(), 16);
        assert!(btf.offset("mm", "none").is_err());
        assert!(btf.offset("none", "pgd").is_err());
    }

    #[test]
    fn the_running_kernel_is_described() {
        let Ok(file) = std::fs::read("/sys/kernel/btf/vmlinux") else {
            return;
        };
        let btf = Btf::parse(&file).unwrap();
        for member in ["tasks", "tgid", "mm"] {
            assert_ne!(btf.offset("task_struct", member).unwrap(), 0);
        }
        assert_ne!(btf.offset("mm_struct", "pgd").unwrap(), 0);
        assert_eq!(btf.offset("list_head", "next").unwrap(), 0);
    }

    #[test]
    fn what_is_cut_short_is_an_error() {
        let file = sample();
        for length in 0..file.len() {
            assert!(Btf::parse(&file[..length]).is_err());
        }
    }
}
