// SPDX-License-Identifier: GPL-2.0-only
#include "metrics_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define SECOND UINT64_C(1000000000)
#define PREFIX "ecbpf_"
#define LOWER_CASE "abcdefghijklmnopqrstuvwxyz"
#define NAME_BYTES LOWER_CASE "0123456789_"

struct metrics *metrics_new(void)
{
	return calloc(1, sizeof(struct metrics));
}

static void free_labels(struct sample *sample)
{
	for (char **label = sample->labels; *label; label++)
		free(*label);
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	for (size_t i = 0; i < metrics->count; i++) {
		struct collected *collected = &metrics->collected[i];

		for (size_t j = 0; j < collected->count; j++)
			free_labels(&collected->samples[j]);
		free(collected->samples);
		free(collected->sample_name);
	}
	free(metrics->collected);
	free(metrics);
}

/* Only the first mistake is kept. */
__attribute__((format(printf, 2, 3))) static void note_mistake(struct metrics *metrics,
							       const char *format, ...)
{
	va_list arguments;
	char *text;

	if (metrics->err)
		return;
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	metrics->err = text ? problem_set(&metrics->mistake, -EINVAL, "%s", text) :
			      problem_errno(&metrics->mistake, -ENOMEM, "metrics");
	free(text);
}

static void note_no_memory(struct metrics *metrics)
{
	if (!metrics->err)
		metrics->err = problem_errno(&metrics->mistake, -ENOMEM, "metrics");
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static bool is_name(const char *text)
{
	return *text && strchr(LOWER_CASE, *text) && strspn(text, NAME_BYTES) == strlen(text);
}

static bool is_in_seconds(const struct metric_family *family)
{
	return family->unit && strcmp(family->unit, "seconds") == 0;
}

static void check_family(struct metrics *metrics, const struct metric_family *family)
{
	/* What the text formats put behind the names of these and other kinds. */
	static const char *const taken[] = { "_total", "_info", "_created", "_bucket",
					     "_count", "_sum",  "_gcount",  "_gsum" };

	if (!is_name(family->name) || strncmp(family->name, PREFIX, strlen(PREFIX)) != 0)
		note_mistake(metrics, "metric %s: not " PREFIX "… in lower case", family->name);
	for (size_t i = 0; i < COUNT_OF(taken); i++) {
		if (ends_with(family->name, taken[i]))
			note_mistake(metrics, "metric %s: must not end with %s", family->name,
				     taken[i]);
	}
	if (family->unit && (!ends_with(family->name, family->unit) ||
			     family->name[strlen(family->name) - strlen(family->unit) - 1] != '_'))
		note_mistake(metrics, "metric %s: must end with its unit, _%s", family->name,
			     family->unit);
	if (family->unit && family->kind == METRIC_INFO)
		note_mistake(metrics, "metric %s: information has no unit", family->name);
	if (!family->help || !*family->help || strpbrk(family->help, "\n\"\\"))
		note_mistake(metrics,
			     "metric %s: needs a help text of one line without quotes and "
			     "backslashes",
			     family->name);
	if (metrics_has_name(metrics, family->name))
		note_mistake(metrics, METRICS_SAME_NAME, family->name);
}

/* Room for one more behind `count`. NULL: out of memory, `list` is as it was. */
static void *grown(void *list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 8;

	if (count < *room)
		return list;
	list = reallocarray(list, more, size);
	if (list)
		*room = more;
	return list;
}

static struct collected *collected_of(struct metrics *metrics, const struct metric_family *family)
{
	static const char *const ends[] = { [METRIC_COUNTER] = "_total", [METRIC_INFO] = "_info" };
	const char *end = family->kind < COUNT_OF(ends) ? ends[family->kind] : NULL;
	struct collected *list, *collected;

	for (size_t i = metrics->count; i > 0; i--) {
		if (metrics->collected[i - 1].family == family)
			return &metrics->collected[i - 1];
	}
	check_family(metrics, family);
	list = grown(metrics->collected, metrics->count, &metrics->room, sizeof(*list));
	if (!list)
		return NULL;
	metrics->collected = list;
	collected = &list[metrics->count];
	*collected = (struct collected){ .family = family };
	if (asprintf(&collected->sample_name, "%s%s", family->name, end ? end : "") < 0)
		return NULL;
	metrics->count++;
	return collected;
}

/* One pair behind `at`; its new end. */
static char **add_label(struct metrics *metrics, const struct metric_family *family,
			struct sample *sample, char **at, const char *name, const char *value)
{
	if (!is_name(name))
		note_mistake(metrics, "metric %s: '%s' is no name of a label", family->name, name);
	for (char **label = sample->labels; label < at; label += 2) {
		if (strcmp(*label, name) == 0)
			note_mistake(metrics, "metric %s: label %s is given twice", family->name,
				     name);
	}
	if (at == sample->labels + 2 * METRIC_LABELS_MAX) {
		note_mistake(metrics, "metric %s: more than %d labels", family->name,
			     METRIC_LABELS_MAX);
		return at;
	}
	at[0] = strdup(name);
	at[1] = at[0] ? printable_copy(value, PRINTABLE_FOR_JSON) : NULL;
	if (!at[1]) {
		free(at[0]);
		at[0] = NULL;
		note_no_memory(metrics);
		return at;
	}
	return at + 2;
}

static void add(struct metrics *metrics, const struct metric_family *family, uint64_t value,
		va_list labels)
{
	struct collected *collected = collected_of(metrics, family);
	struct sample *list, *sample;
	const char *name;
	char **at;

	list = collected ? grown(collected->samples, collected->count, &collected->room,
				 sizeof(*list)) :
			   NULL;
	if (!list) {
		note_no_memory(metrics);
		return;
	}
	collected->samples = list;
	sample = &list[collected->count++];
	*sample = (struct sample){ .value = family->kind == METRIC_INFO ? 1 : value };
	at = sample->labels;
	while ((name = va_arg(labels, const char *))) {
		const char *text = va_arg(labels, const char *);

		if (text && *text)
			at = add_label(metrics, family, sample, at, name, text);
	}
}

void metrics_add(struct metrics *metrics, const struct metric_family *family, uint64_t value, ...)
{
	va_list labels;

	if (!metrics)
		return;
	if (is_in_seconds(family))
		value = value > UINT64_MAX / SECOND ? UINT64_MAX : value * SECOND;
	va_start(labels, value);
	add(metrics, family, value, labels);
	va_end(labels);
}

void metrics_add_duration(struct metrics *metrics, const struct metric_family *family,
			  uint64_t nanoseconds, ...)
{
	va_list labels;

	if (!metrics)
		return;
	if (!is_in_seconds(family))
		note_mistake(metrics, "metric %s: a duration has the unit seconds", family->name);
	va_start(labels, nanoseconds);
	add(metrics, family, nanoseconds, labels);
	va_end(labels);
}
