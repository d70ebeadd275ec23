/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters and gauges for monitoring: collected once, then written as OpenMetrics text (openmetrics.io, 1.0.0) or
 * sent as statsd lines. Names are those of OpenMetrics: ecbpf_COMPONENT_NOUN_UNIT, a counter's sample ends with
 * _total, base units (seconds, bytes). Labels: interface, slot, program, verdict, reason, … */
#ifndef ECBPF_METRICS_H
#define ECBPF_METRICS_H

#include <stdint.h>
#include <stdio.h>
#include "problem.h"

enum metric_kind {
	METRIC_COUNTER, /* may start again from 0, when what counts is attached anew */
	METRIC_GAUGE,
	METRIC_INFO, /* always 1, the labels are the information */
};

/* Static: a family is recognized by its address. */
struct metric_family {
	const char *name; /* "ecbpf_filter_dropped_packets": without _total or _info; lower case */
	enum metric_kind kind;
	const char *unit; /* "seconds", "bytes", NULL; the name ends with it */
	const char *help; /* one sentence, without quotes and backslashes */
};

#define METRIC_LABELS_MAX 8

struct metrics;

struct metrics *metrics_new(void); /* NULL: out of memory; all calls below take that NULL */
void metrics_free(struct metrics *metrics);

/* One sample. Behind `value`: pairs of label name and value (const char *; NULL or "" leaves the label out), at
 * most METRIC_LABELS_MAX, then NULL. Texts are copied. Any order of calls: families are put together when written.
 * Two samples of one family with the same labels are a mistake of the caller: told when written. */
void metrics_add(struct metrics *metrics, const struct metric_family *family, uint64_t value, ...)
	__attribute__((sentinel));
/* The same for what is no whole number: nanoseconds, written as seconds. The family's unit is "seconds". */
void metrics_add_duration(struct metrics *metrics, const struct metric_family *family,
			  uint64_t nanoseconds, ...) __attribute__((sentinel));

/* What the calls above got wrong, or -ENOMEM: the first of it. A name that no metric may have (it ends with what
 * the text format puts there, or not with its unit), a label's name that is none, two families of one name, a
 * sample given twice. */
int metrics_check(struct metrics *metrics, struct problem *problem);

/* Moves the samples of `from` behind those of `metrics`, unless metrics_check() has something against them or both have
 * a family of one name: then they are lost and it is told, and `metrics` is as it was. Frees `from` in any case. */
int metrics_merge(struct metrics *metrics, struct metrics *from, struct problem *problem);

/* Who reads it decides: */
enum metrics_format {
	METRICS_OPENMETRICS, /* "# EOF" at its end */
	METRICS_PROMETHEUS, /* its older text format, 0.0.4: all that node_exporter reads from files */
};

/* The whole as text. 0, or -EIO, or what metrics_check() has, told: nothing is written then. */
int metrics_write_as(struct metrics *metrics, enum metrics_format format, FILE *stream,
		     struct problem *problem);
/* OpenMetrics. */
int metrics_write(struct metrics *metrics, FILE *stream, struct problem *problem);

/* Has `take` called for each sample, families in the order of their first sample: its name as in OpenMetrics, the
 * labels as name, value, …, NULL, valid UTF-8. Of a family whose unit is "seconds" `value` is in nanoseconds. Ends
 * with the first that does not return 0, and returns that. Nothing is called for what metrics_check() refuses. */
typedef int (*metrics_take)(void *context, const struct metric_family *family, const char *name,
			    const char *const *labels, uint64_t value);
int metrics_each(struct metrics *metrics, metrics_take take, void *context);

#define METRICS_VALUE_SIZE 40

/* A text to be freed: each sample as a gauge of statsd, a line each: "ecbpf_chain.packets_total.eth0.2.xdp_filter:17|g",
 * the values of the labels in the order they were given; anything but letters, digits, "_" and "-" in them becomes
 * "_". NULL: told. Counters are sent as they stand, so a datagram that is lost loses nothing. */
char *metrics_statsd(struct metrics *metrics, struct problem *problem);

/* A value of metrics_each() as it is written: "17", "1.5". Returns ret_text. */
const char *metrics_value_text(const struct metric_family *family, uint64_t value,
			       char ret_text[METRICS_VALUE_SIZE]);

#endif
