// SPDX-License-Identifier: GPL-2.0
/*
 * What each page of an arena of addresses must do: spans of pages that are alike, in order.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "access.h"
#include "model.h"

void model_clear(struct model *m, __u64 size)
{
	m->size = size;
	m->count = 1;
	m->span[0] = (struct span) {};
}

__u64 span_end(const struct model *m, int i)
{
	return i + 1 < m->count ? m->span[i + 1].start : m->size;
}

int model_find(const struct model *m, __u64 at)
{
	int low = 0, high = m->count;

	while (high - low > 1) {
		int middle = (low + high) / 2;

		if (m->span[middle].start <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static struct state state_after(struct state s, __u64 bytes)
{
	s.offset += s.mapped ? bytes : 0;
	return s;
}

struct state model_at(const struct model *m, __u64 at)
{
	const struct span *span = &m->span[model_find(m, at)];

	return state_after(span->state, at - span->start);
}

int model_cut(struct model *m, __u64 at)
{
	int i = model_find(m, at);

	if (at == m->size)
		return m->count;
	if (m->span[i].start == at)
		return i;
	if (m->count == MODEL_SPANS)
		abort();
	memmove(&m->span[i + 2], &m->span[i + 1], (m->count - i - 1) * sizeof(m->span[0]));
	m->span[i + 1].start = at;
	m->span[i + 1].state = state_after(m->span[i].state, at - m->span[i].start);
	m->count++;
	return i + 1;
}

static bool states_alike(struct state a, struct state b)
{
	if (!a.mapped || !b.mapped)
		return a.mapped == b.mapped;
	return a.vma == b.vma && a.hole == b.hole && a.offset == b.offset;
}

void model_join(struct model *m)
{
	const struct span *last;
	int i, count = 1;

	for (i = 1; i < m->count; i++) {
		struct span next = m->span[i];

		last = &m->span[count - 1];
		if (last->state.birth != next.state.birth ||
		    !states_alike(state_after(last->state, next.start - last->start), next.state))
			m->span[count++] = next;
	}
	m->count = count;
}

void model_set(struct model *m, __u64 start, __u64 end, struct state s)
{
	int i = model_cut(m, start), j = model_cut(m, end);

	m->span[i].state = s;
	memmove(&m->span[i + 1], &m->span[j], (m->count - j) * sizeof(m->span[0]));
	m->count -= j - i - 1;
	model_join(m);
}

void model_unset(struct model *m, __u64 start, __u64 end)
{
	model_set(m, start, end, (struct state) {});
}

__u64 model_mapped_until(const struct model *m, __u64 at)
{
	int i = model_find(m, at);

	while (i < m->count && m->span[i].state.mapped)
		i++;
	return i < m->count ? m->span[i].start : m->size;
}

bool model_is_one(const struct model *m, __u64 start, __u64 end)
{
	const struct state first = model_at(m, start);
	int i;

	for (i = model_find(m, start) + 1; i < m->count && m->span[i].start < end; i++)
		if (!states_alike(state_after(first, m->span[i].start - start),
				  m->span[i].state))
			return false;
	return end <= m->size;
}

int model_refusal(struct state s, bool write)
{
	if (!s.mapped)
		return refusal_of(SIGSEGV, SEGV_MAPERR);
	if (!(s.prot & (write ? PROT_WRITE : PROT_READ)))
		return refusal_of(SIGSEGV, SEGV_ACCERR);
	return s.hole ? refusal_of(SIGBUS, BUS_ADRERR) : 0;
}
