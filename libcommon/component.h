/* SPDX-License-Identifier: GPL-2.0-only */
/* What a component says about itself to whoever serves all of them: its own tool (component_verbs.h) and the
 * front door `ecbpf`, which is linked with every component. A folder that has a file COMPONENT_component.c
 * defines `const struct component COMPONENT_component` there, and is in the table by that. */
#ifndef ECBPF_COMPONENT_H
#define ECBPF_COMPONENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "config_file.h"
#include "config_schema.h"
#include "findings.h"
#include "interface.h"
#include "metrics.h"
#include "problem.h"
#include "report.h"

#define COMPONENT_HEADLINE_SIZE 160

struct component_apply {
	const char *bpffs;
	const char *config;                      /* path of the configuration file */
	const struct interface_list *interfaces; /* where it is wanted, resolved; may be empty */
};

struct component {
	const char *name; /* the folder's, the section's of the configuration file, of its metrics */
	const char *tool; /* its program: "xdp_root_loader" */
	bool has_slot;    /* needs the chain on the interface */

	/* Declares every key that its section of the configuration file may have. */
	void (*schema)(struct config_schema *schema);

	/* Reads its section whole, with the list files that it names, and throws it away: every error of the
	 * content goes to `errors`. `section` is never NULL. 0, or what kept it from reading (-ENOMEM). */
	int (*check)(const struct config_file *file, const struct config_value *section,
		     struct config_errors *errors, struct problem *problem);

	/* NULL: host_config.h finds them. Else where the file wants it, in its own way: as host_config_wanted_in(). */
	int (*interfaces)(const struct config_file *file, bool *ret_wanted,
			  struct interface_list *ret_interfaces, unsigned int *ret_missing,
			  struct problem *problem);

	/* Attaches where it is wanted and not there yet, then does what --reload does wherever it is attached and
	 * wanted. Prints what changed. What is attached and not wanted is left alone, and told on `out`. */
	int (*apply)(FILE *out, const struct component_apply *wish, struct problem *problem);

	/* What --status --json prints, inside of an object that is open. *ret_sick: places where it does not do
	 * what it was told to. 0 also where it is not attached anywhere. */
	int (*status)(struct report *report, const char *bpffs, unsigned int *ret_sick,
		      struct problem *problem);

	/* One line for a screen with all components, without its name: "5 sources, 120 dropped". -ENOENT: it is
	 * not attached anywhere, nothing told; -EUCLEAN: sick, the line says what is wrong. */
	int (*headline)(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
			struct problem *problem);

	/* Adds every counter and gauge it has; of the chain (slots, verdicts, reasons) the root does. */
	int (*metrics)(struct metrics *metrics, const char *bpffs, struct problem *problem);

	/* May be NULL. Adds what of this host or its set-up keeps the component from its work, for `ecbpf doctor`; changes
	 * nothing. 0, or what kept it from looking. */
	int (*examine)(struct findings *findings, const char *bpffs, struct problem *problem);
};

/* NULL-terminated, the root first, then by slot, then by name. Only the front door is linked with it. */
extern const struct component *const components[];

#endif
