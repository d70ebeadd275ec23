/* SPDX-License-Identifier: GPL-2.0-only */
/* What the walk tests and their programs tell each other, in the map "walk_exchange". */
#ifndef ECBPF_TESTS_WALK_EXCHANGE_H
#define ECBPF_TESTS_WALK_EXCHANGE_H

#include <linux/types.h>
#include "../../libcommon/abi/slots.h"

#define WALK_VISITS 16
#define WALK_EXIT 16    /* visitors that are no slots: the exit hook, */
#define WALK_CAPTURE 32 /* and the capture hook of action 0; others follow */

struct walk_order {
	__u32 is_final; /* 0: continue */
	__u32 action;
	__u32 reason;
};

struct walk_exchange {
	__u32 visits;
	__u8 visited[WALK_VISITS];           /* who ran, in this order */
	struct ecbpf_exit_note exit_note;    /* what the exit hook saw */
	struct ecbpf_exit_note capture_note; /* what a capture hook saw */
	struct walk_order order[ECBPF_SLOT_COUNT];
};

#endif
