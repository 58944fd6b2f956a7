// SPDX-License-Identifier: GPL-2.0
/*
 * A child of fork() may lack a private page of 1 GiB of hugetlb, and read zeros instead. Counts such
 * children.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/mman.h>

#define GIB	(1UL << 30)
#define FORKS	3000
#define POOL	"/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"

/* Frees pages of the kernel whose struct page holds something. */
static void churn(void)
{
	int fds[200][2], i;

	for (i = 0; i < 200 && !pipe(fds[i]); i++)
		if (write(fds[i][1], "", 1) != 1)
			exit(2);
	while (i--) {
		close(fds[i][0]);
		close(fds[i][1]);
	}
}

int main(void)
{
	int fd = open(POOL, O_WRONLY), i, status, lost = 0, others = 0;
	long *page;

	if (write(fd, "2", 1) != 1)
		return 2;	/* one for the page, and one for a copy */
	page = mmap((void *)(300 * GIB), GIB, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_1GB | MAP_FIXED, -1, 0);
	if (page == MAP_FAILED)
		return 3;
	*page = 1;
	for (i = 0; i < FORKS && lost + others < 20; i++) {
		pid_t pid;

		churn();
		pid = fork();
		if (pid < 0)
			return 4;
		if (!pid)
			_exit(*page != 1);
		if (waitpid(pid, &status, 0) != pid)
			return 5;
		lost += status == 1 << 8;
		others += status && status != 1 << 8;
	}
	printf("%d of %d children read another word, %d could not read\n", lost, i, others);
	return lost || others;
}
