/* SPDX-License-Identifier: GPL-2.0-only */
/* One program of a test object, loaded into a slot of a scratch chain and published, as a loader
 * does it. */
#ifndef ECBPF_TESTS_SCRATCH_LOAD_H
#define ECBPF_TESTS_SCRATCH_LOAD_H

#include "subprogram.h"

struct scratch_load {
	const struct chain *chain;
	const char *object;  /* file name below TEST_OBJECT_DIR, or a whole path */
	const char *program; /* NULL: the only one */
	unsigned int slot;
	enum subprogram_replace replace;
	__u32 frags;
	const struct reason_names *reason_names;
	bool has_sibling;
	unsigned int sibling;
	/* After scratch_load(): */
	struct problem problem;
	__u32 program_id; /* of the loaded program, 0: none */
	bool kit;
	char *said; /* on stderr; freed by the next scratch_load() or scratch_load_end() */
};

/* 0 or a negative errno. Fails the test if a file descriptor is left open. (L10) */
int scratch_load(struct scratch_load *load);
void scratch_load_end(struct scratch_load *load);

#endif
