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

/* Who acts on it. */
enum actor {
	CHILD,
	PARENT,
	ACTORS,
};

static struct cut cuts[ACTORS][GRAINS];
static int cases;

#define for_each_case(cut, actor) \
	for (cut = cuts[actor]; cut < cuts[actor] + cases; cut++)

static inline void open_case(struct __test_metadata *_metadata, split_t *self,
			     const struct operation *op, const struct grain *grain)
{
	int actor;

	for (actor = CHILD; actor < ACTORS; actor++) {
		cuts[actor][cases] = (struct cut) { .self = self, .op = op, .grain = grain };
		prepare(_metadata, &cuts[actor][cases], ACTORS * cases + actor);
	}
	cases++;
}

static inline void open_cases(struct __test_metadata *_metadata, split_t *self,
			      const struct operation *op)
{
	const struct grain *grain;

	cases = 0;
	for_each_grain(grain, op, self)
		if (grain->chosen)
			open_case(_metadata, self, op, grain);
}

static inline void close_cases(struct __test_metadata *_metadata)
{
	ASSERT_EQ(0, munmap(ARENAS, ACTORS * cases * ARENA_SIZE));
}

/* What the two do */

struct roles {
	void (*act)(struct __test_metadata *_metadata, struct cut *cut);
	void (*remember)(struct __test_metadata *_metadata, struct cut *cut);
	void (*look)(struct __test_metadata *_metadata, struct cut *cut);
};

static inline void act(struct __test_metadata *_metadata, const struct roles *roles,
		       enum actor actor)
{
	struct cut *cut;

	for_each_case(cut, actor)
		roles->act(_metadata, cut);
}

static inline void remember(struct __test_metadata *_metadata, const struct roles *roles,
			    enum actor actor)
{
	struct cut *cut;

	for_each_case(cut, actor)
		roles->remember(_metadata, cut);
}

/* @kb of tables there were before the other one acted. */
static inline void look(struct __test_metadata *_metadata, const struct roles *roles,
			enum actor actor, long kb)
{
	struct cut *cut;

	EXPECT_EQ(kb, table_kb());
	for_each_case(cut, actor)
		roles->look(_metadata, cut);
}

/* Wakes the other one up, if it still is. */
static inline void wake(int fd)
{
	char byte = 0;

	if (send(fd, &byte, 1, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		abort();
}

/* Waits for that, or for the end of the other one. */
static inline void await(int fd)
{
	char byte;

	if (read(fd, &byte, 1) < 0)
		abort();
}

static inline void join(struct __test_metadata *_metadata, pid_t pid)
{
	int status;

	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
}

static inline void be_child(struct __test_metadata *_metadata, const struct roles *roles, int fd)
{
	long kb;

	remember(_metadata, roles, PARENT);
	act(_metadata, roles, CHILD);
	kb = table_kb();
	wake(fd);
	await(fd);
	look(_metadata, roles, PARENT, kb);
	_exit(0);
}

/* First the child acts and its parent looks, then the other way round. */
static inline void both_ways(struct __test_metadata *_metadata, const struct roles *roles)
{
	int ends[2];
	pid_t pid;
	long kb;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	remember(_metadata, roles, CHILD);
	kb = table_kb();
	pid = fork();
	ASSERT_LE(0, pid);
	close(ends[!pid]);
	if (!pid)
		be_child(_metadata, roles, ends[0]);
	await(ends[1]);
	look(_metadata, roles, CHILD, kb);
	act(_metadata, roles, PARENT);
	wake(ends[1]);
	join(_metadata, pid);
	close(ends[1]);
}

static inline void check_family(struct __test_metadata *_metadata, split_t *self,
				const struct operation *const *list, const struct roles *roles)
{
	for_each_operation(op, list) {
		open_cases(_metadata, self, op);
		both_ways(_metadata, roles);
		close_cases(_metadata);
	}
}

#endif /* _HUGE_PFNMAP_FAMILY_H */
