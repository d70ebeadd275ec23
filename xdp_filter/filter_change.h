/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of a loaded filter on one interface, live. Under the lock; whole or not at all. `slot`
 * may be PROGRAM_SLOT_ANY. */
#ifndef XDP_FILTER_CHANGE_H
#define XDP_FILTER_CHANGE_H

#include <stdint.h>
#include "filter_settings.h"
#include "problem.h"
#include "source_list.h"

struct filter_change {
	enum filter_change_kind {
		FILTER_CHANGE_SETTINGS,
		FILTER_CHANGE_ADD,     /* `sources`, each with its own action */
		FILTER_CHANGE_REMOVE,  /* exactly `sources`, whose action is `action` */
		FILTER_CHANGE_REPLACE, /* every source of `action` goes, `sources` come */
		FILTER_CHANGE_CLEAR,   /* every source goes */
	} kind;
	const struct filter_request *request; /* SETTINGS */
	const struct source_list *sources;    /* ADD, REMOVE, REPLACE; sorted */
	uint8_t action;
};

int filter_change(const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_change *change, struct problem *problem);

#endif
