// SPDX-License-Identifier: GPL-2.0

//! How an architecture writes page tables: all bits of an entry, from one description each.
//!
//! Written from the architectures' manuals and C's accessors, so that the layer, which knows no bit,
//! runs on real entries.

/// A format of page tables.
pub struct Format {
    pub name: &'static str,
    pub page_shift: u32,
    /// How many levels a table can have, the one of PTEs among them.
    pub levels: &'static [u32],
    /// The bits of an address that stand where they belong.
    pub low: u64,
    /// The bits of an address that stand elsewhere, and how far.
    pub high: (u64, u32),
    /// Hardware walks the entry.
    pub valid: u64,
    /// The entry is a leaf that only hardware does not see.
    pub hidden: u64,
    /// The bits by which leaves above that of PTEs differ from tables, and what they are in a leaf.
    pub kind: (u64, u64),
    /// An entry that points to a table.
    pub table: u64,
    /// The protection of a page that may be read, by user space, accessed already.
    pub readable: u64,
    /// Hardware, or C where it is not set, may let user space write.
    pub write: u64,
    /// A write faults, or sets the leaf dirty by clearing this bit if `write` is set.
    pub readonly: u64,
    pub young: u64,
    pub dirty: u64,
    pub special: u64,
    pub soft_dirty: u64,
    pub uffd: u64,
    /// How a leaf's memory is cached.
    pub cache: u64,
    /// A bit of cache modes in leaves above that of PTEs, and where PTEs have it.
    pub large: (u64, u64),
    /// Bits that PTEs have and no larger leaf, and the other way around.
    pub below: (u64, u64),
    /// The address is inverted where the leaf is not valid, against L1TF.
    pub inverts: bool,
    pub swap: Swap,
}

/// Entries that are not present.
pub struct Swap {
    pub kind: u32,
    /// Where the number stands: shifted left by the first, then right by the second.
    pub number: (u32, u32),
    pub inverted: bool,
    pub soft_dirty: u64,
    pub uffd: u64,
}

const fn bit(n: u32) -> u64 {
    1 << n
}

/// The bits from `first` to `last`.
const fn bits(first: u32, last: u32) -> u64 {
    (u64::MAX >> (63 - last)) & (u64::MAX << first)
}

/// With four or five levels.
pub const X86_64: Format = Format {
    name: "x86_64",
    page_shift: 12,
    levels: &[4, 5],
    low: bits(12, 51),
    high: (0, 0),
    valid: bit(0),
    // PSE stays where P is taken away.
    hidden: bit(7),
    kind: (bit(7), bit(7)),
    table: bit(0) | bit(1) | bit(2) | bit(5) | bit(6),
    readable: bit(0) | bit(2) | bit(5) | bit(63),
    write: bit(1),
    readonly: 0,
    young: bit(5),
    dirty: bit(6),
    special: bit(9),
    soft_dirty: bit(11),
    uffd: bit(10),
    // PWT and PCD, and PAT.
    cache: bits(3, 4),
    large: (bit(12), bit(7)),
    below: (0, 0),
    inverts: true,
    swap: Swap {
        kind: 59,
        number: (14, 5),
        inverted: true,
        soft_dirty: bit(1),
        uffd: bit(2),
    },
};

/// With LPA2, which puts the two upper bits of 52 below the page.
pub const ARM64_4K: Format = arm64(12, &[3, 4, 5], (bits(8, 9), 42));
pub const ARM64_16K: Format = arm64(14, &[3, 4], (bits(8, 9), 42));
/// With LPA, which puts the four upper bits of 52 below the page.
pub const ARM64_64K: Format = arm64(16, &[3], (bits(12, 15), 36));

