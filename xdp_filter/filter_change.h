/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of a loaded filter on one interface, live. Under the lock; whole or not at all. `slot`
 * may be FILTER_SLOT_ANY. */
#ifndef XDP_FILTER_CHANGE_H
#define XDP_FILTER_CHANGE_H

#include "drop_list.h"
#include "filter_attach.h"
#include "problem.h"

struct filter_change {
	enum filter_change_kind {
		FILTER_CHANGE_CONFIG,
		FILTER_CHANGE_ADD,    /* filter_maps_add() */
		FILTER_CHANGE_REMOVE, /* filter_maps_remove() */
		FILTER_CHANGE_CLEAR,  /* filter_maps_clear() */
	} kind;
	const struct filter_settings *settings; /* CONFIG */
	const struct drop_list *list;           /* ADD, REMOVE */
};

int filter_change(const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_change *change, struct problem *problem);

#endif
