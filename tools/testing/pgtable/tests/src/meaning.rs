// SPDX-License-Identifier: GPL-2.0

//! What page tables mean, and what is promised of them.
//!
//! A process maps blocks of frames: each is one entry. This is the whole of it, and what every
//! operation does to it. [`Meaning::of()`] reads the same from tables, as hardware does, so that a test
//! does something to both and compares.

use crate::process::{pages, Process, LARGEST};
use kernel::{
    format::{Level, FORMAT},
    machine::{peek, remembered, table_in},
};
use std::{collections::BTreeMap, ops::Range};

/// What one entry maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub level: Level,
    /// The first frame.
    pub pfn: usize,
    pub writable: bool,
    pub young: bool,
    pub dirty: bool,
}

/// What a process maps: blocks, by the address at which they start.
#[derive(Clone, Default)]
pub struct Meaning(pub BTreeMap<usize, Block>);

impl Meaning {
    /// A lookup returns what is mapped now: the block around `addr`, and its frame.
    pub fn at(&self, addr: usize) -> Option<(Block, usize)> {
        let (start, block) = self.0.range(..=addr).next_back()?;
        let offset = addr - start;
        let frame = block.pfn + (offset >> FORMAT.page_shift);
        (offset < FORMAT.size(block.level)).then_some((*block, frame))
    }

    /// An access maps the largest block that fits and is not mapped in part; it sets what it sets.
    pub fn touch(&mut self, addr: usize, write: bool, fitting: impl Fn(Level) -> Option<Block>) {
        if self.at(addr).is_none() {
            let free = |level: Level| {
                let start = addr & !(FORMAT.size(level) - 1);
                self.0
                    .range(start..start + FORMAT.size(level))
                    .next()
                    .is_none()
            };
            let level = (0..=LARGEST)
                .rev()
                .find(|level| free(*level) && fitting(*level).is_some());
            if let Some(block) = level.and_then(fitting) {
                self.0.insert(addr & !(FORMAT.size(block.level) - 1), block);
            }
        }
        if let Some((_, block)) = self.0.range_mut(..=addr).next_back() {
            block.young = true;
            block.dirty |= write;
        }
    }

    /// A split changes no translation and no bit: where a block lies across `addr`, blocks of the next
    /// lower level take its place, and so on down.
    pub fn cut(&mut self, addr: usize) {
        while let Some((block, _)) = self.at(addr) {
            let start = addr & !(FORMAT.size(block.level) - 1);
            if start == addr {
                break;
            }
            self.split(start);
        }
    }

    /// Blocks of the next lower level take the place of the one at `start`.
    pub fn split(&mut self, start: usize) {
        let Some(block) = self.0.remove(&start) else {
            return;
        };
        let level = block.level - 1;
        for i in 0..FORMAT.entries() {
            let part = Block {
                level,
                pfn: block.pfn + i * pages(level),
                ..block
            };
            self.0.insert(start + i * FORMAT.size(level), part);
        }
    }

    /// An unmap leaves no way to what was mapped in `range`, and all ways to the rest.
    pub fn unmap(&mut self, range: Range<usize>) {
        self.cut(range.start);
        self.cut(range.end);
        self.0.retain(|start, _| !range.contains(start));
    }

    /// A change of protection cuts at both ends, and changes nothing else.
    pub fn protect(&mut self, range: Range<usize>, writable: bool) {
        self.cut(range.start);
        self.cut(range.end);
        self.0
            .range_mut(range)
            .for_each(|(_, block)| block.writable = writable);
    }

    /// A move cuts at both ends, and where a block would not be aligned in its new place.
    pub fn relocate(&mut self, old: Range<usize>, new: usize) {
        self.cut(old.start);
        self.cut(old.end);
        for level in (1..=LARGEST).rev() {
            if (old.start ^ new) & (FORMAT.size(level) - 1) != 0 {
                let split: Vec<_> = self
                    .0
                    .range(old.clone())
                    .filter(|(_, b)| b.level == level)
                    .collect();
                let starts: Vec<_> = split.into_iter().map(|(start, _)| *start).collect();
                starts.into_iter().for_each(|start| self.split(start));
            }
        }
        let moved: Vec<_> = self
            .0
            .range(old.clone())
            .map(|(start, b)| (*start, *b))
            .collect();
        self.0.retain(|start, _| !old.contains(start));
        self.0.extend(
            moved
                .into_iter()
                .map(|(start, block)| (start - old.start + new, block)),
        );
    }

