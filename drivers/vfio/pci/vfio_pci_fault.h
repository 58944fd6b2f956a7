/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on BARs in Rust: what vfio_pci_core.c and vfio_pci_fault.rs know of each other.
 */
#ifndef VFIO_PCI_FAULT_H
#define VFIO_PCI_FAULT_H

#include <linux/mm.h>
#include <linux/vfio_pci_core.h>

#ifdef CONFIG_RUST_PFNMAP
vm_fault_t vfio_pci_serve_fault(struct vm_fault *vmf, unsigned int order);
#endif

#endif /* VFIO_PCI_FAULT_H */
