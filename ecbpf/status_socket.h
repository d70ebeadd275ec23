/* SPDX-License-Identifier: GPL-2.0-only */
/* The status for people without rights: a service that has them answers on two local sockets, which the members of
 * a group may connect to. systemd starts `ecbpf --status` for each connection, with its output into it. */
#ifndef ECBPF_STATUS_SOCKET_H
#define ECBPF_STATUS_SOCKET_H

#include <stdbool.h>
#include <stdio.h>
#include "problem.h"

#define STATUS_SOCKET_DIRECTORY "/run/ecbpf"
#define STATUS_SOCKET_TEXT "status" /* in that directory */
#define STATUS_SOCKET_JSON "status.json"
#define STATUS_SOCKET_GROUP "ecbpf"

/* Copies what the service says to `stream`. -ENOENT, -ECONNREFUSED: nobody serves it; -EACCES: this user may not
 * connect; -ETIMEDOUT: it did not go on for `seconds`; -ENODATA: it said nothing. What right or group is missing
 * is told. */
int status_socket_copy(const char *directory, bool json, unsigned int seconds, FILE *stream,
		       struct problem *problem);

#endif
