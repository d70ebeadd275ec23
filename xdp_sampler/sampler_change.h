/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of an attached sampler on one interface, live: no program is loaded. Under the lock. */
#ifndef XDP_SAMPLER_CHANGE_H
#define XDP_SAMPLER_CHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "problem.h"
#include "recorder_state.h"
#include "sampler_plan.h"
#include "sampler_settings.h"

/* Sets what is given in `settings`. */
int sampler_set(const char *bpffs, const char *interface, const struct sampler_settings *settings,
		struct problem *problem);

/* A recorder file in memory, as each interface reads it anew. */
struct recorder_text {
	const char *name;
	char *content;
	size_t size;
};

/* Reads a file, "-" is stdin, and checks it. Released with recorder_text_free(), also on failure. */
int recorder_text_load(struct recorder_text *text, const char *path, struct problem *problem);
void recorder_text_free(struct recorder_text *text);

/* Adds one recorder, or all of the file, and tells their ids on `stream`, a line each: "recorder 3 on
 * eth0: 10.0.0.0/8 * * 80 TCP". One that has ended makes way for one with the same filter or id. */
int sampler_record(FILE *stream, const char *bpffs, const char *interface,
		   const struct recorder *recorder, struct problem *problem);
int sampler_record_file(FILE *stream, const char *bpffs, const char *interface,
			const struct recorder_text *text, struct problem *problem);

/* Removes these recorders, all of them or none; with no ids, every recorder. -ENOENT: an id is not
 * there. */
int sampler_no_record(const char *bpffs, const char *interface, const uint32_t *ids, size_t count,
		      struct problem *problem);

/* Makes the recorders of the configuration file those of the plan; those of commands stay. */
int sampler_record_plan(const char *bpffs, const char *interface, const struct sampler_plan *plan,
			struct problem *problem);

#endif
