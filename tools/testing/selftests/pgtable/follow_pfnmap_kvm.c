// SPDX-License-Identifier: GPL-2.0
/*
 * A BAR as guest memory: KVM follows the mapping whenever a guest faults on it.
 */
#define _GNU_SOURCE
#include "lib/follow.h"
#include "lib/kvm.h"
#include "lib/stage2.h"

#define follow_t	FIXTURE_DATA(follow)

/* Reports a skipped test and returns false where there is no KVM. */
static bool need_vm_at(struct __test_metadata *_metadata, struct pfnmap_vm *vm, __u64 gpa, void *va,
		       __u64 size)
{
	int ret = vm_open(vm);

	if (ret == -ENOENT)
		SKIP(return false, "no /dev/kvm in this kernel");
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, vm_slot(vm, 1, gpa, va, size));
	return true;
}

static bool need_vm(struct __test_metadata *_metadata, struct pfnmap_vm *vm, void *va, __u64 size)
{
	return need_vm_at(_metadata, vm, VM_BAR, va, size);
}

#define EXPECT_GUEST_READ(vm, at, expected) do {			\
	__u64 _value;							\
									\
	EXPECT_EQ(0, vm_read(vm, VM_BAR + (at), &_value));		\
	EXPECT_EQ((__u64)(expected), _value)				\
		TH_LOG("at %llx", (unsigned long long)(at));		\
} while (0)

TEST_F(follow, kvm_reads_and_writes)
{
	const __u64 page[] = {
		0, 8, self->block - 8, self->block, self->size / 2 - 8, self->size / 2,
		self->size - PAGE_SIZE, self->size - 8,
	};
	struct pfnmap_vm vm;
	unsigned int i;

	if (!need_vm(_metadata, &vm, self->va, self->size))
		return;
	for (i = 0; i < ARRAY_SIZE(page); i++)
		bar_write(self->va + page[i], word(page[i]));
	for (i = 0; i < ARRAY_SIZE(page); i++)
		EXPECT_GUEST_READ(&vm, page[i], word(page[i]));
	for (i = 0; i < ARRAY_SIZE(page); i++)
		EXPECT_EQ(0, vm_write(&vm, VM_BAR + page[i], ~word(page[i])));
	for (i = 0; i < ARRAY_SIZE(page); i++)
		EXPECT_EQ(~word(page[i]), bar_read(self->va + page[i]));
}

/* Each block of a slot at @shift from where it would fit gets one entry of @expected. */
static void check_second_stage(struct __test_metadata *_metadata, follow_t *self, __u64 shift,
			       enum pfnmap_level expected)
{
	const __s64 blocks = self->size / self->block;
	struct pfnmap_entries before, after;
	enum pfnmap_level level;
	struct pfnmap_vm vm;
	__u64 at;
	int ret;

	if (!need_vm_at(_metadata, &vm, VM_BAR + shift, self->va, self->size))
		return;
	for (at = 0; at < self->size; at += self->block)
		bar_write(self->va + at, word(at));
	/* The first one maps the code, too. */
	EXPECT_GUEST_READ(&vm, shift, word(0));
	ret = stage2_entries(getpid(), VM_BAR + shift, self->size, &before);
	if (ret == -ENOENT)
		SKIP(return, "KVM does not say: no debugfs, or no CONFIG_PTDUMP_STAGE2_DEBUGFS");
	ASSERT_EQ(0, ret);
	for (at = self->block; at < self->size; at += self->block)
		EXPECT_GUEST_READ(&vm, shift + at, word(at));
	ASSERT_EQ(0, stage2_entries(getpid(), VM_BAR + shift, self->size, &after));
	for (level = PFNMAP_PTE; level <= PFNMAP_PUD; level++) {
		EXPECT_EQ(level == expected ? blocks - 1 : 0, after.of[level] - before.of[level])
			TH_LOG("at level %d", level);
	}
}

/* KVM maps the guest at the size of the host's entries. */
TEST_F(follow, kvm_second_stage)
{
	check_second_stage(_metadata, self, 0, self->level);
}

/* If guest and host addresses differ by less than that, at the next smaller size. */
TEST_F(follow, kvm_second_stage_of_a_shifted_slot)
{
	const enum pfnmap_level below = self->level == PFNMAP_PTE ? PFNMAP_PTE : self->level - 1;

	check_second_stage(_metadata, self, pfnmap_size(below), below);
}

/* The guest's fault maps the block for the process too. */
TEST_F(follow, kvm_untouched)
{
	struct pfnmap_vm vm;
	long before;
	__u64 value;

	if (!need_vm(_metadata, &vm, self->va, self->size))
		return;
	ASSERT_EQ(0, vm_read(&vm, VM_BAR + self->block, &value));
	before = pfnmap_faults();
	EXPECT_EQ(value, bar_read(self->va + self->block));
	EXPECT_EQ(before, pfnmap_faults());
}

TEST_F(follow, kvm_read_only)
{
	char *va = bar_map(&self->bar, variant->level, PROT_READ, 0, self->size);
	struct pfnmap_vm vm;

	ASSERT_NE(MAP_FAILED, va);
	if (!need_vm(_metadata, &vm, va, self->size))
		return;
	bar_write(self->va, word(0));
	EXPECT_GUEST_READ(&vm, 0, word(0));
	EXPECT_NE(0, vm_write(&vm, VM_BAR, ~word(0)));
	EXPECT_EQ(word(0), bar_read(self->va));
	EXPECT_NE(0, vm_write(&vm, VM_BAR + self->block, ~word(0)));
}

