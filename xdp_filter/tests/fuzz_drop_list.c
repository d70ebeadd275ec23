// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drop_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

/* What was understood reads the same when it is written out again. */
static void check_addresses(const struct drop_list *list)
{
	struct drop_list again = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		char text[ADDRESS_PREFIX_TEXT_SIZE];

		address_prefix_text(&list->entries[i].prefix, text, sizeof(text));
		must(drop_list_add(&again, text, NULL) == 0);
		must(again.entries[i].prefix.family == list->entries[i].prefix.family);
		must(again.entries[i].prefix.length == list->entries[i].prefix.length);
		must(!memcmp(again.entries[i].prefix.address, list->entries[i].prefix.address,
			     sizeof(again.entries[i].prefix.address)));
	}
	drop_list_free(&again);
}

static void check_tags(struct drop_list *list, const char *text)
{
	struct problem problem = { 0 };
	int err = drop_list_tag(list, text, &problem);

	must(!err == !problem.text[0]);
	for (size_t i = 0; i < list->count; i++) {
		const char *tag = list->entries[i].tag;
		size_t length = strnlen(tag, FILTER_TAG_SIZE);

		must(length < FILTER_TAG_SIZE);
		must(!err || !length);
		must(!strchr(tag, ',') && !strchr(tag, '\n'));
		must(!length || (tag[0] != ' ' && tag[length - 1] != ' '));
	}
}

static void check_order(struct drop_list *list)
{
	size_t count = list->count;

	drop_list_sort(list);
	must(list->count == count);
	for (size_t i = 0; i < count; i++)
		must(drop_list_find(list, &list->entries[i].prefix) == &list->entries[i]);
}

/* The input is a list of addresses, and behind its first zero byte one of tags. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = memchr(data, 0, size);
	size_t length = zero ? (size_t)(zero - data) : size;
	char *addresses = strndup((const char *)data, length);
	char *tags = zero ? strndup((const char *)zero + 1, size - length - 1) : NULL;
	struct problem problem = { 0 };
	struct drop_list list = { 0 };
	int err = addresses ? drop_list_add(&list, addresses, &problem) : -1;

	if (addresses)
		must(!err == !problem.text[0] && !err == !!list.count);
	if (!err) {
		/* Quadratic, so not for the longest inputs. */
		if (list.count < 100)
			check_addresses(&list);
		if (tags)
			check_tags(&list, tags);
		check_order(&list);
	}
	drop_list_free(&list);
	free(addresses);
	free(tags);
	return 0;
}
