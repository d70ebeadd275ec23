// SPDX-License-Identifier: GPL-2.0-only
/* What is done to two sorted lists: both are walked once, side by side. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source_list.h"

#define SECOND 1000000000ULL

static const char *tag_of(const struct source_list *list, const struct source *source)
{
	return list->tags + source->tag;
}

/* The number of the first source from `i` on that does not come before `prefix`. */
static size_t skip_to(const struct source_list *list, size_t i, const struct address_prefix *prefix)
{
	while (i < list->count && source_list_compare(&list->sources[i].prefix, prefix) < 0)
		i++;
	return i;
}

/* The source of that prefix in `list`, from *at on, which moves forward; NULL if there is none. */
static struct source *next_same(const struct source_list *list, size_t *at,
				const struct address_prefix *prefix)
{
	*at = skip_to(list, *at, prefix);
	if (*at < list->count && !source_list_compare(&list->sources[*at].prefix, prefix))
		return &list->sources[*at];
	return NULL;
}

static int check_size(const struct source_list *list, struct problem *problem)
{
	size_t ipv4 = 0;

	for (size_t i = 0; i < list->count; i++)
		ipv4 += list->sources[i].prefix.family == AF_INET;
	if (ipv4 > SOURCE_LIST_MAX || list->count - ipv4 > SOURCE_LIST_MAX)
		return problem_set(problem, -ENOSPC,
				   "%zu IPv4 and %zu IPv6 prefixes: at most %u of each have room",
				   ipv4, list->count - ipv4, SOURCE_LIST_MAX);
	return 0;
}

/* Appends one of `added` to the merged list, with the hits of the one it replaces, if any. */
static int append_added(struct source_list *merged, struct source_list *tags,
			const struct source_list *added, size_t number, const struct source *before)
{
	struct source source = added->sources[number];
	const char *tag = tag_of(added, &source);

	if (before) {
		source.packets = before->packets;
		source.bytes = before->bytes;
	}
	if (source_list_tag(tags, tag, strlen(tag), &source.tag) < 0)
		return -ENOMEM;
	merged->sources[merged->count++] = source;
	return 0;
}

/* Fills `merged`, which has room enough. The tags go to `list`: it keeps those it had. */
static int merge_into(struct source_list *merged, struct source_list *list,
		      const struct source_list *added)
{
	size_t at = 0;
	int err = 0;

	for (size_t i = 0; !err && i < added->count; i++) {
		const struct address_prefix *prefix = &added->sources[i].prefix;
		const struct source *before;

		while (at < list->count &&
		       source_list_compare(&list->sources[at].prefix, prefix) < 0)
			merged->sources[merged->count++] = list->sources[at++];
		before = next_same(list, &at, prefix);
		at += before != NULL;
		err = append_added(merged, list, added, i, before);
	}
	while (at < list->count)
		merged->sources[merged->count++] = list->sources[at++];
	return err;
}

int source_list_merge(struct source_list *list, const struct source_list *added,
		      struct problem *problem)
{
	struct source_list merged = { .space = list->count + added->count };
	int err = 0;

	if (!added->count)
		return 0;
	merged.sources = calloc(merged.space, sizeof(*merged.sources));
	if (!merged.sources || merge_into(&merged, list, added) < 0)
		err = problem_errno(problem, -ENOMEM, "list of sources");
	if (!err)
		err = check_size(&merged, problem);
	if (err) {
		free(merged.sources);
		return err;
	}
	free(list->sources);
	list->sources = merged.sources;
	list->count = merged.count;
	list->space = merged.space;
	return 0;
}

int source_list_remove(struct source_list *list, const struct source_list *removed, uint8_t action,
		       struct problem *problem)
{
	const char *name = action == SOURCE_ALLOW ? "allow" : "drop";
	size_t at = 0;
	size_t kept = 0;
	size_t next = 0;

	for (size_t i = 0; i < removed->count; i++) {
		const struct address_prefix *prefix = &removed->sources[i].prefix;
		const struct source *source = next_same(list, &at, prefix);
		char text[ADDRESS_PREFIX_TEXT_SIZE];

		if (source && source->action == action)
			continue;
		address_prefix_text(prefix, text, sizeof(text));
		return problem_set(problem, -ENOENT, "%s is not on the %s list%s", text, name,
				   source ? ", but on the other one" : "");
	}
	for (size_t i = 0; i < list->count; i++) {
		if (next_same(removed, &next, &list->sources[i].prefix))
			continue;
		list->sources[kept++] = list->sources[i];
	}
	list->count = kept;
	return 0;
}

void source_list_filter(struct source_list *list,
			bool (*keep)(const struct source *source, const void *context),
			const void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (keep(&list->sources[i], context))
			list->sources[kept++] = list->sources[i];
	}
	list->count = kept;
}

void source_list_inherit(struct source_list *list, const struct source_list *before)
{
	size_t at = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct source *source = &list->sources[i];
		const struct source *old = next_same(before, &at, &source->prefix);

		if (!old)
			continue;
		source->packets = old->packets;
		source->bytes = old->bytes;
		if (source->action == old->action &&
		    strcmp(tag_of(list, source), tag_of(before, old)) == 0)
			source->load_time = old->load_time;
	}
}

bool source_list_same_expiry(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return a == b;
	return (a > b ? a - b : b - a) < SECOND;
}

bool source_list_equal(const struct source_list *a, const struct source_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct source *left = &a->sources[i];
		const struct source *right = &b->sources[i];

		if (source_list_compare(&left->prefix, &right->prefix) ||
		    left->action != right->action || left->origin != right->origin ||
		    !source_list_same_expiry(left->expires, right->expires) ||
		    strcmp(tag_of(a, left), tag_of(b, right)) != 0)
			return false;
	}
	return true;
}
