// SPDX-License-Identifier: GPL-2.0-only
#include "metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define SECOND UINT64_C(1000000000)

struct writer {
	FILE *stream;
	enum metrics_format format;
	const struct metric_family *family; /* of the sample before */
};

const char *metrics_value_text(const struct metric_family *family, uint64_t value,
			       char ret_text[METRICS_VALUE_SIZE])
{
	bool is_in_seconds = family->unit && strcmp(family->unit, "seconds") == 0;
	uint64_t rest = value % SECOND;
	int digits = 9;

	if (!is_in_seconds || rest == 0) {
		(void)snprintf(ret_text, METRICS_VALUE_SIZE, "%" PRIu64,
			       is_in_seconds ? value / SECOND : value);
		return ret_text;
	}
	for (; rest % 10 == 0; rest /= 10)
		digits--;
	(void)snprintf(ret_text, METRICS_VALUE_SIZE, "%" PRIu64 ".%0*" PRIu64, value / SECOND,
		       digits, rest);
	return ret_text;
}

/* The family's name is what its samples are called in the older format. */
static void put_head(const struct writer *writer, const struct metric_family *family,
		     const char *name)
{
	static const char *const types[][3] = {
		[METRICS_OPENMETRICS] = { [METRIC_COUNTER] = "counter",
					  [METRIC_GAUGE] = "gauge",
					  [METRIC_INFO] = "info" },
		[METRICS_PROMETHEUS] = { [METRIC_COUNTER] = "counter",
					 [METRIC_GAUGE] = "gauge",
					 [METRIC_INFO] = "gauge" },
	};

	if (writer->format == METRICS_OPENMETRICS)
		name = family->name;
	fprintf(writer->stream, "# HELP %s %s\n# TYPE %s %s\n", name, family->help, name,
		types[writer->format][family->kind]);
	if (family->unit && writer->format == METRICS_OPENMETRICS)
		fprintf(writer->stream, "# UNIT %s %s\n", name, family->unit);
}

static void put_quoted(FILE *stream, const char *text)
{
	fputc('"', stream);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\' || *text == '\n')
			fputc('\\', stream);
		fputc(*text == '\n' ? 'n' : *text, stream);
	}
	fputc('"', stream);
}

static int put_sample(void *context, const struct metric_family *family, const char *name,
		      const char *const *labels, uint64_t value)
{
	char text[METRICS_VALUE_SIZE];
	struct writer *writer = context;

	if (writer->family != family)
		put_head(writer, family, name);
	writer->family = family;
	fputs(name, writer->stream);
	for (const char *const *label = labels; *label; label += 2) {
		fprintf(writer->stream, "%c%s=", label == labels ? '{' : ',', label[0]);
		put_quoted(writer->stream, label[1]);
	}
	fprintf(writer->stream, "%s %s\n", *labels ? "}" : "",
		metrics_value_text(family, value, text));
	return 0;
}

int metrics_write_as(struct metrics *metrics, enum metrics_format format, FILE *stream,
		     struct problem *problem)
{
	struct writer writer = { .stream = stream, .format = format };
	int err = metrics_check(metrics, problem);

	if (err)
		return err;
	(void)metrics_each(metrics, put_sample, &writer);
	if (format == METRICS_OPENMETRICS)
		fputs("# EOF\n", stream);
	if (fflush(stream) || ferror(stream))
		return problem_errno(problem, -EIO, "cannot write the metrics");
	return 0;
}

int metrics_write(struct metrics *metrics, FILE *stream, struct problem *problem)
{
	return metrics_write_as(metrics, METRICS_OPENMETRICS, stream, problem);
}
