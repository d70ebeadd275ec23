// SPDX-License-Identifier: GPL-2.0-only
/* The live view on stdout: a page that is redrawn on a terminal; else a line for each place every
 * second, and the page at the end. */
#include "sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cleanup.h"
#include "live_page.h"
#include "load_time.h"
#include "monotonic_clock.h"
#include "output_file.h"

#define PORT_LIMIT 256 /* interfaces whose counts are shown */

struct live_sink {
	struct live_view view;
	struct output_file *file;
	const struct sink_host *host;
	double shown; /* when, in seconds */
	bool on_terminal;
};

static double seconds_now(void)
{
	return (double)monotonic_clock_now() / 1e9;
}

static int count_all(struct live_sink *sink)
{
	const struct sample_port *ports[PORT_LIMIT];
	size_t count = sink->host->ports(sink->host->context, ports, PORT_LIMIT);
	int err = 0;

	for (size_t i = 0; i < count && i < PORT_LIMIT && !err; i++) {
		for (unsigned int place = 0; place < SAMPLER_PLACE_COUNT && !err; place++) {
			struct sink_counts counts = { 0 };

			sink->host->counts(sink->host->context, ports[i], (enum sampler_place)place,
					   &counts);
			err = live_view_count(&sink->view, ports[i], (enum sampler_place)place,
					      &counts);
		}
	}
	return err;
}

static int write_text(struct live_sink *sink, const char *text, size_t length,
		      struct problem *problem)
{
	int err = output_file_ready(sink->file, problem);

	return err < 0 ? err : output_file_append_other(sink->file, text, length, problem);
}

static int draw(const struct live_sink *sink, uint64_t realtime, FILE *stream)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
		size = (struct winsize){ .ws_col = 80, .ws_row = 24 };
	return live_page_draw(&sink->view, realtime, size.ws_col, size.ws_row, stream);
}

enum showing { SHOW_NOW, SHOW_LAST };

static int show(struct live_sink *sink, uint64_t realtime, enum showing showing,
		struct problem *problem)
{
	char *text CLEANUP_FREE = NULL;
	double now = seconds_now();
	size_t length = 0;
	FILE *stream;
	int err = count_all(sink);

	live_view_passed(&sink->view, now - sink->shown);
	sink->shown = now;
	stream = open_memstream(&text, &length);
	if (!stream || err < 0) {
		if (stream)
			fclose(stream);
		return problem_errno(problem, -ENOMEM, "live view");
	}
	if (sink->on_terminal)
		err = draw(sink, realtime, stream);
	else if (showing == SHOW_LAST)
		err = live_page_write(&sink->view, realtime, LIVE_PAGE_ROWS, stream);
	else
		err = live_page_lines(&sink->view, realtime, stream);
	if (sink->on_terminal && showing == SHOW_LAST)
		fputs(LIVE_PAGE_END "\r\n", stream);
	live_view_fade(&sink->view);
	if (fclose(stream) != 0 || err < 0)
		return problem_errno(problem, err < 0 ? err : -ENOMEM, "live view");
	return write_text(sink, text, length, problem);
}

static int live_tick(void *pointer, uint64_t realtime, struct problem *problem)
{
	struct live_sink *sink = pointer;

	if (seconds_now() - sink->shown < 1)
		return 0;
	return show(sink, realtime, SHOW_NOW, problem);
}

static int live_write(void *pointer, const struct sample_view *views, size_t count,
		      bool *ret_delivered, struct problem *problem)
{
	struct live_sink *sink = pointer;
	int err = 0;

	for (size_t i = 0; i < count; i++) {
		ret_delivered[i] = live_view_add(&sink->view, &views[i]) == 0;
		if (!ret_delivered[i])
			err = -ENOMEM;
	}
	return err < 0 ? problem_errno(problem, err, "live view") : 0;
}

static void free_sink(struct live_sink *sink)
{
	live_view_free(&sink->view);
	output_file_close(sink->file);
	free(sink);
}

static int live_close(void *pointer, struct problem *problem)
{
	struct live_sink *sink = pointer;
	int err = show(sink, load_time_now(), SHOW_LAST, problem);

	free_sink(sink);
	return err;
}

static int live_open(const struct sink_wish *wish, const struct sink_host *host, void **ret_sink,
		     struct problem *problem)
{
	struct live_sink *sink;
	int err;

	if (strcmp(wish->target, "-") != 0)
		return problem_set(
			problem, -EINVAL,
			"The live view cannot be written to %s: it goes to stdout (-) only",
			wish->target);
	sink = calloc(1, sizeof(*sink));
	if (!sink || live_view_init(&sink->view) < 0) {
		if (sink)
			free_sink(sink);
		return problem_errno(problem, -ENOMEM, "live view");
	}
	sink->host = host;
	sink->shown = seconds_now();
	err = output_file_open(wish, host, &sink->file, problem);
	if (!err && count_all(sink) < 0)
		err = problem_errno(problem, -ENOMEM, "live view");
	if (!err) {
		sink->on_terminal = output_file_is_terminal(sink->file);
		if (sink->on_terminal)
			err = write_text(sink, LIVE_PAGE_BEGIN, strlen(LIVE_PAGE_BEGIN), problem);
	}
	if (err < 0) {
		free_sink(sink);
		return err;
	}
	*ret_sink = sink;
	return 0;
}

const struct sink_operations live_sink_operations = {
	.open = live_open,
	.write = live_write,
	.tick = live_tick,
	.close = live_close,
};
