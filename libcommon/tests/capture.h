/* SPDX-License-Identifier: GPL-2.0-only */
/* What a function prints on stdout or stderr, caught. Nothing may fail (longjmp away) in between. */
#ifndef ECBPF_TESTS_CAPTURE_H
#define ECBPF_TESTS_CAPTURE_H

struct capture {
	int target; /* STDOUT_FILENO or STDERR_FILENO */
	int saved;  /* what it was before */
	char *text; /* after capture_end(): what was printed; the caller frees it */
};

void capture_begin(struct capture *capture, int target);
void capture_end(struct capture *capture);

#endif
