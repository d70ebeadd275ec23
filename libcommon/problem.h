/* SPDX-License-Identifier: GPL-2.0-only */
/* What went wrong, told by whoever knows it and printed by main only. A library function that can
 * fail takes a `struct problem *`, returns a negative errno and leaves one sentence there. */
#ifndef ECBPF_PROBLEM_H
#define ECBPF_PROBLEM_H

#include <stdbool.h>

struct problem {
	char text[1024];    /* one line, no newline at the end; empty: nothing told yet */
	bool show_kept_log; /* what libbpf said (log_kept()) belongs to it: the verifier's log */
};

/* Sets the sentence and returns `err` (negative errno). The text says what failed, on which object,
 * why, and what to do. It becomes one line whatever is in it: line ends become "; ", other control
 * characters "?", and a text that is too long ends in "...". It may quote the problem's own text. A
 * new sentence has show_kept_log false. `problem` may be NULL: nobody listens. */
int problem_set(struct problem *problem, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with ": -EINVAL (Invalid argument)" put behind the text. */
int problem_errno(struct problem *problem, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "PREFIX: " before what is there already, or before the errno's name if nothing is; returns
 * `err`. */
int problem_prefix(struct problem *problem, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
