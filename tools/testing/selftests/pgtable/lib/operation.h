/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What may be done to a part of a mapping, and what each page must do then.
 */
#ifndef _LIB_OPERATION_H
#define _LIB_OPERATION_H

#include "cut.h"

#define OPERATION(id, ...)	const struct operation id = { .name = #id, __VA_ARGS__ }
#define MADVISE(id, advice)	\
	OPERATION(madvise_##id, .run = run_madvise, .argument = advice)

/* A list ends in NULL. */
#define OPERATIONS(id, ...)	const struct operation *const id[] = { __VA_ARGS__, NULL }
#define for_each_operation(op, list) \
	for (const struct operation *const *__op = list, *op; (op = *__op); __op++)

/* Those of a system call are one list. */
extern const struct operation *const mprotects[], *const munmaps[], *const mremaps[];
extern const struct operation *const mmaps_over[], *const madvises[];

extern const struct operation mprotect_read;
extern const struct operation mprotect_none;
extern const struct operation munmap_part;
extern const struct operation mremap_shrink;
extern const struct operation mremap_move;
extern const struct operation mremap_move_by_pmd;
extern const struct operation mmap_over_by_bar;
extern const struct operation mmap_over_by_memory;
extern const struct operation mmap_over_by_remap_file_pages;
extern const struct operation madvise_random;
extern const struct operation madvise_dontfork;
extern const struct operation madvise_dontdump;
extern const struct operation zap_part;

char *part_at(struct cut *cut);
__u64 part_size(struct cut *cut);
struct cut_range before_part(const struct cut *cut);
struct cut_range after_part(const struct cut *cut);

/* mprotect(), and the run() of some operations: 0 or -errno. */
int protect(struct cut *cut, struct cut_range range, int prot);
int run_move(struct cut *cut);
int run_madvise(struct cut *cut);

/* Maps arena number @arena and makes it what it is before the operation; runs the operation. */
void cut_prepare(struct cut *cut, int arena);
void cut_operate(struct cut *cut);

/* Reads and writes the page at @at, which is refused with signal @sig or does as @access says. */
void check_refused(struct cut *cut, __u64 at, int sig);
void check_access(struct cut *cut, __u64 at, enum access access);

/* What the page at @at must do after the operation; checks this of all pages. */
enum access access_of(const struct cut *cut, __u64 at);
void check_pages(struct cut *cut);

/* The pages in and around the part are as they were at first. */
void check_all_writable(struct cut *cut);

/* The first grain from @grain on that is to be tested, or NULL. */
const struct grain *next_grain(const struct operation *op, const struct grain *grain);

#define for_each_grain(grain, op) \
	for (grain = next_grain(op, grains); grain; grain = next_grain(op, grain + 1))

/* Contents and protection of the pages at every grain. These must pass on every kernel. */
void check_operation(const struct operation *op);
void check_operations(const struct operation *const *list);

#endif /* _LIB_OPERATION_H */
