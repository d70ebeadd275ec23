/* SPDX-License-Identifier: GPL-2.0-only */
/* The chains of this host as a screen shows them: who is in which slot, and what was decided. Reads what is pinned
 * and knows no component. */
#ifndef ECBPF_CHAIN_VIEW_H
#define ECBPF_CHAIN_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include "attachment.h"
#include "counters.h"
#include "interface.h"
#include "problem.h"
#include "reason_names.h"
#include "slot_table.h"

struct chain_view {
	char interface[INTERFACE_NAME_SIZE];
	struct problem problem; /* told: this one cannot be read, nothing below is there */
	struct attachment attachment;
	struct slot slots[ECBPF_PLACE_COUNT];
	struct counters counters;                    /* .total NULL: it has no chain, a NOP root */
	struct reason_names names[ECBPF_SLOT_COUNT]; /* what programs call their reasons */
};

struct chain_views {
	struct chain_view *views;
	size_t count;
};

/* The chains of `wanted`, or if that is empty all that have pins, by name (strverscmp(3)). One that cannot be read is told in its view.
 * Changes nothing and takes no lock: a loader that hangs must not keep anybody from looking. Release with
 * chain_views_free(), also after a failure: -ENOMEM, or that pins cannot be listed. */
int chain_views_read(struct chain_views *ret_views, const char *bpffs,
		     const struct interface_list *wanted, struct problem *problem);
void chain_views_free(struct chain_views *views);

/* Packets that a row, ECBPF_ROOT_ROW for what no slot decided, ended with an action since the last clear; with
 * any; and of all rows. */
uint64_t chain_view_action(const struct chain_view *view, unsigned int row, unsigned int action);
uint64_t chain_view_decided(const struct chain_view *view, unsigned int row);
uint64_t chain_view_action_all(const struct chain_view *view, unsigned int action);
/* Packets that reached a place since its program came or since the last clear. */
uint64_t chain_view_seen(const struct chain_view *view, unsigned int place);

/* How it is attached, for people: "native", "generic, frags", "not attached". */
const char *chain_view_state(const struct chain_view *view);
/* True if it does what its pins say. */
bool chain_view_is_attached(const struct chain_view *view);
/* Who is in a slot or the exit hook: "xdp_filter", "(unknown)", "(empty)"; who decided in a row: the same, or
 * "(undecided)" for ECBPF_ROOT_ROW, which is not the number of the exit hook's program. */
const char *chain_view_program(const struct chain_view *view, unsigned int place);
const char *chain_view_decider(const struct chain_view *view, unsigned int row);
/* What the program of a row calls a reason; NULL: nobody knows. */
const char *chain_view_reason(const struct chain_view *view, unsigned int row, unsigned int reason);
/* "drop" for XDP_DROP. */
const char *chain_view_verdict(unsigned int action);

#endif
