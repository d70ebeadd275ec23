// SPDX-License-Identifier: GPL-2.0-only
#include "metrics_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

bool metrics_has_name(const struct metrics *metrics, const char *name)
{
	for (size_t i = 0; i < metrics->count; i++) {
		if (strcmp(metrics->collected[i].family->name, name) == 0)
			return true;
	}
	return false;
}

static const char *label_value(const struct sample *sample, const char *name)
{
	for (char *const *label = sample->labels; *label; label += 2) {
		if (strcmp(label[0], name) == 0)
			return label[1];
	}
	return NULL;
}

static size_t label_count(const struct sample *sample)
{
	size_t count = 0;

	while (sample->labels[2 * count])
		count++;
	return count;
}

/* The name of the label that comes behind `last` in the alphabet; NULL: none. */
static const char *next_name(const struct sample *sample, const char *last)
{
	const char *next = NULL;

	for (char *const *label = sample->labels; *label; label += 2) {
		if (strcmp(*label, last) > 0 && (!next || strcmp(*label, next) < 0))
			next = *label;
	}
	return next;
}

/* Samples whose labels differ at most in their order are equal. */
static int compare_samples(const void *left, const void *right)
{
	const struct sample *const a = *(const struct sample *const *)left,
				   *const b = *(const struct sample *const *)right;
	const char *name_a = "", *name_b = "";
	int order = 0;

	while (order == 0) {
		name_a = next_name(a, name_a);
		name_b = next_name(b, name_b);
		if (!name_a || !name_b)
			return (name_a != NULL) - (name_b != NULL);
		order = strcmp(name_a, name_b);
		if (order == 0)
			order = strcmp(label_value(a, name_a), label_value(b, name_b));
	}
	return order;
}

static int check_samples(const struct collected *collected, struct problem *problem)
{
	CLEANUP_FREE const struct sample **sorted = calloc(collected->count, sizeof(*sorted));

	if (!sorted)
		return problem_errno(problem, -ENOMEM, "metrics");
	for (size_t i = 0; i < collected->count; i++)
		sorted[i] = &collected->samples[i];
	qsort(sorted, collected->count, sizeof(*sorted), compare_samples);
	for (size_t i = 1; i < collected->count; i++) {
		if (compare_samples(&sorted[i - 1], &sorted[i]) == 0)
			return problem_set(problem, -EINVAL,
					   "metric %s: the same labels twice%s%s%s%s",
					   collected->family->name,
					   label_count(sorted[i]) ? ": " : "",
					   label_count(sorted[i]) ? sorted[i]->labels[0] : "",
					   label_count(sorted[i]) ? "=" : "",
					   label_count(sorted[i]) ? sorted[i]->labels[1] : "");
	}
	return 0;
}

int metrics_check(struct metrics *metrics, struct problem *problem)
{
	int err = 0;

	if (!metrics)
		return problem_errno(problem, -ENOMEM, "metrics");
	if (metrics->err)
		return problem_set(problem, metrics->err, "%s", metrics->mistake.text);
	for (size_t i = 0; !err && i < metrics->count; i++)
		err = check_samples(&metrics->collected[i], problem);
	return err;
}

static int merge(struct metrics *metrics, struct metrics *from, struct problem *problem)
{
	size_t count = metrics->count + from->count;
	struct collected *list;

	for (size_t i = 0; i < from->count; i++) {
		const char *name = from->collected[i].family->name;

		if (metrics_has_name(metrics, name))
			return problem_set(problem, -EINVAL, METRICS_SAME_NAME, name);
	}
	if (from->count == 0)
		return 0;
	list = reallocarray(metrics->collected, count, sizeof(*list));
	if (!list)
		return problem_errno(problem, -ENOMEM, "metrics");
	memcpy(list + metrics->count, from->collected, from->count * sizeof(*list));
	metrics->collected = list;
	metrics->count = metrics->room = count;
	from->count = 0;
	return 0;
}

int metrics_merge(struct metrics *metrics, struct metrics *from, struct problem *problem)
{
	int err = metrics_check(from, problem);

	if (!metrics)
		err = problem_errno(problem, -ENOMEM, "metrics");
	else if (!err)
		err = merge(metrics, from, problem);
	metrics_free(from);
	return err;
}

int metrics_each(struct metrics *metrics, metrics_take take, void *context)
{
	int err = metrics_check(metrics, NULL);

	for (size_t i = 0; !err && i < metrics->count; i++) {
		const struct collected *collected = &metrics->collected[i];

		for (size_t j = 0; !err && j < collected->count; j++)
			err = take(context, collected->family, collected->sample_name,
				   (const char *const *)collected->samples[j].labels,
				   collected->samples[j].value);
	}
	return err;
}
