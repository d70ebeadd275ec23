// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "list_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

static int read_bytes(const void *bytes, size_t size, const struct source *pattern,
		      struct source_list *list, struct problem *problem)
{
	/* Of nothing, fmemopen() makes no stream. */
	FILE *stream = size ? fmemopen((void *)bytes, size, "r") : fopen("/dev/null", "r");
	int err;

	must(stream != NULL);
	err = list_file_read(stream, "fuzz", pattern, list, problem);
	fclose(stream);
	return err;
}

static void check_problem(const struct problem *problem)
{
	must(strncmp(problem->text, "fuzz: line ", 11) == 0);
	must(strlen(problem->text) < sizeof(problem->text) - 4);
	for (const char *at = problem->text; *at; at++)
		must((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void check_sources(const struct source_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct source *source = &list->sources[i];
		const char *tag = list->tags + source->tag;
		size_t length = strlen(tag);

		must(source->tag < list->tags_size && length <= SOURCE_TAG_MAX);
		must(!length || (tag[0] != ' ' && tag[length - 1] != ' '));
		for (size_t j = 0; j < length; j++)
			must((unsigned char)tag[j] >= 0x20 && tag[j] != 0x7f);
		must(source->prefix.length <= (source->prefix.family == AF_INET ? 32 : 128));
		must(source->action <= SOURCE_ALLOW && source->load_time == 5 && !source->packets);
		must(!i || source_list_compare(&source[-1].prefix, &source->prefix) < 0);
		must(source_list_find(list, &source->prefix) == source);
	}
}

/* What was read is written as what is read as the same. */
static void check_round_trip(const struct source_list *list)
{
	const struct source pattern = { .action = SOURCE_DROP, .load_time = 5 };
	struct source_list again = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	must(stream != NULL);
	must(list_file_write(stream, list) == 0);
	fclose(stream);
	must(read_bytes(text, size, &pattern, &again, NULL) == 0);
	must(source_list_equal(list, &again));
	source_list_free(&again);
	free(text);
}

/* The input is a list file, read into a list of one source. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source pattern = { .action = SOURCE_ALLOW, .load_time = 5 };
	struct problem problem = { 0 };
	struct source_list list = { 0 };
	int err;

	must(source_list_add_text(&list, "192.0.2.1", &pattern, NULL) == 0);
	must(source_list_tag_text(&list, "before", NULL) == 0);
	must(source_list_tag(&list, "unless said", 11, &pattern.tag) == 0);
	err = read_bytes(data, size, &pattern, &list, &problem);
	must(!err == !problem.text[0]);
	if (err) {
		check_problem(&problem);
		must(list.count == 1 && strcmp(list.tags + list.sources[0].tag, "before") == 0);
	} else {
		must(list.count >= 1);
		check_sources(&list);
		check_round_trip(&list);
	}
	source_list_free(&list);
	return 0;
}
