/* SPDX-License-Identifier: GPL-2.0-only */
/* `ecbpf status`: all components and all interfaces, on one screen or as one JSON object. */
#ifndef ECBPF_STATUS_H
#define ECBPF_STATUS_H

#include <stdbool.h>
#include <stdio.h>
#include "component.h"
#include "problem.h"

/* Version of the shape of its JSON. */
#define STATUS_SCHEMA 1

struct status_wish {
	const char *bpffs;
	const char *config;  /* NULL: the standard file, which need not be there */
	const char *sockets; /* directory of the sockets for those without rights */
	bool json;
};

/* Looks, or without CAP_BPF has it told by who may look (status_socket.h). Changes nothing. -EUCLEAN: a component is
 * sick or cannot be read, all others were shown; not known by who has no rights. */
int status_show(FILE *out, const struct component *const *table, const struct status_wish *wish,
		struct problem *problem);

#endif
