/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Device DAX: /dev/dax0.0, on the first range of memory that the machine has for it.
 */
#ifndef _LIB_DAX_H
#define _LIB_DAX_H

#include <linux/types.h>

/* Says what this machine lacks, or returns NULL. */
const char *lacks_dax(void);

/*
 * Opens it with leaves of @leaf bytes, which it keeps until the machine boots again. Its description
 * takes the first @leaf bytes of the memory.
 */
int dax_open(__u64 leaf);

#endif /* _LIB_DAX_H */
