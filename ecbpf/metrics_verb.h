/* SPDX-License-Identifier: GPL-2.0-only */
/* `ecbpf metrics`: the counters of all components as text, to stdout, to a file that node_exporter reads, or to a
 * statsd server. */
#ifndef ECBPF_METRICS_VERB_H
#define ECBPF_METRICS_VERB_H

#include <stdbool.h>
#include <stdint.h>
#include "metrics.h"
#include "option_rows.h"
#include "problem.h"

struct metrics_wish {
	const char *bpffs;
	int format; /* enum metrics_format: index into metrics_format_names; of stdout */
	const char
		*textfile; /* a file that is replaced as a whole, in the older format; NULL: none */
	const char *statsd; /* "HOST:PORT"; NULL: none. At most one of the two */
	uint64_t seconds;   /* again and again, until SIGTERM or SIGINT; 0: once */
};

/* For OPTION_CHOICE: "openmetrics", "prometheus", NULL. */
extern const char *const metrics_format_names[];

/* The rows of its options; `wish` is the member of `type` that has the above, or a member of the same name. */
#define METRICS_OPTION_ROWS(type, wish, verbs_)                                                    \
	{ .name = "format",                                                                        \
	  .kind = OPTION_CHOICE,                                                                   \
	  .offset = offsetof(type, wish.format),                                                   \
	  .choices = metrics_format_names,                                                         \
	  .value_name = "FORMAT",                                                                  \
	  .help = "of what is printed (openmetrics)",                                              \
	  .verbs = (verbs_) },                                                                     \
		{ .name = "textfile",                                                              \
		  .kind = OPTION_TEXT,                                                             \
		  .offset = offsetof(type, wish.textfile),                                         \
		  .value_name = "FILE",                                                            \
		  .help = "into a file for node_exporter, replaced as a whole; name it *.prom",    \
		  .verbs = (verbs_) },                                                             \
		{ .name = "statsd",                                                                \
		  .kind = OPTION_TEXT,                                                             \
		  .offset = offsetof(type, wish.statsd),                                           \
		  .value_name = "HOST:PORT",                                                       \
		  .help = "as statsd gauges, in datagrams",                                        \
		  .verbs = (verbs_) },                                                             \
	{                                                                                          \
		.name = "every", .kind = OPTION_NUMBER, .offset = offsetof(type, wish.seconds),    \
		.minimum = 1, .maximum = 86400, .value_name = "SECONDS",                           \
		.help = "again and again (--textfile, --statsd)", .verbs = (verbs_)                \
	}

/* A component that cannot be read is told, counts as sick, and the others are there all the same: the first such
 * failure is returned in the end. With `seconds` failures are logged, and it goes on. */
int metrics_verb(const struct metrics_wish *wish, struct problem *problem);

#endif
