/* SPDX-License-Identifier: GPL-2.0-only */
/* A small HTTP server: GET /metrics in the format that the client asks for. libmicrohttpd stops here. No thread: the
 * caller waits and gives it turns. */
#ifndef ECBPF_METRICS_HTTP_H
#define ECBPF_METRICS_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include "metrics.h"
#include "problem.h"

struct metrics_http;

/* Fills `metrics` for one answer. An error, told, is the server's failure (500). */
typedef int (*metrics_http_fill)(void *context, struct metrics *metrics, struct problem *problem);

/* Serves at a socket that listens, which stays the caller's. */
int metrics_http_start(int socket, metrics_http_fill fill, void *context,
		       struct metrics_http **ret_http, struct problem *problem);
/* Does not shut the socket down: connections wait there for the next one who serves. NULL is fine. */
void metrics_http_stop(struct metrics_http *http);

/* Readable when there is something to do. */
int metrics_http_wakes(const struct metrics_http *http);
/* *ret_wait: nanoseconds until the next turn, if nothing wakes it up; UINT64_MAX: none. */
int metrics_http_turn(struct metrics_http *http, uint64_t *ret_wait, struct problem *problem);
/* Somebody is connected. */
bool metrics_http_is_busy(const struct metrics_http *http);

#endif
