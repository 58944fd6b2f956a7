// SPDX-License-Identifier: GPL-2.0

#include <linux/lockdep.h>
#include <linux/vfio_pci_core.h>

__rust_helper void rust_helper_vfio_pci_memory_lock_assert(struct vfio_pci_core_device *vdev)
{
	lockdep_assert_held_read(&vdev->memory_lock);
}
