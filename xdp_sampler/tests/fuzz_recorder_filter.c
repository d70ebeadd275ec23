// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recorder_filter.h"
#include "recorder_masks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

/* A text that is understood prints as one that is understood as the same; one that is not leaves a
 * line that can be shown. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	char shown[RECORDER_FILTER_TEXT_SIZE], shown_again[RECORDER_FILTER_TEXT_SIZE];
	struct recorder_filter filter, again;
	struct problem problem = { 0 };
	int err;

	must(text != NULL);
	err = recorder_filter_parse(text, &filter, &problem);
	must(!err == !problem.text[0]);
	if (err) {
		must(err == -EINVAL || err == -EDOM);
		for (const char *at = problem.text; *at; at++)
			must((unsigned char)*at >= 0x20 && *at != 0x7f);
	} else {
		must(recorder_filter_is_canonical(&filter));
		must(recorder_filter_families(&filter) != 0);
		recorder_filter_text(&filter, shown);
		must(strlen(shown) < sizeof(shown) - 1);
		must(recorder_filter_parse(shown, &again, NULL) == 0);
		must(recorder_filter_equal(&filter, &again));
		must(!strcmp(recorder_filter_text(&again, shown_again), shown));
	}
	free(text);
	return 0;
}
