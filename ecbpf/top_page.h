/* SPDX-License-Identifier: GPL-2.0-only */
/* What `ecbpf top` shows of two looks at the chains: interfaces with their sums, then what is decided, by slot,
 * verdict and reason. */
#ifndef ECBPF_TOP_PAGE_H
#define ECBPF_TOP_PAGE_H

#include <stdint.h>
#include <stdio.h>
#include "chain_view.h"
#include "rate_list.h"
#include "terminal.h"

/* Version of the shape of its JSON. */
#define TOP_SCHEMA 1

struct top_page {
	const struct chain_views *earlier;
	const struct chain_views *later;
	uint64_t nanoseconds; /* between the two; 0: there is no rate yet */
	uint64_t realtime;    /* of the later, nanoseconds */
	enum rate_order order;
};

/* At most what the terminal has room for. 0 or -ENOMEM. */
int top_page_text(FILE *out, const struct top_page *page, const struct terminal *terminal);
/* One line. 0, or what report_finish() says. */
int top_page_json(FILE *out, const struct top_page *page);

#endif
