/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the files of a set: "x.pcapng" becomes "x_00001_20261121190500.pcapng" and so on, as dumpcap
 * names them. A file belongs to the set by its name alone. */
#ifndef XDP_SAMPLER_OUTPUT_NAME_H
#define XDP_SAMPLER_OUTPUT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct output_name {
	char *directory; /* "." if the target names none */
	char *stem;      /* "x" */
	char *suffix;    /* ".pcapng" or "" */
};

/* 0, -EINVAL if `target` ends in no file name, or -ENOMEM. */
int output_name_split(const char *target, struct output_name *ret_name);
void output_name_free(struct output_name *name);

/* Path of file `number`, created at `when` (told in local time); to be freed. NULL: out of memory. */
char *output_name_path(const struct output_name *name, uint64_t number, time_t when);

/* Whether a file of the directory is called like one of the set. */
bool output_name_matches(const struct output_name *name, const char *file, uint64_t *ret_number);

/* The highest number that is there, 0 if none. 0 or negative errno. */
int output_name_highest(const struct output_name *name, uint64_t *ret_number);

/* Removes the files with the lowest numbers until `keep` are left. 0, or the errno of the first that
 * could not be removed, with the others removed all the same. */
int output_name_keep(const struct output_name *name, uint64_t keep);

#endif
