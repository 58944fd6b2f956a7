/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on BARs in Rust: what vfio_pci_core.c and vfio_pci_fault.rs know of each other.
 */
#ifndef VFIO_PCI_FAULT_H
#define VFIO_PCI_FAULT_H

#include <linux/mm.h>
#include <linux/vfio_pci_core.h>

#ifdef CONFIG_RUST_PFNMAP

vm_fault_t vfio_pci_mmap_page_fault(struct vm_fault *vmf);
vm_fault_t vfio_pci_mmap_huge_fault(struct vm_fault *vmf, unsigned int order);

/* For dynamic debug, which knows a message by the C file that it is in. */
void vfio_pci_fault_debug(struct vm_fault *vmf, unsigned int order, vm_fault_t ret);

#endif

#endif /* VFIO_PCI_FAULT_H */
