// SPDX-License-Identifier: GPL-2.0

//! A walk of a process's page tables, as the hardware would do it.

use std::ops::Range;

use anyhow::{bail, Result};

use crate::entries::{page_shift, shift, Level, Run, Runs};

/// Physical memory.
pub trait Memory {
    fn read_phys(&self, phys: u64, buf: &mut [u8]) -> Result<()>;
}

/// What an entry of a page table is.
#[derive(Debug, PartialEq)]
enum Entry {
    None,
    Table(u64),
    Leaf(u64),
}

/// How an architecture writes its entries.
#[derive(Clone, Copy)]
pub enum Arch {
    /// With the bit that marks encrypted memory, or 0.
    X86 { encrypted: u64 },
    /// Whether addresses have 52 bits (LPA, LPA2).
    Arm64 { wide: bool },
}

/// The format of page tables.
#[derive(Clone, Copy)]
pub struct Format {
    pub arch: Arch,
    /// Number of levels, 3 to 5.
    pub levels: u32,
}

/// Bits `range` of `value`, where they are.
fn bits(value: u64, range: Range<u32>) -> u64 {
    value & (u64::MAX >> (64 - range.end)) & (u64::MAX << range.start)
}

impl Arch {
    fn entry(self, value: u64, depth: u32) -> Entry {
        if value & 1 == 0 {
            return Entry::None;
        }
        let leaf = match self {
            Arch::X86 { .. } => depth == 0 || value & 1 << 7 != 0,
            Arch::Arm64 { .. } => depth == 0 || value & 1 << 1 == 0,
        };
        if leaf {
            // Bits below the size of a leaf are not of the address: PAT on x86.
            Entry::Leaf(self.address(value) & !((1 << shift(depth)) - 1))
        } else {
            Entry::Table(self.address(value))
        }
    }

    fn address(self, value: u64) -> u64 {
        let page = page_shift();
        match self {
            Arch::X86 { encrypted } => bits(value & !encrypted, page..52),
            Arch::Arm64 { wide: false } => bits(value, page..48),
            Arch::Arm64 { wide: true } if page == 16 => {
                bits(value, page..48) | bits(value, 12..16) << 36
            }
            Arch::Arm64 { wide: true } => bits(value, page..50) | bits(value, 8..10) << 42,
        }
    }
}

impl Format {
    /// What the table at physical address `table`, the top one, maps in `range`.
    pub fn walk(self, memory: &dyn Memory, table: u64, range: Range<u64>) -> Result<Runs> {
        let mut runs = Runs::default();
        self.walk_table(memory, table, self.levels - 1, range, &mut runs)?;
        Ok(runs)
    }

