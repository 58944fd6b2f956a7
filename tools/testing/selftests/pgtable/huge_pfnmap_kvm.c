// SPDX-License-Identifier: GPL-2.0
/*
 * The memslot of a KVM guest is a block of a BAR. The guest reads one part of it in a loop while
 * another part is unmapped, moved, protected or poisoned. It loses access to what the process lost,
 * and to nothing else.
 *
 * In every second round an MMU notifier of this test delays each invalidation, after KVM's notifier
 * has run: KVM then serves the guest's next fault while the other part is being invalidated and the
 * block is still mapped by one entry. On arm64 KVM serves no fault meanwhile: there the test checks
 * what is left, and that the guest goes on, when the change is done. FOLLOW_RACE_SECONDS (10) says
 * for how long all tests run.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/kinds.h"
#include "lib/kvm.h"
#include "lib/lookup.h"
#include "lib/need.h"
#include "lib/poison.h"
#include "lib/race.h"

#define TESTS		7	/* of a variant */
#define STUCK		60000000000ULL	/* ns */
#define ROUNDS		8	/* at least */
#define MET		2	/* rounds in which the guest goes on during the change, at least */

static struct pfnmap_source source;
static struct pfnmap_vm vm;
static int watch_fd;			/* of the MMU notifier */
static char *va;			/* of the block */
static __u64 block;			/* bytes */
static __u64 untouched;			/* where the guest reads, in the block */
static atomic_long sweeps;
static long rounds, met, least;
static atomic_bool skewed;	/* what faults gets the frame of another page */
static bool rust;	/* serves the page tables: C drops a block instead of splitting it */

/* The part that changes. */
static struct part {
	__u64 at, size;			/* in the block */
} part;

/* Watches addresses from now on. Returns how many invalidations began in those watched before. */
static int watch(__u64 start, __u64 size, __u32 delay_us)
{
	struct test_pfnmap_notifier notifier = {
		.start = start,
		.end = start + size,
		.delay_us = delay_us,
	};

	if (pfnmap_ioctl(watch_fd, TEST_PFNMAP_NOTIFIER, &notifier))
		race_fail("cannot register an MMU notifier", errno);
	return notifier.count;
}

/* The guest */

static bool read_last(__u64 at)
{
	return vm.last == (word(at) & VM_LAST);
}

static void sweep_once(void)
{
	if (vm_sweep(&vm, VM_BAR + untouched, 0, 500))
		race_fail("the guest cannot read what does not change", untouched);
	else if (!read_last(untouched) &&
		 !(!rust && atomic_load(&skewed) && read_last(untouched + PAGE_SIZE)))
		race_fail("what does not change holds another number", vm.last);
	atomic_fetch_add(&sweeps, 1);
}

/* Waits until @count more of them have ended. */
static void wait_for_sweeps(int count)
{
	const long until = atomic_load(&sweeps) + count;
	const __u64 end = race_now() + STUCK;

	while (atomic_load(&sweeps) < until && !race_wrong) {
		if (race_now() > end)
			race_fail("the guest does not go on", untouched);
		sched_yield();
	}
}

static const struct racer guest = { "guest", sweep_once, 1 };

/* Returns 0, 1 for an access that KVM gave to user space, -errno, or a refusal. */
static int guest_access(__u64 at, bool write, __u64 *value)
{
	int refusal = sigsetjmp(refused, 0);

	if (refusal)
		return refusal;
	return write ? vm_write(&vm, VM_BAR + at, *value) : vm_read(&vm, VM_BAR + at, value);
}

static int guest_read(__u64 at)
{
	__u64 value = 0;
	int ret = guest_access(at, false, &value);

	if (!ret && value != word(at))
		ret = -EBADMSG;
	return ret;
}

/* A write leaves what is there. */
static int guest_write(__u64 at)
{
	__u64 value = word(at);

	return guest_access(at, true, &value);
}

/* Rounds */

/* Maps the block by one entry again, in the guest too. */
static void map_block(struct __test_metadata *_metadata)
{
	ASSERT_EQ(va, source_map_at(&source, va, RW, 0, block));
	bar_write(va, word(0));
	ASSERT_EQ(0, guest_read(untouched));
	ASSERT_EQ(0, guest_read(part.at));
}

/* Next to each other or far apart. */
static void pick_parts(void)
{
	part.size = block == PFNMAP_1G && race_pick(2) ? PMD_SIZE : PAGE_SIZE;
	part.at = race_pick(block / part.size - 1) * part.size;
	do {
		untouched = race_pick(2) ? part.at ^ part.size :
			    race_pick(block / PAGE_SIZE) * PAGE_SIZE;
	} while (untouched / part.size == part.at / part.size);
}

