// SPDX-License-Identifier: GPL-2.0
/*
 * How a child ends.
 */
#include <sys/wait.h>

#include "child.h"

int child_status(pid_t pid)
{
	int status;

	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}
