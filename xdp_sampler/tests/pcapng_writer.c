// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "pcapng_writer.h"

struct pcapng_file *open_file(const struct scene *scene, const struct sink_wish *wish)
{
	struct pcapng_file *file;
	struct problem problem = { 0 };

	if (pcapng_file_open(wish, &scene->host, &file, &problem))
		fail_msg("%s", problem.text);
	return file;
}

size_t write_samples(struct scene *scene, struct pcapng_file *file, uint64_t first, size_t count,
		     int expected)
{
	struct sink_counts *counts = &scene->counts[0][SAMPLER_VERDICT];
	struct sample_view *views = calloc(count, sizeof(views[0]));
	bool *delivered = calloc(count, sizeof(delivered[0]));
	struct problem problem = { 0 };
	size_t whole = 0;

	assert_non_null(views);
	assert_non_null(delivered);
	for (size_t i = 0; i < count; i++)
		views[i] = scene_sample(scene, first + i, 100);
	counts->sampled += count;
	assert_int_equal(pcapng_file_write(file, views, count, delivered, &problem), expected);
	assert_int_equal(problem.text[0] != '\0', expected != 0);
	while (whole < count && delivered[whole])
		whole++;
	for (size_t i = whole; i < count; i++)
		assert_false(delivered[i]);
	counts->delivered += whole;
	counts->lost += count - whole;
	scene_free(views, count);
	free(views);
	free(delivered);
	return whole;
}

void close_file(struct pcapng_file *file)
{
	struct problem problem = { 0 };

	if (pcapng_file_close(file, &problem))
		fail_msg("%s", problem.text);
}

bool write_works(void *context)
{
	return pcapng_file_tick(context, NULL) == 0;
}
