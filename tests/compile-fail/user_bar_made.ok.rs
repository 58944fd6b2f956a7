// SPDX-License-Identifier: GPL-2.0

//! A BAR for user space is one that a device has, and that is revoked with it.

use kernel::{mm::pfnmap::*, prelude::*, sync::Arc};

pub fn make(frames: DeviceFrames) -> Result<Arc<DeviceFrames>> {
    Ok(Arc::new(frames, GFP_KERNEL)?)
}