/* Calls @how for the part while the guest reads the other. */
static void change(struct __test_metadata *_metadata, void (*how)(void))
{
	const __u32 delay = rounds % 2 ? 0 : 20000;
	bool ended;
	long before;
	int ret;

	pick_parts();
	map_block(_metadata);
	watch((__u64)va + part.at, part.size, delay);
	race_start(&guest, 1);
	wait_for_sweeps(1);
	before = atomic_load(&sweeps);
	how();
	/* One sweep may have begun before: two have to end during the change, and two after it. */
	met += delay && atomic_load(&sweeps) > before + 1;
	wait_for_sweeps(2);
	ended = race_stop();
	EXPECT_LE(1, watch(0, 0, 0))
		TH_LOG("no invalidation, and nothing was delayed");
	ASSERT_RACE();
	ASSERT_TRUE(ended);
	ret = guest_read(untouched);
	EXPECT_TRUE(!ret || (!rust && skewed && ret == -EBADMSG))
		TH_LOG("the untouched part: %d", ret);
	rounds++;
}

#define CONTEXT()	TH_LOG("round %ld: %llx, %llx bytes, of %llx; the guest reads %llx",	\
			       rounds, (unsigned long long)part.at, (unsigned long long)part.size, \
			       (unsigned long long)block, (unsigned long long)untouched)

/* On a busy machine the first rounds may meet nothing. */
static bool wants_more(bool failed, __u64 end)
{
	if (rounds < ROUNDS)
		return true;
	return !failed && (race_now() < end || (met < least && rounds < 100 * ROUNDS));
}

#define for_each_round(end)							\
	for (__u64 end = race_now() + race_seconds(10) * 1000000000ULL / TESTS / VARIANTS;	\
	     wants_more(_metadata->exit_code, end);)

FIXTURE(guest)
{
	int poisonable;		/* registers the fake BAR while this file is open */
};

VARIANT_OF_KIND(guest);
HUGE_VARIANTS(guest, vfio);
HUGE_VARIANTS(guest, device);

#define VARIANTS	(2 * HUGE_LEVELS)

FIXTURE_SETUP(guest)
{
	int ret = source_open(&source, variant->kind, variant->level);
	struct test_pfnmap_follow follow;
	__u64 at;

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	NEED(lacks_two_cpus());
	block = pfnmap_block(variant->level);
	va = pfnmap_pick(PFNMAP_PUD, source.phys, block);
	ASSERT_EQ(va, source_map_at(&source, va, RW, 0, block));
	for (at = 0; at < block; at += PAGE_SIZE)
		bar_write(va + at, word(at));
	/* Notifiers run in reverse order of registration: KVM's before this one. */
	watch_fd = pfnmap_follow_open();
	ASSERT_LE(0, watch_fd);
	watch(0, 0, 0);
	ret = vm_open(&vm);
	if (ret == -ENOENT)
		SKIP(return, "no /dev/kvm in this kernel");
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, vm_slot(&vm, 1, VM_BAR, va, block));
	ASSERT_EQ(0, pfnmap_follow(watch_fd, va, 1, &follow));
	rust = follow.rust;
	/* C drops the block under an invalidation of all of it, and so hardly ever lets the guest go on. */
	least = rust ? MET : 0;
#ifdef __aarch64__	/* KVM refuses faults during any invalidation. */
	least = 0;
#endif
	self->poisonable = -1;
	race_enter(RACERS, 0, false);
	ASSERT_EQ(0, catch_refusals());
}

FIXTURE_TEARDOWN(guest)
{
	close(self->poisonable);
	close(watch_fd);
	close(source.file);
	TH_LOG("%ld rounds; the guest went on during %ld", rounds, met);
	if (rounds)
		EXPECT_LE(least, met);
}

static void serve(enum pfnmap_level level, __u64 skew)
{
	const struct test_pfnmap_serve serve = { .level = level, .skew = skew };

	if (device_serve(&source, serve))
		race_fail("cannot tell the driver what to map", errno);
	skewed = skew != 0;
}

/* The driver unmaps a part. What faults from now on gets the next page instead of its own. */
static void zap(void)
{
	serve(PFNMAP_PTE, 1);
	if (device_zap_range(&source, part.at, part.size))
		race_fail("cannot unmap a part of the BAR", errno);
}

static void check_zap(struct __test_metadata *_metadata, enum pfnmap_level level, void (*how)(void))
{
	__u64 value;

	for_each_round(end) {
		change(_metadata, how);
		ASSERT_EQ(0, guest_access(part.at, false, &value));
		EXPECT_EQ(word(part.at + PAGE_SIZE), value) CONTEXT();
		serve(level, 0);
	}
}

TEST_F_TIMEOUT(guest, unmapped_by_the_driver, 3600)
{
	if (variant->kind == &vfio_kind)
		SKIP(return, "vfio-pci unmaps a BAR as a whole");
	check_zap(_metadata, variant->level, zap);
}

/* Splits the block for a third part while the invalidation of the first is delayed. */
static void *cut(void *arg)
{
	char *page = va + (part.at + block / 2) % block;

	usleep(5000);
	if (mprotect(page, PAGE_SIZE, PROT_READ) || mprotect(page, PAGE_SIZE, RW))
		race_fail("mprotect() failed", errno);
	return NULL;
}

