/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_FILTER_REPORT_H
#define XDP_FILTER_REPORT_H

#include <stddef.h>
#include "filter_state.h"
#include "report.h"

/* Reports the state of one filter as an object of its interface's name. `earlier`, not taken: no drop
 * rate is told. Of the sources, the `entries` with the most hits are; 0: all. */
void filter_report(struct report *report, const struct filter_state *state,
		   const struct drop_sample *earlier, size_t entries);

#endif
