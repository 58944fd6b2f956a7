// SPDX-License-Identifier: GPL-2.0

//! What KUnit builds tables with, and the tests that need more than one file of the layer.
//!
//! C header: [`include/kunit/test.h`](srctree/include/kunit/test.h)

// What the layer has for itself is what is tested.
use super::*;

#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
mod test_exclusive;
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
mod test_folio;
#[cfg(CONFIG_DEVICE_PRIVATE)]
mod test_folio_ref;
mod test_level;
pub mod test_mm;
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
mod test_pin;
#[cfg(CONFIG_DEVICE_PRIVATE)]
mod test_put;
#[cfg(CONFIG_DEVICE_PRIVATE)]
mod test_restore;
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
mod test_run;
#[cfg(CONFIG_DEVICE_PRIVATE)]
mod test_softleaf;
