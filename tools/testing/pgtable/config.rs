// SPDX-License-Identifier: GPL-2.0

//! Build script of all crates: the kernel configuration that each format of page tables has.

use std::env::var_os;

/// Options that every format has.
const ALWAYS: [&str; 7] = [
    "ARCH_SUPPORTS_PMD_PFNMAP",
    "DEVICE_PRIVATE",
    "RUST_DEVICE_EXCLUSIVE",
    "RUST_PFNMAP",
    "RUST_PGTABLE",
    "SMP",
    "TRACEPOINTS",
];

fn main() {
    println!("cargo::rerun-if-changed=../config.rs");
    println!("cargo::rustc-check-cfg=cfg(kani)");
    println!("cargo::rustc-check-cfg=cfg(CONFIG_KUNIT, values(\"y\"))");
    for option in ["ARCH_SUPPORTS_PUD_PFNMAP", "PCI", "PER_VMA_LOCK"] {
        println!("cargo::rustc-check-cfg=cfg(CONFIG_{option})");
    }
    for option in ALWAYS {
        println!("cargo::rustc-check-cfg=cfg(CONFIG_{option})");
        println!("cargo::rustc-cfg=CONFIG_{option}");
    }
    // Larger pages have no leaves at level PUD.
    let larger = ["CARGO_FEATURE_ARM64_16K", "CARGO_FEATURE_ARM64_64K"];
    if larger.iter().all(|name| var_os(name).is_none()) {
        println!("cargo::rustc-cfg=CONFIG_ARCH_SUPPORTS_PUD_PFNMAP");
    }
}
