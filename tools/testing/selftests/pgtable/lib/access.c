// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses that the kernel may refuse by a signal.
 */
#include "access.h"
#include "level.h"

__thread sigjmp_buf refused;

static void on_refused(int sig, siginfo_t *info, void *context)
{
	siglongjmp(refused, refusal_of(sig, info->si_code));
}

int catch_refusals(void)
{
	struct sigaction action = {
		.sa_sigaction = on_refused,
		.sa_flags = SA_NODEFER | SA_SIGINFO,
	};

	return sigaction(SIGBUS, &action, NULL) ?: sigaction(SIGSEGV, &action, NULL);
}

int try_access(void *va, bool write, __u64 *value)
{
	int refusal = sigsetjmp(refused, 0);

	if (refusal)
		return refusal;
	if (write)
		bar_write(va, *value);
	else
		*value = bar_read(va);
	return 0;
}

int try_read(const void *va)
{
	__u64 value;

	return try_access((void *)va, false, &value) >> 8;
}

int try_write(void *va, __u64 value)
{
	return try_access(va, true, &value) >> 8;
}