const fn arm64(page_shift: u32, levels: &'static [u32], high: (u64, u32)) -> Format {
    // LPA2 has shareability elsewhere: two bits more of an address in each entry.
    let (last, shared) = if page_shift == 16 {
        (47, bits(8, 9))
    } else {
        (49, 0)
    };
    Format {
        name: match page_shift {
            12 => "arm64, 4 KiB",
            14 => "arm64, 16 KiB",
            _ => "arm64, 64 KiB",
        },
        page_shift,
        levels,
        low: bits(page_shift, last),
        high,
        valid: bit(0),
        // nG, which stays where VALID is taken away.
        hidden: bit(11),
        kind: (bit(1), 0),
        table: bit(0) | bit(1),
        // VALID, page, USER, RDONLY, AF, nG, PXN, UXN.
        readable: bits(0, 1) | bits(6, 7) | shared | bits(10, 11) | bits(53, 54),
        write: bit(51),
        readonly: bit(7),
        young: bit(10),
        dirty: bit(55),
        special: bit(56),
        soft_dirty: 0,
        uffd: bit(58),
        // The index into MAIR.
        cache: bits(2, 4),
        large: (0, 0),
        // The type of a page, and the contiguous bit.
        below: (bit(1), bit(52)),
        inverts: false,
        swap: Swap {
            kind: 6,
            number: (12, 0),
            inverted: false,
            soft_dirty: 0,
            uffd: bit(3),
        },
    }
}

/// The format that the crate is compiled for.
pub const FORMAT: Format = if cfg!(feature = "arm64-4k") {
    ARM64_4K
} else if cfg!(feature = "arm64-16k") {
    ARM64_16K
} else if cfg!(feature = "arm64-64k") {
    ARM64_64K
} else {
    X86_64
};

/// A level of the tables: 0 is that of PTEs.
pub type Level = u32;

impl Format {
    /// How many bits of an address a table resolves.
    pub const fn table_bits(&self) -> u32 {
        self.page_shift - 3
    }

    /// The bits of an address below what one entry of `level` maps.
    pub const fn shift(&self, level: Level) -> u32 {
        self.page_shift + level * self.table_bits()
    }

    /// How many bytes one entry of `level` maps.
    pub const fn size(&self, level: Level) -> usize {
        1 << self.shift(level)
    }

    /// How many entries a table has.
    pub const fn entries(&self) -> usize {
        1 << self.table_bits()
    }

    /// Which entry of its table at `level` is that of `addr`.
    pub const fn index(&self, level: Level, addr: usize) -> usize {
        (addr >> self.shift(level)) & (self.entries() - 1)
    }

    /// The first frame number that no entry can hold.
    pub const fn pfn_limit(&self) -> usize {
        1 << (52 - self.page_shift)
    }

    /// All bits of an entry that are an address.
    pub const fn address_mask(&self) -> u64 {
        self.low | self.high.0
    }

    pub const fn encode(&self, phys: u64) -> u64 {
        phys & self.low | phys >> self.high.1 & self.high.0
    }

    pub const fn decode(&self, raw: u64) -> u64 {
        raw & self.low | (raw & self.high.0) << self.high.1
    }

    /// Whether the address in an entry with these bits is inverted.
    pub const fn inverted(&self, raw: u64) -> bool {
        self.inverts && raw != 0 && raw & self.valid == 0
    }

    pub const fn present(&self, level: Level, raw: u64) -> bool {
        // A PTE of x86 has no PSE: PROTNONE, which the harness does not make, is its sign.
        let hidden = if level == 0 && self.readonly == 0 {
            0
        } else {
            self.hidden
        };
        raw & (self.valid | hidden) != 0
    }

    /// Whether a present entry is a leaf.
    pub const fn leaf(&self, level: Level, raw: u64) -> bool {
        level == 0 || raw & self.kind.0 == self.kind.1
    }

    /// The first frame of a leaf.
    pub const fn pfn(&self, level: Level, raw: u64) -> usize {
        let raw = if self.inverted(raw) { !raw } else { raw };
        let phys = self.decode(raw) as usize;
        (phys & !(self.size(level) - 1)) >> self.page_shift
    }

    /// What a leaf is beside its frame.
    pub const fn pgprot(&self, level: Level, raw: u64) -> u64 {
        let raw = if self.inverted(raw) {
            raw ^ self.address_mask()
        } else {
            raw
        };
        raw ^ self.encode((self.pfn(level, raw) as u64) << self.page_shift)
    }

