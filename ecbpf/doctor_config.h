/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration file wants, and whether this host has it. */
#ifndef ECBPF_DOCTOR_CONFIG_H
#define ECBPF_DOCTOR_CONFIG_H

#include "component.h"
#include "findings.h"
#include "interface_check.h"

struct doctor_config {
	const char *path;
	struct config_file *file;         /* NULL: there is none, or it cannot be read */
	struct interface_list interfaces; /* where the root is wanted, those that exist */
};

/* Reads the file (`path` NULL: the standard one; that one need not be there), and says what is wrong with it, which
 * interfaces are missing, and which components are wanted where the root is not. Close also after a failure, which
 * is for lack of memory. */
int doctor_config_open(struct doctor_config *ret_config, const char *path,
		       const struct component *const *table, struct findings *findings,
		       struct problem *problem);
void doctor_config_close(struct doctor_config *config);

/* How the root is wanted at an interface: native and without frags unless the file says something else. */
struct interface_wish doctor_config_wish(const struct doctor_config *config, const char *interface);

/* Whether the component's section is there; of the root: whether it is wanted anywhere. */
bool doctor_config_wants(const struct doctor_config *config, const struct component *component);

#endif