    fn walk_table(
        self,
        memory: &dyn Memory,
        table: u64,
        depth: u32,
        range: Range<u64>,
        runs: &mut Runs,
    ) -> Result<()> {
        let size = 1u64 << shift(depth);
        let index = |addr: u64| addr >> shift(depth) & ((1 << (page_shift() - 3)) - 1);
        let first = index(range.start);
        let count = index(range.end - 1) - first + 1;
        let mut entries = vec![0; count as usize * 8];
        memory.read_phys(table + first * 8, &mut entries)?;
        let base = range.start & !(size - 1);
        for (i, value) in entries.chunks_exact(8).enumerate() {
            let block = base + i as u64 * size;
            let part = block.max(range.start)..(block + size).min(range.end);
            match self
                .arch
                .entry(u64::from_ne_bytes(value.try_into()?), depth)
            {
                Entry::None => {}
                Entry::Table(next) => self.walk_table(memory, next, depth - 1, part, runs)?,
                Entry::Leaf(phys) => {
                    let Some(level) = Level::above(depth) else {
                        bail!("a page table has a leaf at its level {depth}");
                    };
                    runs.push(Run {
                        phys: phys + (part.start - block),
                        range: part,
                        level,
                    });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// Memory in which each word is 0 unless it was written.
    #[derive(Default)]
    struct Words(HashMap<u64, u64>);

    impl Memory for Words {
        fn read_phys(&self, phys: u64, buf: &mut [u8]) -> Result<()> {
            for (i, word) in buf.chunks_exact_mut(8).enumerate() {
                let value = self.0.get(&(phys + 8 * i as u64)).unwrap_or(&0);
                word.copy_from_slice(&value.to_ne_bytes());
            }
            Ok(())
        }
    }

    const G: u64 = 1 << 30;
    const M2: u64 = 2 << 20;

    /// Tables at 0x1000, 0x2000, ...: one entry of 1 GiB, one of 2 MiB and two of 4 KiB, with the
    /// bits `table` and `leaf` in an entry, and `page` in the last level's.
    fn sample(top: u64, table: u64, leaf: u64, page: u64) -> Words {
        let mut words = Words::default();
        let mut write = |at, value| words.0.insert(at, value);
        write(0x1000 + 8 * top, 0x2000 | table);
        write(0x2000, (64 * G) | leaf);
        write(0x2008, 0x3000 | table);
        write(0x3000 + 8 * 5, (65 * G + 5 * M2) | leaf);
        write(0x3000 + 8 * 6, 0x4000 | table);
        write(0x4000, (65 * G + 6 * M2) | page);
        write(0x4008, (65 * G + 6 * M2 + 0x1000) | page);
        words
    }

    fn expected(base: u64) -> Runs {
        let run = |start: u64, end: u64, phys, level| Run {
            range: base + start..base + end,
            phys,
            level,
        };
        Runs(vec![
            run(0, G, 64 * G, Level::Pud),
            run(G + 5 * M2, G + 6 * M2, 65 * G + 5 * M2, Level::Pmd),
            run(G + 6 * M2, G + 6 * M2 + 0x2000, 65 * G + 6 * M2, Level::Pte),
        ])
    }

    #[test]
    fn x86_levels() {
        // NX and the PAT bit of a leaf are not of the address; nor is the encryption bit.
        let words = sample(255, 0x67, 1 << 63 | 0x10e7, 1 << 51 | 0xe7);
        let format = Format {
            arch: Arch::X86 { encrypted: 1 << 51 },
            levels: 4,
        };
        let base = 255 << 39;
        assert_eq!(
            format.walk(&words, 0x1000, base..base + 2 * G).unwrap(),
            expected(base)
        );
    }

    #[test]
    fn arm64_levels() {
        let words = sample(3, 3, 0x60_0000_0000_0f01, 0x60_0000_0000_0f03);
        let format = Format {
            arch: Arch::Arm64 { wide: false },
            levels: 4,
        };
        let base = 3 << 39;
        assert_eq!(
            format.walk(&words, 0x1000, base..base + 2 * G).unwrap(),
            expected(base)
        );
    }

    #[test]
    fn a_part_of_a_range_is_cut() {
        let words = sample(0, 0x67, 0xe7, 0x67);
        let format = Format {
            arch: Arch::X86 { encrypted: 0 },
            levels: 4,
        };
        let runs = format
            .walk(&words, 0x1000, G - M2..G + 6 * M2 + 0x1000)
            .unwrap();
        assert_eq!(runs.0[0].phys, 65 * G - M2);
        assert_eq!(runs.counts().pud_bytes, M2);
        assert_eq!(runs.counts().pte_bytes, 0x1000);
    }

    #[test]
    fn wide_addresses() {
        let arch = Arch::Arm64 { wide: true };
        let value = 1 << 49 | 2 << 8 | 0x5000 | 3;
        assert_eq!(
            arch.entry(value, 0),
            Entry::Leaf(1 << 51 | 1 << 49 | 0x5000)
        );
    }

    #[test]
    fn a_leaf_too_high_is_an_error() {
        let mut words = Words::default();
        words.0.insert(0x1000, 0xe7);
        let format = Format {
            arch: Arch::X86 { encrypted: 0 },
            levels: 4,
        };
        assert!(format.walk(&words, 0x1000, 0..G).is_err());
    }
}