    /// Puts a frame and a protection together.
    pub const fn make(&self, pfn: usize, prot: u64) -> u64 {
        let address = self.encode((pfn as u64) << self.page_shift);
        if self.inverted(prot) {
            prot | address ^ self.address_mask()
        } else {
            prot | address
        }
    }

    /// Makes what maps a page a leaf of a higher level.
    pub const fn mkhuge(&self, raw: u64) -> u64 {
        raw & !self.kind.0 | self.kind.1
    }

    /// Hides a leaf from hardware.
    pub const fn mkinvalid(&self, level: Level, raw: u64) -> u64 {
        let prot = self.pgprot(level, raw) & !self.valid | self.hidden;
        self.make(self.pfn(level, raw), prot)
    }

    /// Gives a leaf another protection; what it remembers stays.
    pub const fn modify(&self, level: Level, raw: u64, prot: u64) -> u64 {
        let kept = raw & (self.special | self.young | self.soft_dirty | self.uffd | self.large.0);
        let raw_prot = prot & !(self.young | self.dirty) | kept;
        let new = self.make(self.pfn(level, raw), raw_prot);
        let new = if level > 0 { self.mkhuge(new) } else { new };
        if self.is_dirty(raw) {
            self.mkdirty(new)
        } else {
            new
        }
    }

    /// The protection of the entries that take the place of a leaf of `level`.
    pub const fn pgprot_below(&self, level: Level, raw: u64) -> u64 {
        let prot = self.pgprot(level, raw);
        if level != 1 {
            return prot;
        }
        let moved = if prot & self.large.0 != 0 {
            self.large.1
        } else {
            0
        };
        prot & !(self.large.0 | self.large.1 | self.below.1) | moved | self.below.0
    }

    pub const fn writable(&self, raw: u64) -> bool {
        raw & self.write != 0
    }

    /// Whether hardware would write without a fault, and set nothing.
    const fn written_by_hardware(&self, raw: u64) -> bool {
        self.readonly != 0 && raw & (self.write | self.readonly) == self.write
    }

    pub const fn is_dirty(&self, raw: u64) -> bool {
        raw & self.dirty != 0 || self.written_by_hardware(raw)
    }

    pub const fn mkdirty(&self, raw: u64) -> u64 {
        let raw = raw | self.dirty;
        if self.writable(raw) {
            raw & !self.readonly
        } else {
            raw
        }
    }

    pub const fn mkclean(&self, raw: u64) -> u64 {
        raw & !self.dirty | self.readonly
    }

    pub const fn mkwrite(&self, raw: u64) -> u64 {
        let raw = raw | self.write;
        if raw & self.dirty != 0 {
            raw & !self.readonly
        } else {
            raw
        }
    }

    pub const fn wrprotect(&self, raw: u64) -> u64 {
        let raw = if self.is_dirty(raw) {
            raw | self.dirty
        } else {
            raw
        };
        raw & !self.write | self.readonly
    }

    /// What hardware makes of a leaf that it walks for an access; nothing where that faults.
    pub const fn accessed(&self, raw: u64, write: bool) -> Option<u64> {
        if raw & self.valid == 0 {
            return None;
        }
        let young = raw | self.young;
        if !write || self.written_by_hardware(raw) {
            Some(young)
        } else if !self.writable(raw) {
            None
        } else if self.readonly == 0 {
            Some(young | self.dirty)
        } else {
            Some(young & !self.readonly)
        }
    }

    /// Makes an entry that is not present.
    pub const fn swap(&self, kind: u32, number: usize) -> u64 {
        let (left, right) = self.swap.number;
        let number = if self.swap.inverted { !number } else { number } as u64;
        (kind as u64) << self.swap.kind | number << left >> right
    }

    /// Returns kind and number of an entry that is not present.
    pub const fn unswap(&self, raw: u64) -> (u32, usize) {
        let (left, right) = self.swap.number;
        let number = (raw << right >> left) as usize;
        let number = if self.swap.inverted {
            !number & (usize::MAX >> left)
        } else {
            number
        };
        ((raw >> self.swap.kind) as u32 & 31, number)
    }
}
