// SPDX-License-Identifier: GPL-2.0
//! Gives a PCI BAR to a virtual machine, which uses every byte of it.
//!
//! Made of the crates that Firecracker and Cloud Hypervisor are made of. Like them it leaves the address
//! of the BAR to the kernel: `mmap(NULL, ...)`.
//!
//! It stands where QEMU does in `dev/passthrough`. Standard output has a line `@STEP ...` after each
//! step of the guest, and a line on standard input lets the guest go on: see `tools/mm/pfnmap_host.c`.

mod device;
mod ffi;
mod guest;

use std::io::{self, Write};

use anyhow::{bail, ensure, Context, Result};

use device::Device;
use guest::{Access, Guest, Run};

/// Guest physical addresses of the BAR.
const PLACE: u64 = 64 << 30;
const OTHER_PLACE: u64 = 256 << 30;

/// What the word at offset `8 * n` of the BAR holds is this `n + 1` times.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

const WORD: u64 = 8;
const BLOCK: u64 = 2 << 20;

/// Says what the guest has done, and waits for a line.
fn step(what: &str) -> Result<()> {
    println!("@{what}");
    io::stdout().flush()?;
    ensure!(
        io::stdin().read_line(&mut String::new())? > 0,
        "nothing waits for '{what}'"
    );
    Ok(())
}

/// Has the guest access a word in each `distance` bytes of a BAR at `place`.
fn access(guest: &mut Guest, access: Access, place: u64, size: u64, distance: u64) -> Result<()> {
    let end = guest.run(&Run {
        start: place,
        end: place + size,
        distance,
        value: STRIDE,
        increment: STRIDE.wrapping_mul(distance / WORD),
        access,
    })?;
    ensure!(
        end == place + size,
        "a wrong word at {:#x} of the BAR",
        end - place
    );
    Ok(())
}

fn follow(option: &str) -> Result<()> {
    let Some(bdf) = option.strip_prefix("vfio-pci,host=") else {
        bail!("give vfio-pci,host=BDF, not '{option}'");
    };
    let mut guest = Guest::new()?;
    let mut device = Device::open(bdf, guest.vm())?;

    guest.boot()?;
    step("up")?;
    device.decode(true);
    device.wake()?;
    let bar = device.map_largest_bar()?;
    let size = bar.size();
    guest.give(&bar, PLACE)?;
    device.map_for_dma(&bar, PLACE)?;
    step(&format!("mapped {size:#x} {PLACE:#x}"))?;
    access(&mut guest, Access::Write, PLACE, size, WORD)?;
    step("written")?;
    access(&mut guest, Access::Check, PLACE, size, WORD)?;
    step("read")?;
    for _ in 0..20 {
        device.decode(false);
        device.decode(true);
        access(&mut guest, Access::Check, PLACE, size, BLOCK)?;
    }
    step("cycled")?;
    guest.give(&bar, OTHER_PLACE)?;
    access(&mut guest, Access::Check, OTHER_PLACE, size, BLOCK)?;
    step("moved")?;
    guest.give(&bar, PLACE)?;
    access(&mut guest, Access::Check, PLACE, size, BLOCK)?;
    step("back")
}

fn main() -> Result<()> {
    let option = std::env::args().nth(1).context("give vfio-pci,host=BDF")?;

    follow(&option).inspect_err(|error| println!("@failed {error:#}"))
}
