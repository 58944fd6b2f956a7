/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Device-exclusive entries: what mm/device_exclusive/ has that C has not, or has for itself.
 */
#ifndef _LINUX_DEVICE_EXCLUSIVE_H
#define _LINUX_DEVICE_EXCLUSIVE_H

#include <linux/leafops.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>

#ifdef CONFIG_RUST_DEVICE_EXCLUSIVE

/**
 * make_device_exclusive_range - take pages for a device alone
 * @mm: the mm, whose mmap lock is held
 * @start: the address of the first page, in bytes, a multiple of a page
 * @nr: number of pages, may be 0
 * @owner: what MMU_NOTIFY_EXCLUSIVE says, so that the caller can look away from its own
 * @pages: where the pages go, @nr of them, or NULL for none; a page that could not be taken is an
 *	ERR_PTR()
 *
 * As make_device_exclusive() for each of them, with one notification for all, and one walk under
 * the lock and one flush for each table of PTEs. The notification is for the addresses from the
 * first page that can be taken to the last; if no page can be taken there is none. Each page
 * comes with a reference to its folio, each folio with its lock; a folio is not split.
 * release_device_exclusive_range() gives all back.
 *
 * If no page can be taken at once, waits for one folio. Folio locks are only tried while another
 * is held, so a page whose folio is locked is -EBUSY, and so is one whose entry keeps changing:
 * release the others and try again. Other errors are -EFAULT where there is no page that may be
 * written, -EINVAL if there is a page but the address has a tag, -EOPNOTSUPP if it is not
 * anonymous or of hugetlb, -ENOMEM, -EHWPOISON, and -EINTR if a fatal signal is pending.
 *
 * Context: may sleep. The locks are held until the release: no other folio is locked, and no
 * memory of the process touched, before that.
 * Return: how many pages were taken.
 */
unsigned long make_device_exclusive_range(struct mm_struct *mm, unsigned long start,
					  unsigned long nr, void *owner, struct page **pages);

/**
 * release_device_exclusive_range - unlock and put what make_device_exclusive_range() took
 * @pages: as it left them; ERR_PTR()s are passed over; may be NULL for none
 * @nr: how many
 *
 * The entries stay device-exclusive until a CPU touches them.
 *
 * Context: any that may put a page.
 */
void release_device_exclusive_range(struct page **pages, unsigned long nr);

vm_fault_t remove_device_exclusive_entry(struct vm_fault *vmf);

#endif /* CONFIG_RUST_DEVICE_EXCLUSIVE */

/* Called with the option alone. */
int copy_exclusive_pte(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma,
		       pte_t *dst_pte, pte_t *src_pte, unsigned long addr, int *rss);
void copy_private_pte(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma,
		      pte_t *dst_pte, pte_t *src_pte, unsigned long addr, int *rss);
unsigned long collect_present_ptes(struct migrate_vma *migrate, unsigned long addr,
				   unsigned long end, pte_t *ptep, struct page *page,
				   struct folio *folio);

#endif /* _LINUX_DEVICE_EXCLUSIVE_H */
