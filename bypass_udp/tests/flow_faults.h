/* SPDX-License-Identifier: GPL-2.0-only */
/* What libbpf and the C library do to maps, programs and pins fails at will, or is the last that the
 * process does. For tests that name `flow_faults`. */
#ifndef BYPASS_TESTS_FLOW_FAULTS_H
#define BYPASS_TESTS_FLOW_FAULTS_H

#include <stdbool.h>

enum flow_call {
	CALL_CREATE = 1 << 0, /* a map */
	CALL_WRITE = 1 << 1,  /* an element */
	CALL_DELETE = 1 << 2,
	CALL_RUN = 1 << 3,  /* the edit program */
	CALL_READ = 1 << 4, /* many elements */
	CALL_PIN = 1 << 5,
	CALL_RENAME = 1 << 6,
	CALL_UNPIN = 1 << 7,
	CALL_CHANGES = 0xff & ~CALL_READ,
};

/* Calls of these kinds are counted; number `at`, from 1, and `more` behind it are told `error`, after
 * they were made or in place of it. 0: the process dies before. `at` 0: never. */
struct flow_faults {
	unsigned int calls; /* enum flow_call */
	unsigned int at;
	unsigned int more;
	int error;
	bool after;
	unsigned int counted;
};

extern _Thread_local struct flow_faults flow_faults;

/* Runs act(context) in a process that is killed before its change number `at`. False: it was done
 * before that, and returned 0. */
bool flow_faults_killed(unsigned int at, int (*act)(void *context), void *context);

#endif
