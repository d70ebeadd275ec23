/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_STATUS_REPORT_H
#define ECBPF_STATUS_REPORT_H

#include "component.h"
#include "report.h"
#include "status_wanted.h"

/* The status for programs: "configuration", "components" by name, each with what its own --status --json says under
 * "status", and "sick". A component that cannot be read has a "problem" and counts as sick. */
void status_report(struct report *report, const struct component *const *table, const char *bpffs,
		   const struct status_wanted *wanted, unsigned int *ret_sick);

#endif