    /// A child has what its parent has, and has not accessed it.
    pub fn fork(&self) -> Self {
        let old = |(start, block): (&usize, &Block)| {
            (
                *start,
                Block {
                    young: false,
                    ..*block
                },
            )
        };
        Self(self.0.iter().map(old).collect())
    }

    /// Panics where another block is mapped than by `other`, with the first.
    pub fn assert_is(&self, other: &Self) {
        let both = self.0.keys().chain(other.0.keys());
        let differs = both
            .filter(|start| self.0.get(start) != other.0.get(start))
            .min();
        if let Some(start) = differs {
            let (found, promised) = (self.0.get(start), other.0.get(start));
            panic!("{start:#x} is mapped by {found:x?}, and not by {promised:x?}");
        }
    }

    /// Without memory a block may be split or gone that was to stay, but nothing may be mapped otherwise.
    pub fn assert_is_part_of(&self, other: &Self) {
        for (start, block) in &self.0 {
            let same = other.at(*start).is_some_and(|(of, pfn)| {
                let level = block.level;
                of.level >= level && Block { level, pfn, ..of } == *block
            });
            assert!(same, "{start:#x} is mapped by {block:x?}, and was not");
        }
    }

    /// What `other` maps is mapped, if maybe by smaller blocks, but for what starts in one of `lost`.
    pub fn assert_has_all_of(&self, other: &Self, lost: &[Range<usize>]) {
        for (start, block) in &other.0 {
            let size = FORMAT.size(block.level);
            let parts = self.0.range(start..&(start + size));
            let mapped: usize = parts.map(|(_, part)| FORMAT.size(part.level)).sum();
            let may_go = lost.iter().any(|range| range.contains(start));
            assert!(mapped == size || may_go, "{start:#x} is lost: {block:x?}");
        }
    }

    /// Returns where the block is mapped that lies across `addr`.
    pub fn across(&self, addr: usize) -> Option<Range<usize>> {
        let (block, _) = self.at(addr)?;
        let size = FORMAT.size(block.level);
        let start = addr & !(size - 1);
        (start != addr).then_some(start..start + size)
    }

    /// Reads what the tables of a process mean.
    pub fn of(process: Process) -> Self {
        let mut meaning = Self::default();
        meaning.read(process.mm().pgd, process.mm().levels - 1, 0);
        meaning
    }

    fn read(&mut self, table: *mut u64, level: Level, base: usize) {
        for i in 0..FORMAT.entries() {
            // SAFETY: A table has an entry of each index.
            let raw = peek(unsafe { table.add(i) });
            let start = base + i * FORMAT.size(level);
            if raw & FORMAT.valid == 0 {
                assert_eq!(raw, 0, "a leaf is left hidden");
            } else if FORMAT.leaf(level, raw) {
                assert_ne!(raw & FORMAT.special, 0, "a leaf has lost its special bit");
                self.0.insert(
                    start,
                    Block {
                        level,
                        pfn: FORMAT.pfn(level, raw),
                        writable: FORMAT.writable(raw),
                        young: raw & FORMAT.young != 0,
                        dirty: FORMAT.is_dirty(raw),
                    },
                );
            } else {
                self.read(table_in(raw), level - 1, start);
            }
        }
    }

    /// No TLB remembers anything else: another frame, another size, or the right to write.
    pub fn assert_remembered(&self, process: Process) {
        for seen in remembered(process.0, 0, usize::MAX) {
            let block = self.at(seen.start).map(|(block, _)| block);
            let same = block.is_some_and(|block| {
                (block.pfn, FORMAT.size(block.level)) == (seen.pfn, seen.size)
                    && (block.writable || !seen.writable)
            });
            assert!(same, "a TLB keeps {seen:x?} where {block:x?} is mapped");
        }
    }
}
