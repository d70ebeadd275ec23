// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output_units.h"

struct sink_wish wish_of(const char *target)
{
	struct sink_wish wish = { 0 };

	snprintf(wish.target, sizeof(wish.target), "%s", target);
	return wish;
}

struct output_file *open_output(const struct scene *scene, const struct sink_wish *wish)
{
	struct output_file *file;
	struct problem problem = { 0 };

	if (output_file_open(wish, &scene->host, &file, &problem))
		fail_msg("%s", problem.text);
	return file;
}

size_t append(struct output_file *file, char letter, size_t count, int expected)
{
	struct problem problem = { 0 };
	char *bytes = malloc(count * UNIT);
	size_t *ends = calloc(count, sizeof(ends[0]));
	size_t written = 77;

	assert_non_null(bytes);
	assert_non_null(ends);
	memset(bytes, letter, count * UNIT);
	for (size_t i = 0; i < count; i++)
		ends[i] = (i + 1) * UNIT;
	assert_int_equal(output_file_append(file, bytes, ends, count, &written, &problem),
			 expected);
	assert_int_equal(problem.text[0] != '\0', expected != 0);
	free(bytes);
	free(ends);
	return written;
}

bool is_ready(void *context)
{
	return output_file_ready(context, NULL) == 0;
}

void assert_file(const char *path, const char *expected)
{
	char *text = scene_run(0, "cat %s", path);

	assert_string_equal(text, expected);
	free(text);
}

struct rlimit limit_file_size(rlim_t bytes)
{
	struct rlimit before;
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	return before;
}
