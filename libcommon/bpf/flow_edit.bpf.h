/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes flows in place: a map update from user space would replace the element, and what packets
 * count in the old one meanwhile would be lost. Kernel side only. */
#ifndef ECBPF_FLOW_EDIT_BPF_H
#define ECBPF_FLOW_EDIT_BPF_H

#include "flow_maps.bpf.h"

static __always_inline void add_counts(struct flow_value *flow, const struct flow_edit *edit)
{
	__sync_fetch_and_add(&flow->other_counts.packets, edit->counts.packets);
	__sync_fetch_and_add(&flow->other_counts.bytes, edit->counts.bytes);
	if (edit->counts.last > flow->other_counts.last)
		flow->other_counts.last = edit->counts.last;
	if (edit->first && (!flow->first || edit->first < flow->first))
		flow->first = edit->first;
}

static __always_inline void flow_edit_apply(struct flow_edit *edit)
{
	struct flow_key key = edit->key;
	struct flow_value *flow = flow_find(&key, edit->table, key.family);

	edit->found = flow != NULL;
	if (!flow)
		return;
	if (edit->what & FLOW_EDIT_NEXTHOP)
		*(volatile __u32 *)&flow->nexthop = edit->nexthop;
	if (edit->what & FLOW_EDIT_FLAGS)
		*(volatile __u16 *)&flow->flags =
			(flow->flags & ~edit->clear_flags) | edit->set_flags;
	if (edit->what & FLOW_EDIT_EPOCH)
		*(volatile __u32 *)&flow->epoch = edit->epoch;
	if (edit->what & FLOW_EDIT_COUNTS)
		add_counts(flow, edit);
}

/* All of a program that is run with BPF_PROG_TEST_RUN, never attached: the "packet" is an array of struct
 * flow_edit. Returns XDP_PASS, or XDP_ABORTED if it is not whole. */
static __always_inline int flow_edit_run(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct flow_edit *edit = (void *)(long)ctx->data;

	for (int i = 0; i < FLOW_EDIT_LIMIT; i++, edit++) {
		if ((void *)edit == end)
			return XDP_PASS;
		if ((void *)(edit + 1) > end)
			return XDP_ABORTED;
		flow_edit_apply(edit);
	}
	return (void *)edit == end ? XDP_PASS : XDP_ABORTED;
}

#endif
