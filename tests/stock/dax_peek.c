// SPDX-License-Identifier: GPL-2.0
/*
 * A debugger reads device DAX that the process has made inaccessible.
 */
#include <signal.h>
#include <unistd.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "dax.h"

static char *va;

static void be_traced(void)
{
	bar_read(va);
	CHECK_EQ(0, mprotect(va, PFNMAP_1G, PROT_NONE), "errno %d", errno);
	CHECK_EQ(0, ptrace(PTRACE_TRACEME), "errno %d", errno);
	raise(SIGSTOP);
}

/* Returns 0 if it is right. */
static int peek(void)
{
	pid_t pid = fork();

	if (!pid)
		be_traced();
	waitpid(pid, NULL, 0);
	return ptrace(PTRACE_PEEKDATA, pid, va, NULL) != (long)word(0);
}

int main(void)
{
	int status = -1;
	pid_t pid;

	va = dax_map();
	pid = fork();
	if (!pid)
		_exit(peek());
	sleep(10);
	CHECK_EQ(pid, waitpid(pid, &status, WNOHANG), "the read does not end");
	CHECK_EQ(0, status, "the word");
	return 0;
}
