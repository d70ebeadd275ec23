/* SPDX-License-Identifier: GPL-2.0-only */
/* What somebody who looked at the host found, each with a verdict and what to type. */
#ifndef ECBPF_FINDINGS_H
#define ECBPF_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include "report.h"

enum finding_verdict {
	FINDING_OK,
	FINDING_NOTE,     /* works, but something is to be known */
	FINDING_WARNING,  /* works, but slower or otherwise than most want it */
	FINDING_BLOCKING, /* something cannot be done, or is not done, until it is fixed */
	FINDING_VERDICTS,
};

struct finding {
	const char *what; /* "mtu", a word; static */
	enum finding_verdict verdict;
	char text[256]; /* what was found, and why that matters */
	char fix[160];  /* what to type, "": nothing */
};

/* Starts as zeros, release with findings_free(). What does not fit in memory is lost, and told by `lost`. */
struct findings {
	struct finding *finding;
	size_t count;
	bool lost;
};

void findings_free(struct findings *findings);

/* "ok", "note", "warning", "blocking". */
const char *finding_verdict_name(enum finding_verdict verdict);

/* Adds one. */
void findings_add(struct findings *findings, const char *what, enum finding_verdict verdict,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* What to type about the one that was added last. */
void findings_fix(struct findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* How many have this verdict. */
size_t findings_of(const struct findings *findings, enum finding_verdict verdict);

/* An array `key` of objects with what, verdict, text and fix (null: nothing to type); in text a line "=== title ===",
 * then one for each, and one more with what to type. */
void findings_report(const struct findings *findings, struct report *report, const char *key,
		     const char *title);

#endif
