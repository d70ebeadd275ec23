// SPDX-License-Identifier: GPL-2.0-only
/* One line a sample. The lines of a batch are written together. */
#include "sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output_file.h"
#include "sample_json.h"

#define BATCH_LINES 256
#define BATCH_BYTES (1U << 20)

struct json_sink {
	struct output_file *file;
	FILE *text; /* into `bytes` */
	char *bytes;
	size_t size;
	/* The lines in `bytes` that are not written yet: where they end, and whose they are. */
	size_t ends[BATCH_LINES];
	size_t samples[BATCH_LINES];
	size_t count;
};

static int json_close(void *pointer, struct problem *problem)
{
	struct json_sink *sink = pointer;

	(void)problem;
	output_file_close(sink->file);
	if (sink->text)
		fclose(sink->text);
	free(sink->bytes);
	free(sink);
	return 0;
}

static int json_open(const struct sink_wish *wish, const struct sink_host *host, void **ret_sink,
		     struct problem *problem)
{
	struct json_sink *sink = calloc(1, sizeof(*sink));
	int err;

	if (sink)
		sink->text = open_memstream(&sink->bytes, &sink->size);
	if (!sink || !sink->text) {
		free(sink);
		return problem_errno(problem, -ENOMEM, "JSON lines to %s", wish->target);
	}
	err = output_file_open(wish, host, &sink->file, problem);
	if (err < 0) {
		json_close(sink, NULL);
		return err;
	}
	*ret_sink = sink;
	return 0;
}

static size_t pending_bytes(const struct json_sink *sink)
{
	return sink->count ? sink->ends[sink->count - 1] : 0;
}

/* Adds the line of sample number `number` to those that are pending. */
static int add_line(struct json_sink *sink, const struct sample_view *view, size_t number,
		    struct problem *problem)
{
	struct report *report;
	int err;

	/* A line that failed half-way is written over by the next. */
	clearerr(sink->text);
	fseeko(sink->text, (off_t)pending_bytes(sink), SEEK_SET);
	report = report_new(REPORT_JSON_LINE, sink->text, SAMPLER_TOOL, SAMPLE_JSON_VERSION);
	sample_json_write(report, view);
	err = report_finish(report);
	if (err < 0)
		return problem_errno(problem, err, "a sample of %s as JSON", view->port->interface);
	sink->ends[sink->count] = (size_t)ftello(sink->text);
	sink->samples[sink->count++] = number;
	return 0;
}

static int write_lines(struct json_sink *sink, bool *delivered, struct problem *problem)
{
	size_t count = sink->count;
	size_t written = 0;
	int err;

	sink->count = 0;
	if (count == 0)
		return 0;
	err = output_file_append(sink->file, sink->bytes, sink->ends, count, &written, problem);
	for (size_t i = 0; i < written; i++)
		delivered[sink->samples[i]] = true;
	return err;
}

/* Is the last line too much for the file, the others go there and it begins the next one. */
static int rotate(struct json_sink *sink, const struct sample_view *views, bool *delivered,
		  struct problem *problem)
{
	size_t last = sink->samples[sink->count - 1];
	int err;

	if (!output_file_full(sink->file, pending_bytes(sink), sink->count))
		return 0;
	sink->count--;
	err = write_lines(sink, delivered, problem);
	if (err < 0)
		return err;
	output_file_finish(sink->file);
	err = output_file_ready(sink->file, problem);
	return err < 0 ? err : add_line(sink, &views[last], last, problem);
}

static int json_write(void *pointer, const struct sample_view *views, size_t count,
		      bool *ret_delivered, struct problem *problem)
{
	struct json_sink *sink = pointer;
	int err;

	memset(ret_delivered, 0, count * sizeof(*ret_delivered));
	sink->count = 0;
	err = output_file_ready(sink->file, problem);
	for (size_t i = 0; i < count && !err; i++) {
		err = add_line(sink, &views[i], i, problem);
		if (!err)
			err = rotate(sink, views, ret_delivered, problem);
		if (!err && (sink->count == BATCH_LINES || pending_bytes(sink) >= BATCH_BYTES))
			err = write_lines(sink, ret_delivered, problem);
	}
	if (err) {
		/* What was wrong with one line is not wrong with those before it. */
		(void)write_lines(sink, ret_delivered, NULL);
		return err;
	}
	return write_lines(sink, ret_delivered, problem);
}

static int json_tick(void *pointer, uint64_t realtime, struct problem *problem)
{
	struct json_sink *sink = pointer;

	(void)realtime;
	(void)problem;
	if (output_file_due(sink->file))
		output_file_finish(sink->file);
	return 0;
}

const struct sink_operations json_sink_operations = {
	.open = json_open,
	.write = json_write,
	.tick = json_tick,
	.close = json_close,
};