/* The guest loses what the process loses. */
TEST_F(follow, kvm_follows_the_mapping)
{
	const __u64 shift = PFNMAP_1G;
	struct pfnmap_vm vm;
	__u64 value;

	if (!need_vm(_metadata, &vm, self->va, self->size))
		return;
	bar_write(self->va, word(0));
	EXPECT_GUEST_READ(&vm, 0, word(0));
	ASSERT_EQ(0, bar_decode_off(&self->bar));
	EXPECT_EQ(-EFAULT, vm_read(&vm, VM_BAR, &value));
	ASSERT_EQ(0, bar_decode_on(&self->bar));
	EXPECT_GUEST_READ(&vm, 0, word(0));
	ASSERT_EQ(self->va, bar_map_at(&self->bar, self->va, RW, shift, self->size));
	bar_write(self->va, word(shift));
	EXPECT_GUEST_READ(&vm, 0, word(shift));
	ASSERT_EQ(self->va, bar_map_at(&self->bar, self->va, RW, 0, self->size));
	EXPECT_GUEST_READ(&vm, 0, word(0));
	ASSERT_EQ(0, munmap(self->va, self->size));
	EXPECT_NE(0, vm_read(&vm, VM_BAR, &value));
}

/* The first half of the BAR as memory of a guest, at an address that changes. */
struct slot {
	struct pfnmap_vm vm;
	char *va;
	__u64 size;
	__u64 step;	/* from one word that the process has written to the next */
	__u64 gpa;	/* or NOWHERE */
	__u64 last;	/* the last address, also where the slot is removed */
};

#define NOWHERE	(~0ULL)

static __u64 word_of_slot(const struct slot *slot, __u64 gpa)
{
	return word(gpa - slot->gpa);
}

static bool in_slot(const struct slot *slot, __u64 gpa)
{
	return slot->gpa != NOWHERE && slot->gpa <= gpa && gpa < slot->gpa + slot->size;
}

static void check_write(struct __test_metadata *_metadata, struct slot *slot, __u64 gpa)
{
	char *va = slot->va + (gpa - slot->gpa);

	EXPECT_EQ(0, vm_write(&slot->vm, gpa, ~word_of_slot(slot, gpa)));
	EXPECT_EQ(~word_of_slot(slot, gpa), bar_read(va))
		TH_LOG("a write to %llx", (unsigned long long)gpa);
	bar_write(va, word_of_slot(slot, gpa));
}

/* The guest sees the BAR where the slot is now, and nothing elsewhere. */
static void check_address(struct __test_metadata *_metadata, struct slot *slot, __u64 gpa)
{
	__u64 value;

	if (!in_slot(slot, gpa)) {
		EXPECT_EQ(1, vm_write(&slot->vm, gpa, 0));
		EXPECT_EQ(1, vm_read(&slot->vm, gpa, &value))
			TH_LOG("%llx, with the slot at %llx", (unsigned long long)gpa,
			       (unsigned long long)slot->gpa);
		return;
	}
	EXPECT_EQ(0, vm_read(&slot->vm, gpa, &value));
	EXPECT_EQ(word_of_slot(slot, gpa), value)
		TH_LOG("a read of %llx", (unsigned long long)gpa);
	check_write(_metadata, slot, gpa);
}

/* Words at the ends of blocks and in the middle, of the slot as it lies at @gpa. */
static void check_slot_at(struct __test_metadata *_metadata, struct slot *slot, __u64 gpa)
{
	const __u64 at[] = {
		0, slot->step, slot->size / 2 - slot->step, slot->size / 2,
		slot->size - slot->step,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(at); i++)
		check_address(_metadata, slot, gpa + at[i]);
}

static void change_slot(struct __test_metadata *_metadata, struct slot *slot, __u64 gpa)
{
	const __u64 size = gpa == NOWHERE ? 0 : slot->size;
	const __u64 before = slot->last;
	__u64 at;

	if (size)
		slot->last = gpa;
	ASSERT_EQ(0, vm_slot(&slot->vm, 1, slot->last, slot->va, size));
	slot->gpa = gpa;
	check_slot_at(_metadata, slot, before);
	check_slot_at(_metadata, slot, slot->last);
	for (at = 0; at < slot->size; at += slot->step)
		ASSERT_EQ(word(at), bar_read(slot->va + at));
}

/*
 * Moves the slot by a GiB; by less than a block, where KVM can only map it by smaller ones and an old
 * entry would show other contents; and back.
 */
static void check_moves(struct __test_metadata *_metadata, follow_t *self, bool remove_first)
{
	const __u64 below = pfnmap_size(self->level == PFNMAP_PTE ? PFNMAP_PTE : self->level - 1);
	const __u64 address[] = { VM_BAR + PFNMAP_1G, VM_BAR + PFNMAP_1G + below, VM_BAR };
	struct slot slot = {
		.va = self->va, .size = self->size / 2, .step = below, .gpa = VM_BAR,
		.last = VM_BAR,
	};
	unsigned int i;
	__u64 at;

	if (!need_vm_at(_metadata, &slot.vm, VM_BAR, self->va, slot.size))
		return;
	for (at = 0; at < slot.size; at += slot.step)
		bar_write(slot.va + at, word(at));
	check_slot_at(_metadata, &slot, VM_BAR);
	for (i = 0; i < ARRAY_SIZE(address); i++) {
		if (remove_first)
			change_slot(_metadata, &slot, NOWHERE);
		change_slot(_metadata, &slot, address[i]);
	}
}

TEST_F(follow, kvm_slot_removed_and_added)
{
	check_moves(_metadata, self, true);
}

TEST_F(follow, kvm_slot_moved)
{
	check_moves(_metadata, self, false);
}

TEST_HARNESS_MAIN
