// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "source_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

static const struct source pattern = { .action = SOURCE_ALLOW, .load_time = 5, .expires = 7 };

/* What was understood reads the same when it is written out again. */
static void check_addresses(const struct source_list *list)
{
	struct source_list again = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		const struct source *source = &list->sources[i];
		char text[ADDRESS_PREFIX_TEXT_SIZE];

		address_prefix_text(&source->prefix, text, sizeof(text));
		must(source_list_add_text(&again, text, &pattern, NULL) == 0);
		must(!source_list_compare(&again.sources[i].prefix, &source->prefix));
		must(source->action == SOURCE_ALLOW && source->load_time == 5);
		must(source->expires == 7 && source->tag == 0);
	}
	must(source_list_equal(list, &again));
	source_list_free(&again);
}

static void check_tags(struct source_list *list, const char *text)
{
	struct problem problem = { 0 };
	int err = source_list_tag_text(list, text, &problem);

	must(!err == !problem.text[0]);
	for (size_t i = 0; i < list->count; i++) {
		const char *tag = list->tags + list->sources[i].tag;
		size_t length = strlen(tag);

		must(list->sources[i].tag < list->tags_size && length <= SOURCE_TAG_MAX);
		must(!err || !length);
		must(!strchr(tag, ',') && !strchr(tag, '\n'));
		must(!length || (tag[0] != ' ' && tag[length - 1] != ' '));
	}
}

static void check_order(struct source_list *list)
{
	size_t count = list->count;

	must(source_list_sort(list) == 0);
	must(list->count == count);
	for (size_t i = 0; i < count; i++)
		must(source_list_find(list, &list->sources[i].prefix) == &list->sources[i]);
}

/* Halves of a sorted list, merged, are the whole; and one taken out of the other again is a half. */
static void check_merge(const struct source_list *list)
{
	struct source_list merged = { 0 };
	struct source_list even = { 0 };
	struct source_list odd = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		struct source source = list->sources[i];
		struct source_list *half = i % 2 ? &odd : &even;
		const char *tag = list->tags + source.tag;

		must(source_list_tag(half, tag, strlen(tag), &source.tag) == 0);
		must(source_list_append(half, &source) == 0);
	}
	must(source_list_merge(&merged, &odd, NULL) == 0);
	must(source_list_merge(&merged, &even, NULL) == 0);
	must(source_list_tidy_tags(&merged) == 0);
	must(source_list_equal(&merged, list));
	must(source_list_remove(&merged, &even, SOURCE_ALLOW, NULL) == 0);
	must(source_list_equal(&merged, &odd));
	source_list_free(&merged);
	source_list_free(&even);
	source_list_free(&odd);
}

/* The input is what --ips says, and behind its first zero byte what --tags says. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = memchr(data, 0, size);
	size_t length = zero ? (size_t)(zero - data) : size;
	char *addresses = strndup((const char *)data, length);
	char *tags = zero ? strndup((const char *)zero + 1, size - length - 1) : NULL;
	struct problem problem = { 0 };
	struct source_list list = { 0 };
	int err = addresses ? source_list_add_text(&list, addresses, &pattern, &problem) : -1;

	if (addresses)
		must(!err == !problem.text[0] && !err == !!list.count);
	if (!err) {
		/* Quadratic, so not for the longest inputs. */
		if (list.count < 100)
			check_addresses(&list);
		if (tags)
			check_tags(&list, tags);
		check_order(&list);
		check_merge(&list);
	}
	source_list_free(&list);
	free(addresses);
	free(tags);
	return 0;
}
