/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two processes with the same mappings: one acts on its own, and the other one looks on.
 */
#ifndef _HUGE_PFNMAP_FAMILY_H
#define _HUGE_PFNMAP_FAMILY_H

#include <sys/socket.h>
#include <sys/wait.h>

#include "huge_pfnmap_in_place.h"

/* What both have before, each case in an arena of its own */

static struct cut cuts[GRAINS];
static int cases;

#define for_each_case(cut)	for (cut = cuts; cut < cuts + cases; cut++)

static inline void open_cases(struct __test_metadata *_metadata, split_t *self,
		       const struct operation *op)
{
	const struct grain *grain;

	cases = 0;
	for_each_grain(grain, op, self) {
		if (!grain->chosen)
			continue;
		cuts[cases] = (struct cut) { .self = self, .op = op, .grain = grain };
		prepare(_metadata, &cuts[cases], cases);
		cases++;
	}
}

static inline void close_cases(struct __test_metadata *_metadata)
{
	struct cut *cut;

	for_each_case(cut)
		cut_close(_metadata, cut);
}

/* What the two do */

struct roles {
	void (*act)(struct __test_metadata *_metadata, struct cut *cut);
	void (*remember)(struct __test_metadata *_metadata, struct cut *cut);
	void (*look)(struct __test_metadata *_metadata, struct cut *cut);
};

static inline void act(struct __test_metadata *_metadata, const struct roles *roles)
{
	struct cut *cut;

	for_each_case(cut)
		roles->act(_metadata, cut);
}

/* Returns how many kB of tables there are. */
static inline long remember(struct __test_metadata *_metadata, const struct roles *roles)
{
	struct cut *cut;

	for_each_case(cut)
		roles->remember(_metadata, cut);
	return table_kb();
}

static inline void look(struct __test_metadata *_metadata, const struct roles *roles, long kb)
{
	struct cut *cut;

	EXPECT_EQ(kb, table_kb());
	for_each_case(cut)
		roles->look(_metadata, cut);
}

/* Waits for the other one, or for its end. */
static inline void meet(int fd)
{
	char byte = 0;

	if (write(fd, &byte, 1) == 1 && read(fd, &byte, 1) < 0)
		abort();
}

static inline void join(struct __test_metadata *_metadata, pid_t pid)
{
	int status;

	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
}

static inline void child_acts(struct __test_metadata *_metadata, const struct roles *roles)
{
	const long kb = remember(_metadata, roles);
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		act(_metadata, roles);
		_exit(0);
	}
	join(_metadata, pid);
	look(_metadata, roles, kb);
}

static inline void parent_acts(struct __test_metadata *_metadata, const struct roles *roles)
{
	int ends[2];
	pid_t pid;
	long kb;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	pid = fork();
	ASSERT_LE(0, pid);
	close(ends[!pid]);
	if (!pid) {
		kb = remember(_metadata, roles);
		meet(ends[0]);
		meet(ends[0]);
		look(_metadata, roles, kb);
		_exit(0);
	}
	meet(ends[1]);
	act(_metadata, roles);
	meet(ends[1]);
	join(_metadata, pid);
	close(ends[1]);
}

static inline void both_ways(struct __test_metadata *_metadata, split_t *self,
		      const struct operation *const *list, const struct roles *roles)
{
	for_each_operation(op, list) {
		open_cases(_metadata, self, op);
		child_acts(_metadata, roles);
		close_cases(_metadata);
		open_cases(_metadata, self, op);
		parent_acts(_metadata, roles);
		close_cases(_metadata);
	}
}

#endif /* _HUGE_PFNMAP_FAMILY_H */
