/* SPDX-License-Identifier: GPL-2.0-only */
/* The live view as text. Pure; names that hold control characters are escaped. All return 0 or a
 * negative errno: -ENOMEM, or -EIO when the stream failed. */
#ifndef XDP_SAMPLER_LIVE_PAGE_H
#define XDP_SAMPLER_LIVE_PAGE_H

#include <stdint.h>
#include <stdio.h>
#include "live_view.h"

#define LIVE_PAGE_ROWS 10 /* of each table of the tops */
#define LIVE_PAGE_LEAST_ROWS 3

/* Everything: places, verdicts, drops, tops, recorders, `rows` of the last four each. `realtime` is
 * shown. */
int live_page_write(const struct live_view *view, uint64_t realtime, unsigned int rows,
		    FILE *stream);

/* The same for a terminal that shows the page before this one: with the escape sequences, with fewer
 * rows if there is no room for LIVE_PAGE_ROWS, and cut to the size that it has. */
int live_page_draw(const struct live_view *view, uint64_t realtime, unsigned int width,
		   unsigned int height, FILE *stream);
#define LIVE_PAGE_BEGIN "\x1b[2J\x1b[?25l" /* clear, hide the cursor */
#define LIVE_PAGE_END "\x1b[?25h"

/* A line for each place, for logs:
 * "2026-11-21T19:05:01Z eth0 verdict: 1.20M packets/s, 9.61G bits/s, DROP 85.2%, PASS 14.8%, source
 * 192.0.2.1 81.3%, UDP 53 80.1%, 1200 samples/s, 0 lost". */
int live_page_lines(const struct live_view *view, uint64_t realtime, FILE *stream);

#endif
