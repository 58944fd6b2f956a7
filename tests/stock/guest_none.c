// SPDX-License-Identifier: GPL-2.0
/*
 * A guest reads a BAR that its process has made inaccessible.
 */
#include <signal.h>
#include <unistd.h>

#include "bar.h"
#include "lib/kvm.h"

static void on_alarm(int sig)
{
	static const char text[] = "# the guest faults forever\n";

	_exit(write(2, text, sizeof(text) - 1) > 0);
}

int main(void)
{
	char *va = map_blocks(PFNMAP_PMD, 1);
	struct pfnmap_vm vm;
	__u64 value;
	int ret;

	CHECK_EQ(0, vm_open(&vm), "cannot open /dev/kvm");
	CHECK_EQ(0, vm_slot(&vm, 1, VM_BAR, va, PMD_SIZE), "the slot");
	bar_write(va, word(1));
	CHECK_EQ(0, vm_read(&vm, VM_BAR, &value), "the first read");
	CHECK_EQ(word(1), value, "the first read");
	CHECK_EQ(0, mprotect(va, PMD_SIZE, PROT_NONE), "errno %d", errno);
	signal(SIGALRM, on_alarm);
	alarm(10);
	ret = vm_read(&vm, VM_BAR, &value);
	CHECK(ret, "the guest still reads %#llx", value);
	CHECK_EQ(-EFAULT, ret, "the second read");
	return 0;
}
