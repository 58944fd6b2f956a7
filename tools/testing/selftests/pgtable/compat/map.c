// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit program that maps a file where the kernel likes, reads a word of it, and writes it.
 *
 * It has no C library: few 64-bit systems have one of 32 bits. The numbers of these system calls
 * are the same on i386 and arm.
 */
#include "map.h"

#define SYS_EXIT	1
#define SYS_READ	3
#define SYS_WRITE	4
#define SYS_MMAP2	192

#define MAP_SHARED	1
#define RW		3

#ifdef __i386__

static uint32_t sixth;

static uint32_t call(uint32_t number, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
		     uint32_t f)
{
	uint32_t ret;

	/* The sixth argument goes into the frame pointer, which cannot be an operand. */
	sixth = f;
	asm volatile("push %%ebp; mov %7, %%ebp; int $0x80; pop %%ebp" : "=a" (ret)
		     : "0" (number), "b" (a), "c" (b), "d" (c), "S" (d), "D" (e), "m" (sixth)
		     : "memory");
	return ret;
}

#else

static uint32_t call(uint32_t number, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
		     uint32_t f)
{
	register uint32_t r7 asm("r7") = number;
	register uint32_t r0 asm("r0") = a;
	register uint32_t r1 asm("r1") = b;
	register uint32_t r2 asm("r2") = c;
	register uint32_t r3 asm("r3") = d;
	register uint32_t r4 asm("r4") = e;
	register uint32_t r5 asm("r5") = f;

	asm volatile("svc 0" : "+r" (r0)
		     : "r" (r7), "r" (r1), "r" (r2), "r" (r3), "r" (r4), "r" (r5) : "memory");
	return r0;
}

#endif

static uint32_t transfer(uint32_t number, uint32_t file, void *data, uint32_t size)
{
	return call(number, file, (uintptr_t)data, size, 0, 0, 0);
}

void _start(void)
{
	struct compat_request request;
	struct compat_answer answer;
	uint32_t *first;

	if (transfer(SYS_READ, COMPAT_REQUEST, &request, sizeof(request)) != sizeof(request))
		call(SYS_EXIT, 1, 0, 0, 0, 0, 0);
	answer.address = call(SYS_MMAP2, 0, request.size, RW, MAP_SHARED, COMPAT_FILE,
			      request.pgoff);
	answer.seen = 0;
	/* What is higher is -errno. */
	if (answer.address < -4095U) {
		first = (uint32_t *)(uintptr_t)answer.address;
		answer.seen = __atomic_load_n(first, __ATOMIC_RELAXED);
		__atomic_store_n(first, ~answer.seen, __ATOMIC_RELAXED);
	}
	transfer(SYS_WRITE, COMPAT_ANSWER, &answer, sizeof(answer));
	call(SYS_EXIT, 0, 0, 0, 0, 0, 0);
}
