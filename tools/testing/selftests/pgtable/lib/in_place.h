/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One operation on one part of a mapping: which entries and tables there are then, and that the
 * rest takes no fault. That is what splitting in place is for, and what dropping cannot give.
 */
#ifndef _LIB_IN_PLACE_H
#define _LIB_IN_PLACE_H

#include "operation.h"

/* What is mapped at @at of the arena must be by an entry of @level and the frames of @from. */
void check_cut_entry(struct cut *cut, __u64 at, __u64 from, enum pfnmap_level level, __u64 bits);

/* Bits of the entry at @at without those that say of which level it is. */
__u64 cut_bits_at(struct cut *cut, __u64 at);

/* Whether the operation changes bits, and those of a whole block that it was done to. */
bool changes_bits(const struct operation *op);
__u64 bits_of_block(const struct operation *op);

/*
 * The faults, and refusals, of writes to all of it. A child of fork() faults what it writes first,
 * of its own too, and what it has not accessed yet.
 */
long cut_settle(struct cut *cut);

/* Writes the pages that fork() has left to be copied: their faults are not to be counted. */
void write_own_pages(void);

/* The rest has the entries that a cut has left, or fork() has copied; the part has none. */
void check_rest_in_place(struct cut *cut);

/* Runs the operation. It leaves the bits of the part, or changes them to @inside. */
void check_case_in_place(struct cut *cut, const __u64 *inside);

/* Every grain. */
void check_operation_in_place(const struct operation *op);
void check_operations_in_place(const struct operation *const *list);

#endif /* _LIB_IN_PLACE_H */
