// SPDX-License-Identifier: GPL-2.0

//! An open file does not borrow what its device was registered with: the device may go first.

use kernel::{miscdevice::*, mm::pfnmap::*};

pub fn keep<T: MiscDevice<RegistrationData = UserBar>>(
    misc: &MiscDeviceRegistration<T>,
) -> UserBar {
    misc.data().clone()
}