static void zap_while_cut(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, cut, NULL))
		race_fail("cannot create a thread", errno);
	zap();
	pthread_join(thread, NULL);
}

TEST_F_TIMEOUT(guest, unmapped_by_the_driver_while_cut, 3600)
{
	if (variant->kind == &vfio_kind)
		SKIP(return, "vfio-pci unmaps a BAR as a whole");
	check_zap(_metadata, variant->level, zap_while_cut);
}

static void move_away(void)
{
	char *to = va + block + PMD_SIZE + part.at % PMD_SIZE;

	if (mremap(va + part.at, part.size, part.size, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		race_fail("mremap() failed", errno);
	if (bar_read(to) != word(part.at))
		race_fail("the part that was moved holds another number", bar_read(to));
	munmap(to, part.size);
}

TEST_F_TIMEOUT(guest, moved, 3600)
{
	for_each_round(end) {
		change(_metadata, move_away);
		EXPECT_EQ(-EFAULT, guest_read(part.at)) CONTEXT();
		EXPECT_NE(0, guest_write(part.at)) CONTEXT();
	}
}

/* Whether a device may read or write the part, by vfio: 0 or -errno. */
static int dma(__u32 flags)
{
	int ret;

	if (source.kind != &vfio_kind)
		return 0;
	ret = bar_dma_map(&source.bar, va + part.at, PFNMAP_IOVA, part.size, flags);
	if (!ret)
		bar_dma_unmap(&source.bar, PFNMAP_IOVA, part.size);
	return ret;
}

static void unmap(void)
{
	if (munmap(va + part.at, part.size))
		race_fail("munmap() failed", errno);
}

TEST_F_TIMEOUT(guest, unmapped, 3600)
{
	for_each_round(end) {
		change(_metadata, unmap);
		EXPECT_EQ(-EFAULT, guest_read(part.at)) CONTEXT();
	}
}

static void protect(int prot)
{
	if (mprotect(va + part.at, part.size, prot))
		race_fail("mprotect() failed", errno);
}

static void protect_none(void)
{
	protect(PROT_NONE);
}

TEST_F_TIMEOUT(guest, made_inaccessible_and_back, 3600)
{
	for_each_round(end) {
		change(_metadata, protect_none);
		EXPECT_EQ(-EFAULT, guest_read(part.at)) CONTEXT();
		EXPECT_EQ(-EFAULT, guest_write(part.at)) CONTEXT();
		if (source.kind == &vfio_kind)
			EXPECT_EQ(-EFAULT, dma(BAR_DMA_READ)) CONTEXT();
		protect(RW);
		EXPECT_EQ(0, dma(BAR_DMA_RW)) CONTEXT();
		EXPECT_EQ(0, guest_write(part.at)) CONTEXT();
		EXPECT_EQ(0, guest_read(part.at)) CONTEXT();
	}
}

/* With soft-dirty bits, mprotect() then leaves entries read-only until a write. */
static void track_writes(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);

	if (write(fd, "4", 1) != 1 && errno != EINVAL)
		race_fail("cannot clear soft-dirty bits", errno);
	close(fd);
}

static void protect_from_writes(void)
{
	/* With vfio-pci's handler in C the write would fault forever. */
	if ((rust || source.kind != &vfio_kind) && race_pick(2))
		track_writes();
	protect(PROT_READ);
}

TEST_F_TIMEOUT(guest, made_read_only_and_back, 3600)
{
	for_each_round(end) {
		change(_metadata, protect_from_writes);
		EXPECT_EQ(0, guest_read(part.at)) CONTEXT();
		EXPECT_NE(0, guest_write(part.at)) CONTEXT();
		EXPECT_EQ(0, dma(BAR_DMA_READ)) CONTEXT();
		protect(RW);
		EXPECT_EQ(0, dma(BAR_DMA_RW)) CONTEXT();
		EXPECT_EQ(0, guest_write(part.at)) CONTEXT();
		EXPECT_EQ(0, guest_read(part.at)) CONTEXT();
	}
}

static void inject(void)
{
	if (!sigsetjmp(refused, 0) && !poison_frame((source.phys + part.at) / PAGE_SIZE))
		race_fail("cannot poison the page", errno);
}

TEST_F_TIMEOUT(guest, poisoned, 3600)
{
	if (variant->kind == &vfio_kind)
		SKIP(return, "only the fake BAR can be poisoned");
	NEED(lacks_poison());
	for_each_round(end) {
		self->poisonable = pfnmap_follow_open();
		ASSERT_EQ(0, pfnmap_ioctl(self->poisonable, TEST_PFNMAP_POISONABLE, NULL));
		change(_metadata, inject);
		EXPECT_EQ(refusal_of(SIGBUS, BUS_MCEERR_AR), guest_read(part.at)) CONTEXT();
		/* Forgets the poison. */
		close(self->poisonable);
		self->poisonable = -1;
	}
}

TEST_HARNESS_MAIN
