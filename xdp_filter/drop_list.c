// SPDX-License-Identifier: GPL-2.0-only
#include "drop_list.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SEPARATORS ", \t\r\n\v\f"
#define WHITE_SPACE " \t\r\n\v\f"
#define QUOTE_MAX 64 /* bytes of a bad word that are shown */

void drop_list_free(struct drop_list *list)
{
	free(list->entries);
	*list = (struct drop_list){ 0 };
}

int drop_list_append(struct drop_list *list, const struct drop_entry *entry)
{
	if (list->count == list->space) {
		size_t space = list->space ? list->space * 2 : 16;
		struct drop_entry *entries = reallocarray(list->entries, space, sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		list->entries = entries;
		list->space = space;
	}
	list->entries[list->count++] = *entry;
	return 0;
}

static int compare_prefixes(const struct address_prefix *a, const struct address_prefix *b)
{
	int difference;

	if (a->family != b->family)
		return a->family == AF_INET ? -1 : 1;
	difference = memcmp(a->address, b->address, sizeof(a->address));
	return difference ? difference : a->length - b->length;
}

static int compare_entries(const void *a, const void *b)
{
	return compare_prefixes(&((const struct drop_entry *)a)->prefix,
				&((const struct drop_entry *)b)->prefix);
}

static void sort_entries(struct drop_list *list)
{
	if (list->count)
		qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
}

void drop_list_sort(struct drop_list *list)
{
	size_t kept = 0;

	if (!list->count)
		return;
	sort_entries(list);
	for (size_t i = 1; i < list->count; i++) {
		if (compare_entries(&list->entries[kept], &list->entries[i]))
			list->entries[++kept] = list->entries[i];
	}
	list->count = kept + 1;
}

const struct drop_entry *drop_list_find(const struct drop_list *list,
					const struct address_prefix *prefix)
{
	struct drop_entry wanted = { .prefix = *prefix };

	if (!list->count)
		return NULL;
	return bsearch(&wanted, list->entries, list->count, sizeof(*list->entries),
		       compare_entries);
}

/* "192.0.2.1/24": either the length or the address is wrong, and only the operator knows which. */
static int refuse_host_bits(const char *word, const struct address_prefix *meant,
			    struct problem *problem)
{
	char text[ADDRESS_PREFIX_TEXT_SIZE];

	address_prefix_text(meant, text, sizeof(text));
	return problem_set(problem, -EINVAL,
			   "'%s' has bits set behind its length: write %s for all of them, or '%.*s' "
			   "for this address alone",
			   word, text, (int)strcspn(word, "/"), word);
}

static int parse_word(const char *start, size_t length, struct address_prefix *ret_prefix,
		      struct problem *problem)
{
	char word[ADDRESS_PREFIX_TEXT_SIZE] = "";
	int err = -EINVAL;

	if (length < sizeof(word)) {
		memcpy(word, start, length);
		err = parse_address_prefix(word, ret_prefix);
	}
	if (err == -EDOM)
		return refuse_host_bits(word, ret_prefix, problem);
	if (err)
		return problem_set(problem, -EINVAL,
				   "'%.*s' is neither an IPv4 nor an IPv6 address or prefix",
				   length < QUOTE_MAX ? (int)length : QUOTE_MAX, start);
	return 0;
}

/* A prefix given twice would have two tags, or would be taken out twice. */
static int check_distinct(const struct drop_list *list, struct problem *problem)
{
	struct drop_list sorted = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < list->count; i++)
		err = drop_list_append(&sorted, &list->entries[i]);
	if (err)
		problem_errno(problem, err, "list of sources");
	else
		sort_entries(&sorted);
	for (size_t i = 1; !err && i < sorted.count; i++) {
		char text[ADDRESS_PREFIX_TEXT_SIZE];

		if (compare_entries(&sorted.entries[i - 1], &sorted.entries[i]))
			continue;
		address_prefix_text(&sorted.entries[i].prefix, text, sizeof(text));
		err = problem_set(problem, -EINVAL, "%s is given twice", text);
	}
	drop_list_free(&sorted);
	return err;
}

int drop_list_add(struct drop_list *list, const char *text, struct problem *problem)
{
	size_t before = list->count;
	int err = 0;

	for (text += strspn(text, SEPARATORS); !err && *text; text += strspn(text, SEPARATORS)) {
		struct drop_entry entry = { 0 };
		size_t length = strcspn(text, SEPARATORS);

		err = parse_word(text, length, &entry.prefix, problem);
		if (!err && drop_list_append(list, &entry))
			err = problem_errno(problem, -ENOMEM, "list of sources");
		text += length;
	}
	if (!err && list->count == before)
		err = problem_set(problem, -EINVAL, "no address in it");
	if (!err)
		err = check_distinct(list, problem);
	if (err)
		list->count = before;
	return err;
}

/* Takes the next tag off *text, without the white space around it. */
static int take_tag(const char **text, char ret_tag[FILTER_TAG_SIZE], struct problem *problem)
{
	const char *start = *text + strspn(*text, WHITE_SPACE);
	size_t length = strcspn(start, ",");

	*text = start + length;
	while (length && strchr(WHITE_SPACE, start[length - 1]))
		length--;
	if (length >= FILTER_TAG_SIZE)
		return problem_set(problem, -EINVAL,
				   "'%.*s...' has %zu bytes, a tag has at most %d", QUOTE_MAX,
				   start, length, FILTER_TAG_SIZE - 1);
	for (size_t i = 0; i < length; i++) {
		if (iscntrl((unsigned char)start[i]))
			return problem_set(problem, -EINVAL, "'%.*s' has a control character in it",
					   (int)length, start);
	}
	memset(ret_tag, 0, FILTER_TAG_SIZE);
	memcpy(ret_tag, start, length);
	return 0;
}

static int count_tags(const char *text)
{
	int count = 1;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

int drop_list_tag(struct drop_list *list, const char *text, struct problem *problem)
{
	size_t count = (size_t)count_tags(text);
	const char *at = text;
	char tag[FILTER_TAG_SIZE];
	int err = 0;

	if (count > list->count)
		return problem_set(problem, -EINVAL,
				   "%zu tags for %zu addresses: tags go to addresses by position",
				   count, list->count);
	for (size_t i = 0; !err && i < count; i++) {
		err = take_tag(&at, tag, problem);
		at += *at == ',';
	}
	at = text;
	for (size_t i = 0; !err && i < count; i++) {
		(void)take_tag(&at, list->entries[i].tag, NULL);
		at += *at == ',';
	}
	return err;
}
