/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs and options that every component's tool has, done from its struct component:
 *	--check-config [--config FILE]   all errors of its section at once; exit status 0: none
 *	--metrics                        its metrics as OpenMetrics text
 *	--wanted [--config FILE]         exit status 1: the configuration does not want it (ExecCondition= of its units)
 *	--configured (with --attach, --reload)  at the interfaces where the configuration file wants it
 *	--attached (with --detach)              wherever it is attached in this network namespace
 *
 * `config` is everywhere what --config gave; NULL: it was not given, the standard file is meant. That one need not be
 * there (nothing is wanted then); a file that was given must be. */
#ifndef ECBPF_COMPONENT_VERBS_H
#define ECBPF_COMPONENT_VERBS_H

#include <stdbool.h>
#include "command_line.h"
#include "component.h"
#include "option_rows.h"

#define VERB_ROW_CHECK_CONFIG(run_)                                                                \
	{                                                                                          \
		.name = "check-config",                                                            \
		.help = "show all errors of its section in the configuration file", .run = (run_)  \
	}

#define VERB_ROW_METRICS(run_)                                                                     \
	{                                                                                          \
		.name = "metrics", .help = "show counters as OpenMetrics text", .run = (run_)      \
	}

#define VERB_ROW_WANTED(run_)                                                                      \
	{                                                                                          \
		.name = "wanted",                                                                  \
		.help = "fail (exit status 1) if the configuration file does not want it here",    \
		.run = (run_)                                                                      \
	}

/* bool configured */
#define OPTION_ROW_CONFIGURED(type, verbs_)                                                        \
	{                                                                                          \
		.name = "configured", .kind = OPTION_FLAG, .offset = offsetof(type, configured),   \
		.help = "at the interfaces where the configuration file wants it",                 \
		.verbs = (verbs_)                                                                  \
	}

/* bool attached */
#define OPTION_ROW_ATTACHED(type, verbs_)                                                          \
	{                                                                                          \
		.name = "attached", .kind = OPTION_FLAG, .offset = offsetof(type, attached),       \
		.help = "wherever it is attached", .verbs = (verbs_)                               \
	}

/* *ret_file NULL: there is none, and need not be. */
int component_open_config(const char *config, struct config_file **ret_file,
			  struct problem *problem);

/* Errors one per line on stderr, then -EINVAL with "PATH: N errors". 0: "PATH: fine" on stdout, or "PATH: no section
 * NAME: not wanted on this host". */
int component_check_config(const struct component *component, const char *config,
			   struct problem *problem);

/* What of it is one component's: its check() where its section is there and an object (host_config_check() tells of
 * one that is not). 0, or what kept it from reading. */
int component_check_section(const struct component *component, const struct config_file *file,
			    struct config_errors *errors, struct problem *problem);

/* `ecbpf_*` metrics of one component on stdout. */
int component_print_metrics(const struct component *component, const char *bpffs,
			    struct problem *problem);

/* 0 and "PATH: NAME is wanted" on stdout if its section is there; also for a file that cannot be read, with what is
 * wrong on stderr: the unit is to start then, and to fail with that. -ENOENT: it is not wanted. */
int component_wanted(const struct component *component, const char *config,
		     struct problem *problem);

/* Where a component is wanted by a file that is right, as host_config_wanted_in(). */
int component_places(const struct component *component, const struct config_file *file,
		     bool *ret_wanted, struct interface_list *ret_interfaces,
		     unsigned int *ret_missing, struct problem *problem);

/* Fills `interfaces`, which is empty (else -EINVAL: --interface and --configured exclude each other), for
 * --configured. The whole file is checked first, as component_check_config() does. *ret_missing: names that do not
 * exist, told; the caller does the others, and then returns component_missing(). With nothing wanted 0, an empty
 * list, and one line on stdout that says so. */
int component_configured(const struct component *component, const char *config,
			 struct interface_list *interfaces, unsigned int *ret_missing,
			 struct problem *problem);

/* `err`, what came of the interfaces that are there; if that is 0 and some were missing COMMAND_LINE_PARTLY, told. */
int component_missing(int err, unsigned int missing, struct problem *problem);

/* Whether the component is on an interface that has pins under BPFFS/ecbpf; NULL: it is on all of them. */
typedef bool (*component_has)(const char *bpffs, const char *interface);

/* Adds those of this network namespace, gone ones too, that have it, by the names they have now. */
int component_list_attached(const char *bpffs, component_has has, struct interface_list *interfaces,
			    struct problem *problem);

/* For --attached: fills `interfaces`, which is empty (else -EINVAL). With none 0, an empty list, and one line on
 * stdout. */
int component_attached(const char *bpffs, component_has has, struct interface_list *interfaces,
		       struct problem *problem);

/* For apply(): one line on `out` for each interface that has it and is not in `wanted`: "eth5: … left alone". */
int component_tell_unwanted(FILE *out, const struct component *component, const char *bpffs,
			    component_has has, const struct interface_list *wanted,
			    struct problem *problem);

#endif
