// SPDX-License-Identifier: GPL-2.0-only
#include "source_list.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void source_list_free(struct source_list *list)
{
	free(list->sources);
	free(list->tags);
	free(list->tag_index);
	*list = (struct source_list){ 0 };
}

int source_list_append(struct source_list *list, const struct source *source)
{
	uint32_t no_tag;

	if (list->count == list->space) {
		size_t space = list->space ? list->space * 2 : 16;
		struct source *sources = reallocarray(list->sources, space, sizeof(*sources));

		if (!sources)
			return -ENOMEM;
		list->sources = sources;
		list->space = space;
	}
	if (!list->tags && source_list_tag(list, "", 0, &no_tag) < 0)
		return -ENOMEM;
	list->sources[list->count++] = *source;
	return 0;
}

int source_list_compare(const struct address_prefix *a, const struct address_prefix *b)
{
	int difference;

	if (a->family != b->family)
		return a->family == AF_INET ? -1 : 1;
	difference = memcmp(a->address, b->address, sizeof(a->address));
	return difference ? difference : a->length - b->length;
}

/* A prefix as numbers: small and quick to compare, so that sorting moves little. */
struct sort_key {
	uint64_t address[2];
	uint8_t family;
	uint8_t length;
	size_t number;
};

static int compare_keys(const void *left, const void *right)
{
	const struct sort_key *a = left;
	const struct sort_key *b = right;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->address[0] != b->address[0])
		return a->address[0] < b->address[0] ? -1 : 1;
	if (a->address[1] != b->address[1])
		return a->address[1] < b->address[1] ? -1 : 1;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	/* qsort() promises nothing about equal ones. */
	return a->number < b->number ? -1 : 1;
}

static struct sort_key *make_keys(const struct source_list *list)
{
	struct sort_key *keys = calloc(list->count, sizeof(*keys));

	for (size_t i = 0; keys && i < list->count; i++) {
		const struct address_prefix *prefix = &list->sources[i].prefix;

		memcpy(keys[i].address, prefix->address, sizeof(prefix->address));
		keys[i].address[0] = be64toh(keys[i].address[0]);
		keys[i].address[1] = be64toh(keys[i].address[1]);
		keys[i].family = prefix->family == AF_INET ? 4 : 6;
		keys[i].length = prefix->length;
		keys[i].number = i;
	}
	return keys;
}

static bool is_in_order(const struct source_list *list)
{
	for (size_t i = 1; i < list->count; i++) {
		if (source_list_compare(&list->sources[i - 1].prefix, &list->sources[i].prefix) > 0)
			return false;
	}
	return true;
}

int source_list_order(struct source_list *list)
{
	struct sort_key *keys;
	struct source *sources;

	if (is_in_order(list))
		return 0;
	keys = make_keys(list);
	sources = calloc(list->count, sizeof(*sources));
	if (!keys || !sources) {
		free(keys);
		free(sources);
		return -ENOMEM;
	}
	qsort(keys, list->count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < list->count; i++)
		sources[i] = list->sources[keys[i].number];
	free(keys);
	free(list->sources);
	list->sources = sources;
	list->space = list->count;
	return 0;
}

int source_list_sort(struct source_list *list)
{
	size_t kept = 0;
	int err = source_list_order(list);

	if (err || !list->count)
		return err;
	for (size_t i = 1; i < list->count; i++) {
		if (source_list_compare(&list->sources[kept].prefix, &list->sources[i].prefix))
			kept++;
		list->sources[kept] = list->sources[i];
	}
	list->count = kept + 1;
	return 0;
}

static int compare_prefix_to_source(const void *prefix, const void *source)
{
	return source_list_compare(prefix, &((const struct source *)source)->prefix);
}

struct source *source_list_find(const struct source_list *list, const struct address_prefix *prefix)
{
	if (!list->count)
		return NULL;
	return bsearch(prefix, list->sources, list->count, sizeof(*list->sources),
		       compare_prefix_to_source);
}

static bool covers(const struct address_prefix *prefix, const struct address_prefix *address)
{
	size_t bytes = prefix->length / 8;
	unsigned int bits = prefix->length % 8;
	unsigned int difference;

	if (prefix->family != address->family ||
	    memcmp(prefix->address, address->address, bytes) != 0)
		return false;
	if (bits == 0)
		return true;
	difference = prefix->address[bytes] ^ address->address[bytes];
	return difference >> (8 - bits) == 0;
}

static bool has_expired(const struct source *source, uint64_t now)
{
	return source->expires != 0 && source->expires <= now;
}

const struct source *source_list_match(const struct source_list *list,
				       const struct address_prefix *address, uint64_t now)
{
	const struct source *longest = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct source *source = &list->sources[i];

		if (has_expired(source, now) || !covers(&source->prefix, address))
			continue;
		if (!longest || source->prefix.length > longest->prefix.length)
			longest = source;
	}
	return longest;
}
