// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit program, compat/map.c, which a test has within it and starts.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "compat.h"
#include "level.h"

/* What compat/map.c was compiled to, byte by byte; only where there is a compiler for it. */
static const unsigned char program[] = {
#if __has_include("compat_program.h")
#include "compat_program.h"
#endif
};

/* What mmap2() counts in, whatever a page is. */
#define MMAP2_UNIT	4096

/* The status of a child that exec() refused as what it does not know. */
#define UNKNOWN	126

/* Becomes the program; with @request -1 only to see whether that is possible. */
static void __noreturn become_compat(unsigned long persona, int request, int answer, int file)
{
	char * const argv[] = { "compat", NULL }, * const envp[] = { NULL };
	int exe = memfd_create("compat", MFD_CLOEXEC);

	/* None of them is one of those that the program has. */
	request = fcntl(request, F_DUPFD_CLOEXEC, 10);
	answer = fcntl(answer, F_DUPFD_CLOEXEC, 10);
	file = fcntl(file, F_DUPFD_CLOEXEC, 10);
	exe = fcntl(exe, F_DUPFD_CLOEXEC, 10);
	close(COMPAT_REQUEST);
	dup2(request, COMPAT_REQUEST);
	dup2(answer, COMPAT_ANSWER);
	dup2(file, COMPAT_FILE);
	if (write(exe, program, sizeof(program)) != sizeof(program) || personality(persona) < 0)
		_exit(1);
	fexecve(exe, argv, envp);
	_exit(errno == ENOEXEC ? UNKNOWN : 1);
}

const char *lacks_compat(void)
{
	pid_t pid;

	if (!sizeof(program))
		return "built without a compiler for 32-bit programs";
	pid = fork();
	/* It finds no request, and exits with 1. */
	if (!pid)
		become_compat(0, -1, -1, -1);
	return child_status(pid) == W_EXITCODE(UNKNOWN, 0) ?
	       "this kernel, or the CPU, runs no 32-bit programs" : NULL;
}

struct compat_answer compat_map(unsigned long persona, int file, __u64 offset, __u32 size)
{
	const struct compat_request request = { .size = size, .pgoff = offset / MMAP2_UNIT };
	struct compat_answer answer;
	int to[2], from[2];
	pid_t pid;

	CHECK(!pipe2(to, O_CLOEXEC) && !pipe2(from, O_CLOEXEC), "errno %d", errno);
	CHECK_EQ(sizeof(request), write(to[1], &request, sizeof(request)), "errno %d", errno);
	pid = fork();
	if (!pid)
		become_compat(persona, to[0], from[1], file);
	CHECK_EQ(0, child_status(pid), "a 32-bit program");
	CHECK_EQ(sizeof(answer), read(from[0], &answer, sizeof(answer)), "errno %d", errno);
	close(to[0]);
	close(to[1]);
	close(from[0]);
	close(from[1]);
	return answer;
}
