/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_REPORT_H
#define XDP_SAMPLER_REPORT_H

#include <stdbool.h>
#include "report.h"
#include "sampler_state.h"

/* The status of one interface: an object under its name. `each_cpu`: text, too, tells what each CPU has
 * done; JSON always does. */
void sampler_report(struct report *report, const struct sampler_state *state, bool each_cpu);

#endif
