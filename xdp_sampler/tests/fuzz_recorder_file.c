// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorder_file.h"
#include "recorder_filter.h"
#include "recorder_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

static void check_recorders(const struct recorder_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct recorder *recorder = &set->recorders[i];

		must(recorder->id >= 1 && recorder->id <= RECORDER_ID_LIMIT);
		must(recorder->capture_length >= RECORDER_CAPTURE_MINIMUM);
		must(recorder->capture_length <= RECORDER_FULL);
		must(!recorder->packets && !recorder->bytes);
		must(recorder_filter_is_canonical(&recorder->filter));
		must(recorder_set_find(set, recorder->id) == recorder);
		must(recorder_set_find_filter(set, &recorder->filter) == recorder);
	}
}

static void build_image(const struct recorder_set *set)
{
	static struct recorder_image image;
	struct recorder_masks masks = { 0 };

	if (recorder_masks_fit(&masks, set, NULL) == 0)
		recorder_image_build(set, &masks, &image);
}

/* The input is a file, read into a set of one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of nothing, fmemopen() makes no stream. */
	FILE *stream = size ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "r");
	struct recorder recorder = recorder_usual();
	struct recorder_set set = { 0 };
	struct problem problem = { 0 };
	int err;

	must(stream != NULL);
	recorder.filter.protocol = 253;
	must(recorder_set_add(&set, &recorder, NULL, NULL) == 0);
	err = recorder_file_read(stream, "fuzz", &set, &problem);
	fclose(stream);
	must(!err == !problem.text[0]);
	if (err) {
		must(set.count == 1 && set.recorders[0].id == 1);
		must(strncmp(problem.text, "fuzz: line ", 11) == 0);
		for (const char *at = problem.text; *at; at++)
			must((unsigned char)*at >= 0x20 && *at != 0x7f);
	}
	check_recorders(&set);
	build_image(&set);
	recorder_set_free(&set);
	return 0;
}
