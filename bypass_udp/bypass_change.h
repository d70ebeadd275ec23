/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of what is attached, live; whole or not at all. Those of an interface are made under the lock
 * (each_interface.h); the others, of the network namespace, take it. What is done is told on `stream`. */
#ifndef BYPASS_CHANGE_H
#define BYPASS_CHANGE_H

#include <stdbool.h>
#include <stdio.h>
#include "bypass_settings.h"
#include "flow_file.h"
#include "problem.h"

/* What an interface has for itself: monitor. */
int bypass_change_interface(const char *bpffs, const char *interface, unsigned int slot,
			    const struct bypass_request *request, struct problem *problem);

/* The settings of the namespace. */
int bypass_change_settings(const char *bpffs, const struct bypass_request *request,
			   struct problem *problem);

int bypass_change_flow_add(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			   bool dry_run, struct problem *problem);
/* `in`: a key as a rule has it. */
int bypass_change_flow_del(FILE *stream, const char *bpffs, const char *in, bool both,
			   struct problem *problem);
int bypass_change_flow_file(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			    struct problem *problem);

/* `text`: prefixes, separated by commas. */
int bypass_change_exclude(const char *bpffs, const char *text, struct problem *problem);
int bypass_change_no_exclude(const char *bpffs, const char *text, struct problem *problem);

#endif
