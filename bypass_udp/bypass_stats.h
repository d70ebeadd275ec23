/* SPDX-License-Identifier: GPL-2.0-only */
/* --stats: stays and tells the counters again and again. */
#ifndef BYPASS_STATS_H
#define BYPASS_STATS_H

#include <stdint.h>
#include "interface.h"
#include "problem.h"

/* Of --format. */
enum bypass_stats_format {
	BYPASS_STATS_JSON,       /* the status, one line each time */
	BYPASS_STATS_STATSD,     /* gauges with absolute values */
	BYPASS_STATS_PROMETHEUS, /* text format; a file is replaced as a whole each time */
};

extern const char *const bypass_stats_formats[]; /* the words of it, and NULL */

#define BYPASS_STATS_SECONDS_MAX 86400

struct bypass_stats_wish {
	const char *bpffs;
	const struct interface_list *interfaces; /* empty: all that have bypass_udp */
	unsigned int slot;                       /* may be BYPASS_SLOT_ANY */
	uint64_t seconds; /* from one time to the next, 1 to BYPASS_STATS_SECONDS_MAX */
	enum bypass_stats_format format;
	const char *to; /* FILE, "udp:HOST:PORT", NULL or "-": stdout */
};

/* Whether there is such a target, and it goes with the format: 0, or -EINVAL, told. Opens nothing. */
int bypass_stats_check(enum bypass_stats_format format, const char *to, struct problem *problem);

/* Until SIGTERM or SIGINT, or until the reader of stdout has gone. A target that does not answer,
 * a disk that is full and an interface that is detached end nothing; they are logged once, until it
 * works again. Tells the service manager. -EINVAL, told: a target that cannot be. */
int bypass_stats(const struct bypass_stats_wish *wish, struct problem *problem);

#endif
