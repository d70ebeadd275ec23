/* SPDX-License-Identifier: GPL-2.0-only */
/* A state as a status reads it, without a kernel. */
#ifndef BYPASS_TESTS_CRAFTED_STATE_H
#define BYPASS_TESTS_CRAFTED_STATE_H

#include "bypass_state.h"

#define CRAFTED_SECOND 1000000000ULL

/* Two interfaces, "eth0" and "eth1.5", a next hop that works and one that does not, and no complaints yet.
 * Free with bypass_state_free(). */
struct bypass_state crafted_state(void);

/* What the remarks' disagreements, or notes, have with this in it; NULL: none. */
const char *crafted_disagreement(const struct bypass_remarks *remarks, const char *text);
const char *crafted_note(const struct bypass_remarks *remarks, const char *text);

#endif
