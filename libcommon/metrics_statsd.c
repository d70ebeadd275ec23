// SPDX-License-Identifier: GPL-2.0-only
#include "metrics.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* "ecbpf_filter_listed_sources" is "ecbpf_filter.listed_sources". */
static void put_name(FILE *stream, const char *name)
{
	const char *prefix_end = strchr(name, '_');
	const char *component_end = prefix_end ? strchr(prefix_end + 1, '_') : NULL;

	for (; *name; name++)
		fputc(name == component_end ? '.' : *name, stream);
}

static int put_gauge(void *context, const struct metric_family *family, const char *name,
		     const char *const *labels, uint64_t value)
{
	char text[METRICS_VALUE_SIZE];
	FILE *stream = context;

	/* All it says is in its labels. */
	if (family->kind == METRIC_INFO)
		return 0;
	put_name(stream, name);
	for (const char *const *label = labels; *label; label += 2) {
		fputc('.', stream);
		for (const char *c = label[1]; *c; c++)
			fputc(isalnum((unsigned char)*c) || strchr("_-", *c) ? *c : '_', stream);
	}
	fprintf(stream, ":%s|g\n", metrics_value_text(family, value, text));
	return 0;
}

char *metrics_statsd(struct metrics *metrics, struct problem *problem)
{
	char *text = NULL;
	size_t size;
	FILE *stream;
	bool is_whole;

	if (metrics_check(metrics, problem))
		return NULL;
	stream = open_memstream(&text, &size);
	is_whole = stream && metrics_each(metrics, put_gauge, stream) == 0 && !ferror(stream);
	if (stream && fclose(stream) == 0 && is_whole)
		return text;
	free(text);
	(void)problem_errno(problem, -ENOMEM, "cannot write the metrics");
	return NULL;
}
