// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that are poisoned, by hwpoison-inject, and the signals that tell of it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "level.h"
#include "need.h"
#include "poison.h"

#define CORRUPT_PFN	"/sys/kernel/debug/hwpoison/corrupt-pfn"

int signals;

static siginfo_t last;

const char *lacks_poison(void)
{
	return lacks(CORRUPT_PFN, "CONFIG_HWPOISON_INJECT");
}

bool poison_frame(__u64 pfn)
{
	int fd = open(CORRUPT_PFN, O_WRONLY | O_CLOEXEC);
	int ret = dprintf(fd, "%llu", pfn);

	close(fd);
	return ret > 0;
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	last = *info;
	signals++;
}

static void on_access(int sig, siginfo_t *info, void *context)
{
	on_signal(sig, info, context);
	siglongjmp(refused, refusal_of(sig, info->si_code));
}

static int handle_signals(void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = {
		.sa_sigaction = handler,
		.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER,
	};

	signals = 0;
	return sigaction(SIGBUS, &action, NULL) ?: sigaction(SIGSEGV, &action, NULL);
}

int note_signals(void)
{
	return handle_signals(on_signal);
}

int catch_signals(void)
{
	return handle_signals(on_access);
}

bool last_was_for(int code, const void *va, __u64 size)
{
	return last.si_signo == SIGBUS && last.si_code == code && last.si_addr == va &&
	       1ULL << last.si_addr_lsb == size;
}

bool last_was(int code, const void *va)
{
	return last_was_for(code, va, PAGE_SIZE);
}
