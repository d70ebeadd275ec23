/* SPDX-License-Identifier: GPL-2.0-only */
/* What a check says about the facts. Pure. */
#ifndef OFFLOAD_VERDICTS_H
#define OFFLOAD_VERDICTS_H

#include <stddef.h>
#include "offload_facts.h"

enum offload_verdict {
	OFFLOAD_VERDICT_OK,
	OFFLOAD_VERDICT_NOTE, /* it works, but something is to be known */
	OFFLOAD_VERDICT_MISSING,
};

struct offload_finding {
	const char *what; /* "mtu", a word */
	enum offload_verdict verdict;
	char text[256]; /* what was found */
	char type[160]; /* what to type, "": nothing */
};

#define OFFLOAD_FINDINGS 12

struct offload_findings {
	struct offload_finding finding[OFFLOAD_FINDINGS];
	size_t count;
};

/* "ok", "note", "missing". */
const char *offload_verdict_name(enum offload_verdict verdict);

/* Of the host: bpffs, rights, JIT, daemon, the sysctls of lo. */
void offload_verdicts_host(const struct offload_facts *facts,
			   struct offload_findings *ret_findings);

/* Of one of the devices. */
void offload_verdicts_device(const struct offload_facts *facts,
			     const struct offload_device_facts *device,
			     struct offload_findings *ret_findings);

#endif
