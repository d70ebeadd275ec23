/* SPDX-License-Identifier: GPL-2.0-only */
/* `ecbpf doctor`: looks at the kernel, the rights, the configuration, the components and the interfaces, and says of
 * each whether it is fine, and if not what to type. Changes nothing. */
#ifndef ECBPF_DOCTOR_H
#define ECBPF_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include "component.h"
#include "interface.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of its JSON. */
#define DOCTOR_SCHEMA 1

struct doctor_options {
	const struct component *const *table; /* NULL-terminated: the table of component.h */
	const char *bpffs;
	const char *config; /* configuration file; NULL: the standard one, if it is there */
	const struct interface_list
		*interfaces; /* empty: those of the configuration and those attached */
};

/* Reports "host", "configuration" and "components" as arrays, "interfaces" as an object of arrays by name, and
 * "blocking" and "warnings", how many. *ret_blocking is the same number. Fails only if it cannot look at all. */
int doctor_report(struct report *report, const struct doctor_options *options, size_t *ret_blocking,
		  struct problem *problem);

/* The verb: on stdout, as JSON or as text. -EUCLEAN with the number told if anything is blocking. */
int doctor_run(const struct doctor_options *options, bool json, struct problem *problem);

#endif
