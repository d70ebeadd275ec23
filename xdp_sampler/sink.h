/* SPDX-License-Identifier: GPL-2.0-only */
/* A sink: where samples go. Each has a thread of its own (sink_runner.h), which alone calls the
 * functions below, so a slow one stops nobody else; none of them logs or touches the kernel's maps. */
#ifndef XDP_SAMPLER_SINK_H
#define XDP_SAMPLER_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include "problem.h"
#include "sample_view.h"

enum sink_kind {
	SINK_PCAPNG, /* files or a pipe */
	SINK_SFLOW,  /* sFlow v5 datagrams */
	SINK_JSON,   /* one object a line */
	SINK_LIVE,   /* a view for people */
	SINK_KIND_COUNT,
	/* Not for anyone to wish: a capture beside the reader (tap_sink.h). */
	SINK_TAP = SINK_KIND_COUNT,
};

enum sink_takes {
	SINK_TAKES_ALL,
	SINK_TAKES_CHANCE,    /* samples chosen by chance (or followed) only */
	SINK_TAKES_RECORDERS, /* samples that a recorder took only */
};

#define SINK_TARGET_SIZE 256

struct tap;

/* One sink as configured. Zero is "not given" for numbers. */
struct sink_wish {
	enum sink_kind kind;
	enum sink_takes takes;
	char target[SINK_TARGET_SIZE]; /* file, "-" for stdout, or "HOST:PORT,…" (sFlow) */
	uint64_t rotate_bytes;         /* pcapng, JSON: begin a new file before it gets longer */
	uint64_t rotate_seconds;
	uint64_t rotate_samples;
	uint64_t keep_files;      /* remove the oldest beyond that many; 0: keep all */
	char agent[64];           /* sFlow: agent address; "": the source address of the socket */
	uint64_t sub_agent;       /* sFlow */
	uint64_t counter_seconds; /* sFlow: interval of counter samples, 0: 30 */
	uint64_t datagram_bytes;  /* sFlow: 0: 1400 */
	uint64_t queue_bytes;     /* 0: 32 MiB */
	struct tap *tap;          /* SINK_TAP only */
};

/* Samples of one interface and place as far as this sink is concerned; sums over the CPUs. */
struct sink_counts {
	uint64_t packets;   /* seen by the place (sFlow: sample pool) */
	uint64_t sampled;   /* chosen by the kernel side */
	uint64_t ring_lost; /* of these, found no room in the ring */
	uint64_t lost;      /* offered to this sink, but lost by it */
	uint64_t delivered;
};

/* What a sink may ask while it works. */
struct sink_host {
	void *context;
	void (*counts)(void *context, const struct sample_port *port, enum sampler_place place,
		       struct sink_counts *ret_counts);
	/* Ports opened so far, all of them from number 0. */
	size_t (*ports)(void *context, const struct sample_port **ret_ports, size_t size);
	/* The process is to end: give up on a reader that does not read. */
	bool (*stopping)(void *context);
};

struct sink_operations {
	/* Opens the target. `host` lives longer than the sink. */
	int (*open)(const struct sink_wish *wish, const struct sink_host *host, void **ret_sink,
		    struct problem *problem);
	/* Delivers samples in their order: sets ret_delivered[i] for each. Returns 0, or a negative
	 * errno with the problem told when one was not delivered for a reason other than its own
	 * shape; it is called again with the next ones all the same, and tries to mend itself
	 * (reopen, reconnect) at most once a second. */
	int (*write)(void *sink, const struct sample_view *views, size_t count, bool *ret_delivered,
		     struct problem *problem);
	/* Called when nothing came for a while and at least every 200 ms: flush, rotate by time, send
	 * counters, refresh the view. */
	int (*tick)(void *sink, uint64_t realtime, struct problem *problem);
	/* Finishes (statistics, last flush) and frees. 0 or negative errno. */
	int (*close)(void *sink, struct problem *problem);
};

extern const struct sink_operations pcapng_sink_operations;
extern const struct sink_operations sflow_sink_operations;
extern const struct sink_operations json_sink_operations;
extern const struct sink_operations live_sink_operations;
extern const struct sink_operations tap_sink_operations;

#endif
