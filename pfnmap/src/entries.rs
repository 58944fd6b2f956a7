// SPDX-License-Identifier: GPL-2.0

//! Page table entries that map memory: their levels, and what can tell them.

use std::{ops::Range, sync::OnceLock};

use anyhow::Result;
use serde::Serialize;

/// A level of the page tables at which memory can be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Pte,
    Pmd,
    Pud,
}

impl Level {
    /// All of them, the largest first.
    pub const ALL: [Level; 3] = [Level::Pud, Level::Pmd, Level::Pte];

    /// Those that this kernel can map memory at, the largest first.
    pub fn leaves() -> &'static [Level] {
        // Only pages of 4 KiB have leaves above PMDs.
        &Level::ALL[usize::from(page_shift() != 12)..]
    }

    /// The level `depth` tables above the last one.
    pub fn above(depth: u32) -> Option<Level> {
        Level::ALL.into_iter().find(|&level| level as u32 == depth)
    }

    /// The level whose entries are `size` bytes.
    pub fn of_size(size: u64) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.size() == size)
    }

    /// Bytes that one entry maps.
    pub fn size(self) -> u64 {
        1 << shift(self as u32)
    }
}

/// Number of bits of an address below an entry, `depth` tables above the last one.
pub fn shift(depth: u32) -> u32 {
    page_shift() + (page_shift() - 3) * depth
}

pub fn page_shift() -> u32 {
    static SHIFT: OnceLock<u32> = OnceLock::new();
    *SHIFT.get_or_init(|| rustix::param::page_size().trailing_zeros())
}

/// Adjacent entries of one level that map contiguous physical memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub range: Range<u64>,
    pub phys: u64,
    pub level: Level,
}

impl Run {
    pub fn bytes(&self) -> u64 {
        self.range.end - self.range.start
    }
}

/// Runs in the order of their addresses.
#[derive(Debug, Default, PartialEq)]
pub struct Runs(pub Vec<Run>);

impl Runs {
    /// Adds what comes next.
    pub fn push(&mut self, next: Run) {
        match self.0.last_mut() {
            Some(last)
                if last.level == next.level
                    && last.range.end == next.range.start
                    && last.phys + last.bytes() == next.phys =>
            {
                last.range.end = next.range.end;
            }
            _ => self.0.push(next),
        }
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for run in &self.0 {
            *counts.bytes_mut(run.level) += run.bytes();
        }
        counts
    }
}

/// How many bytes are mapped at each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    pub pud_bytes: u64,
    pub pmd_bytes: u64,
    pub pte_bytes: u64,
}

impl Counts {
    pub fn bytes(mut self, level: Level) -> u64 {
        *self.bytes_mut(level)
    }

    pub fn entries(self, level: Level) -> u64 {
        self.bytes(level) / level.size()
    }

    pub fn total(self) -> u64 {
        self.pud_bytes + self.pmd_bytes + self.pte_bytes
    }

    pub fn add(&mut self, other: Counts) {
        for level in Level::ALL {
            *self.bytes_mut(level) += other.bytes(level);
        }
    }

    fn bytes_mut(&mut self, level: Level) -> &mut u64 {
        match level {
            Level::Pud => &mut self.pud_bytes,
            Level::Pmd => &mut self.pmd_bytes,
            Level::Pte => &mut self.pte_bytes,
        }
    }
}

/// What can tell by which entries a process maps a range.
pub trait Source {
    /// To be called before each look at the processes.
    fn refresh(&mut self) -> Result<()> {
        Ok(())
    }

    fn runs(&self, pid: i32, range: Range<u64>) -> Result<Runs>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(start: u64, end: u64, phys: u64, level: Level) -> Run {
        Run {
            range: start..end,
            phys,
            level,
        }
    }

    #[test]
    fn levels_have_sizes() {
        assert_eq!(Level::Pud.size(), 1 << 30);
        assert_eq!(Level::of_size(2 << 20), Some(Level::Pmd));
        assert_eq!(Level::of_size(3 << 20), None);
        assert_eq!(Level::above(3), None);
    }

    #[test]
    fn runs_join_only_what_is_contiguous() {
        let mut runs = Runs::default();
        runs.push(run(0x1000, 0x2000, 0x9000, Level::Pte));
        runs.push(run(0x2000, 0x3000, 0xa000, Level::Pte));
        runs.push(run(0x3000, 0x4000, 0xf000, Level::Pte));
        runs.push(run(0x200000, 0x400000, 0x200000, Level::Pmd));
        assert_eq!(runs.0.len(), 3);
        assert_eq!(runs.0[0], run(0x1000, 0x3000, 0x9000, Level::Pte));
        assert_eq!(runs.counts().entries(Level::Pte), 3);
        assert_eq!(runs.counts().entries(Level::Pmd), 1);
        assert_eq!(runs.counts().total(), 0x203000);
    }
}
