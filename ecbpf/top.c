// SPDX-License-Identifier: GPL-2.0-only
#include "top.h"

#include <errno.h>

#include "bpffs.h"
#include "capability.h"
#include "chain_view.h"
#include "cleanup.h"
#include "load_time.h"
#include "monotonic_clock.h"
#include "terminal.h"
#include "top_keys.h"
#include "top_page.h"

#define SECOND UINT64_C(1000000000)

struct top {
	FILE *out;
	const struct top_wish *wish;
	struct top_keys keys;
	struct chain_views looks[2]; /* earlier, later */
	uint64_t times[2];
	uint64_t realtime;
	enum rate_order order;
};

static int look(struct top *top, struct problem *problem)
{
	chain_views_free(&top->looks[0]);
	top->looks[0] = top->looks[1];
	top->times[0] = top->times[1];
	top->looks[1] = (struct chain_views){ 0 };
	top->times[1] = monotonic_clock_now();
	top->realtime = load_time_now();
	return chain_views_read(&top->looks[1], top->wish->bpffs, top->wish->interfaces, problem);
}

/* Over what was there, line by line: to clear all of it first would flicker. */
static void draw_in_place(FILE *out, const char *text)
{
	fputs("\x1b[H", out);
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\x1b[K", out);
		fputc(*text, out);
	}
	fputs("\x1b[J", out);
}

static int draw_text(FILE *out, const struct top_page *page)
{
	CLEANUP_FREE char *text = NULL;
	struct terminal terminal;
	size_t length;
	FILE *stream;
	int err;

	terminal_look(&terminal, out);
	if (!terminal.is_terminal) {
		err = top_page_text(out, page, &terminal);
		fputc('\n', out);
		return err;
	}
	stream = open_memstream(&text, &length);
	if (!stream)
		return -ENOMEM;
	err = top_page_text(stream, page, &terminal);
	if (fclose(stream) && !err)
		err = -ENOMEM;
	if (!err)
		draw_in_place(out, text);
	return err;
}

static int draw(const struct top *top, struct problem *problem)
{
	const struct top_page page = {
		.earlier = &top->looks[0],
		.later = &top->looks[1],
		.nanoseconds = top->times[0] ? top->times[1] - top->times[0] : 0,
		.realtime = top->realtime,
		.order = top->order,
	};
	int err = top->wish->json ? top_page_json(top->out, &page) : draw_text(top->out, &page);

	if (!err && (fflush(top->out) || ferror(top->out)))
		err = -EIO;
	return err ? problem_errno(problem, err, "cannot write the rates") : 0;
}

static int show_pages(struct top *top, bool live, struct problem *problem)
{
	uint64_t pages = 0, next;
	int err = look(top, problem);

	/* Nobody wants to look at an empty screen until there are rates. */
	if (!err && live) {
		fputs("\x1b[2J", top->out);
		err = draw(top, problem);
	}
	next = top->times[1] + top->wish->seconds * SECOND;
	while (!err && (!top->wish->count || pages < top->wish->count)) {
		enum top_event event = top_keys_wait(&top->keys, next);

		if (event == TOP_END)
			return 0;
		if (event == TOP_SORT)
			top->order = top->order == RATE_BY_RATE ? RATE_BY_PLACE : RATE_BY_RATE;
		if (event == TOP_TIME) {
			err = look(top, problem);
			next = top->times[1] + top->wish->seconds * SECOND;
			pages++;
		}
		if (!err && (event == TOP_TIME || live))
			err = draw(top, problem);
	}
	return err;
}

int top_run(FILE *out, const struct top_wish *wish, struct problem *problem)
{
	struct top top = { .out = out, .wish = wish };
	struct terminal terminal;
	bool live;
	int err;

	err = capability_require_reading("top", problem);
	if (!err)
		err = bpffs_check(wish->bpffs, problem);
	if (err)
		return err;
	terminal_look(&terminal, out);
	live = terminal.is_terminal && !wish->json;
	err = top_keys_open(&top.keys, live, problem);
	if (!err)
		err = show_pages(&top, live, problem);
	top_keys_close(&top.keys);
	for (size_t i = 0; i < 2; i++)
		chain_views_free(&top.looks[i]);
	return err;
}
