/* SPDX-License-Identifier: GPL-2.0-only */
/* Sinks by name: one table serves the command line and the configuration file. */
#ifndef XDP_SAMPLER_SINKS_H
#define XDP_SAMPLER_SINKS_H

#include <stddef.h>
#include "problem.h"
#include "sampler_ledger.h"
#include "sink.h"

/* Starts as zeros. */
struct sampler_sinks {
	struct sink_wish wishes[LEDGER_SINKS];
	size_t count;
};

/* "pcapng", "sflow", "json", "live"; NULL behind the last one. */
const char *sink_kind_name(enum sink_kind kind);
extern const char *const sink_kind_names[SINK_KIND_COUNT + 1];
/* 0, or -EINVAL with the problem told. */
int sink_kind_parse(const char *text, enum sink_kind *ret_kind, struct problem *problem);

/* Understands one word of a sink, of the kind it has already: "file", "collector", "takes",
 * "rotate_size", "rotate_seconds", "rotate_samples", "keep_files", "agent", "sub_agent",
 * "counter_seconds", "datagram_size", "queue_size". -EINVAL, -ERANGE: no such word, not one for this
 * kind, or not a value; the text quotes it, naming the word is the caller's. */
int sink_wish_set(struct sink_wish *wish, const char *name, const char *text,
		  struct problem *problem);

/* Name of word `index`, whatever kinds of sinks it is for; NULL behind the last one. */
const char *sink_word_name(size_t index);
/* What it means, for people. */
const char *sink_word_help(size_t index);

/* Adds one that is complete; a live view goes to stdout. -EINVAL: a target is missing,
 * or two sinks cannot have this one; -E2BIG: too many. */
int sampler_sinks_add(struct sampler_sinks *sinks, const struct sink_wish *wish,
		      struct problem *problem);

#endif
