/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_REPORT_H
#define BYPASS_REPORT_H

#include "bypass_state.h"
#include "report.h"

/* Reports a state: "host" (what the network namespace shares) and "interfaces", an object of objects by
 * name. The shape is the same whatever is attached. */
void bypass_report(struct report *report, const struct bypass_state *state);

/* Words for status, flows and explanations. */
const char *bypass_daemon_state_name(enum bypass_daemon_state state);
const char *bypass_family_name(unsigned int family); /* enum flow_family: "IPv4" */

#endif
