// SPDX-License-Identifier: GPL-2.0-only
/* The tags of a list: each text is kept once, and found again through a hash table of offsets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source_list.h"

#define FIRST_SPACE 256
#define FIRST_SLOTS 64 /* a power of two, as all that follow */

static size_t hash_text(const char *text, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
	return (size_t)(hash ^ hash >> 32);
}

/* Where in the index the text is, or would be. Offset 0, the empty text, marks what is free. */
static uint32_t *find_slot(const struct source_list *list, const char *text, size_t length)
{
	size_t slot = hash_text(text, length);

	for (;; slot++) {
		uint32_t *offset = &list->tag_index[slot & (list->tag_slots - 1)];
		const char *there = list->tags + *offset;

		if (!*offset || (strncmp(there, text, length) == 0 && !there[length]))
			return offset;
	}
}

static int grow_index(struct source_list *list)
{
	struct source_list grown = *list;

	/* At most half full, so that searches stay short. */
	if ((list->tag_count + 1) * 2 <= list->tag_slots)
		return 0;
	grown.tag_slots = list->tag_slots ? list->tag_slots * 2 : FIRST_SLOTS;
	grown.tag_index = calloc(grown.tag_slots, sizeof(*grown.tag_index));
	if (!grown.tag_index)
		return -ENOMEM;
	for (size_t i = 0; i < list->tag_slots; i++) {
		const char *text = list->tags + list->tag_index[i];

		if (list->tag_index[i])
			*find_slot(&grown, text, strlen(text)) = list->tag_index[i];
	}
	free(list->tag_index);
	*list = grown;
	return 0;
}

static int reserve_text(struct source_list *list, size_t size)
{
	size_t space = list->tags_space ? list->tags_space : FIRST_SPACE;
	char *tags;

	while (space < list->tags_size + size)
		space *= 2;
	if (space == list->tags_space)
		return 0;
	if (space > (size_t)UINT32_MAX + 1)
		return -ENOMEM;
	tags = realloc(list->tags, space);
	if (!tags)
		return -ENOMEM;
	list->tags = tags;
	list->tags_space = space;
	return 0;
}

static uint32_t add_text(struct source_list *list, const char *text, size_t length)
{
	uint32_t offset = (uint32_t)list->tags_size;

	memcpy(list->tags + offset, text, length);
	list->tags[offset + length] = '\0';
	list->tags_size += length + 1;
	return offset;
}

int source_list_tag(struct source_list *list, const char *text, size_t length, uint32_t *ret_tag)
{
	uint32_t *slot;

	/* Room for the empty text, which comes first, and for this one. */
	if (reserve_text(list, 1 + length + 1) < 0 || grow_index(list) < 0)
		return -ENOMEM;
	if (!list->tags_size)
		add_text(list, "", 0);
	if (!length) {
		*ret_tag = 0;
		return 0;
	}
	slot = find_slot(list, text, length);
	if (!*slot) {
		*slot = add_text(list, text, length);
		list->tag_count++;
	}
	*ret_tag = *slot;
	return 0;
}

int source_list_tidy_tags(struct source_list *list)
{
	struct source_list tidy = { 0 };
	uint32_t tag;

	for (size_t i = 0; i < list->count; i++) {
		const char *text = list->tags + list->sources[i].tag;

		if (source_list_tag(&tidy, text, strlen(text), &tag) < 0) {
			source_list_free(&tidy);
			return -ENOMEM;
		}
	}
	/* All are there now: this finds them and cannot fail. */
	for (size_t i = 0; i < list->count; i++) {
		const char *text = list->tags + list->sources[i].tag;

		(void)source_list_tag(&tidy, text, strlen(text), &list->sources[i].tag);
	}
	free(list->tags);
	free(list->tag_index);
	tidy.sources = list->sources;
	tidy.count = list->count;
	tidy.space = list->space;
	*list = tidy;
	return 0;
}
