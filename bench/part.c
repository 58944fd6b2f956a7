// SPDX-License-Identifier: GPL-2.0
/*
 * mprotect(), munmap() and mremap() of a part of a block: the system call alone, and ("-and-read") with
 * a read of what it leaves mapped, which faults back what the call has dropped. mremap() includes
 * the page tables where the part goes.
 */
#include "bar.h"
#include "part.h"

static void map_anew(struct part *part)
{
	unmap();
	map();
	touch();
	part_block = block;
	part->va = va;
}

static void leave(struct part *part)
{
}

static __u64 protect(struct part *part)
{
	__u64 start = now();
	int ret = mprotect(part->at, part->size, PROT_READ);
	__u64 end = now();

	check("mprotect", ret ? -errno : 0);
	part->now = part->at;
	return end - start;
}

static __u64 unmap_part(struct part *part)
{
	__u64 start = now();
	int ret = munmap(part->at, part->size);
	__u64 end = now();

	check("munmap", ret ? -errno : 0);
	return end - start;
}

static __u64 move_part(struct part *part)
{
	char *to = pfnmap_pick(PFNMAP_PTE, (uintptr_t)part->at - PAGE_SIZE, part->size);
	__u64 start, end;

	check("no room", to == MAP_FAILED ? -errno : 0);
	start = now();
	part->now = mremap(part->at, part->size, part->size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	end = now();
	check("mremap", part->now == MAP_FAILED ? -errno : 0);
	return end - start;
}

static void unmap_moved(struct part *part)
{
	check("munmap", munmap(part->now, part->size) ? -errno : 0);
}

static __u64 protect_page(void)
{
	return part_median(PAGE_SIZE, map_anew, protect, leave);
}

static __u64 protect_512th(void)
{
	return part_median(block / 512, map_anew, protect, leave);
}

static __u64 unmap_page(void)
{
	return part_median(PAGE_SIZE, map_anew, unmap_part, leave);
}

static __u64 unmap_512th(void)
{
	return part_median(block / 512, map_anew, unmap_part, leave);
}

static __u64 move_page(void)
{
	return part_median(PAGE_SIZE, map_anew, move_part, unmap_moved);
}

static __u64 move_512th(void)
{
	return part_median(block / 512, map_anew, move_part, unmap_moved);
}

#define ROW(name, operation, level, size)						\
	{ name, operation, level, size, { name "-and-read", "faults-" name } }

static const struct row rows[] = {
	ROW("mprotect-part-4K", protect_page, PFNMAP_PMD, MIB(2)),
	ROW("mprotect-part-4K", protect_page, PFNMAP_PUD, PFNMAP_1G),
	ROW("mprotect-part-2M", protect_512th, PFNMAP_PUD, PFNMAP_1G),
	ROW("munmap-part-4K", unmap_page, PFNMAP_PMD, MIB(2)),
	ROW("munmap-part-4K", unmap_page, PFNMAP_PUD, PFNMAP_1G),
	ROW("munmap-part-2M", unmap_512th, PFNMAP_PUD, PFNMAP_1G),
	ROW("mremap-part-4K", move_page, PFNMAP_PMD, MIB(2)),
	ROW("mremap-part-4K", move_page, PFNMAP_PUD, PFNMAP_1G),
	ROW("mremap-part-2M", move_512th, PFNMAP_PUD, PFNMAP_1G),
	{ }
};

int main(void)
{
	check("mlockall", mlockall(MCL_CURRENT) ? -errno : 0);
	stock_top = PFNMAP_PMD;
	bench(rows);
	return 0;
}
