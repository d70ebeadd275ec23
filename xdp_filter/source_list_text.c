// SPDX-License-Identifier: GPL-2.0-only
/* Lists as an operator types them. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "quoted_text.h"
#include "source_list.h"

#define SEPARATORS ", \t\r\n\v\f"
#define WHITE_SPACE " \t\r\n\v\f"

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

int source_list_prefix(const char *word, size_t length, struct address_prefix *ret_prefix,
		       struct problem *problem)
{
	char text[ADDRESS_PREFIX_TEXT_SIZE] = "";
	char quoted[QUOTED_TEXT_SIZE];
	int err = -EINVAL;

	if (length < sizeof(text)) {
		memcpy(text, word, length);
		err = parse_address_prefix(text, ret_prefix);
	}
	if (err == -EDOM)
		return refuse_host_bits(text, ret_prefix, problem);
	if (err)
		return problem_set(problem, -EINVAL,
				   "'%s' is neither an IPv4 nor an IPv6 address or prefix",
				   quoted_text(word, length, quoted));
	return 0;
}

/* A prefix given twice would have two tags, or would be taken out twice. */
static int check_distinct(const struct source_list *list, struct problem *problem)
{
	struct source_list sorted = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < list->count; i++)
		err = source_list_append(&sorted, &list->sources[i]);
	if (!err)
		err = source_list_order(&sorted);
	if (err)
		problem_errno(problem, err, "list of sources");
	for (size_t i = 1; !err && i < sorted.count; i++) {
		const struct address_prefix *prefix = &sorted.sources[i].prefix;
		char text[ADDRESS_PREFIX_TEXT_SIZE];

		if (source_list_compare(&sorted.sources[i - 1].prefix, prefix))
			continue;
		address_prefix_text(prefix, text, sizeof(text));
		err = problem_set(problem, -EINVAL, "%s is given twice", text);
	}
	source_list_free(&sorted);
	return err;
}

int source_list_add_text(struct source_list *list, const char *text, const struct source *pattern,
			 struct problem *problem)
{
	size_t before = list->count;
	int err = 0;

	for (text += strspn(text, SEPARATORS); !err && *text; text += strspn(text, SEPARATORS)) {
		struct source source = *pattern;
		size_t length = strcspn(text, SEPARATORS);

		err = source_list_prefix(text, length, &source.prefix, problem);
		if (!err && source_list_append(list, &source) < 0)
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
static const char *take_tag(const char **text, size_t *ret_length)
{
	const char *start = *text + strspn(*text, WHITE_SPACE);
	size_t length = strcspn(start, ",");

	*text = start + length;
	*text += **text == ',';
	while (length && strchr(WHITE_SPACE, start[length - 1]))
		length--;
	*ret_length = length;
	return start;
}

static int check_tag(const char *tag, size_t length, struct problem *problem)
{
	char quoted[QUOTED_TEXT_SIZE];

	if (length > SOURCE_TAG_MAX)
		return problem_set(problem, -EINVAL, "'%s' has %zu bytes, a tag has at most %d",
				   quoted_text(tag, length, quoted), length, SOURCE_TAG_MAX);
	for (size_t i = 0; i < length; i++) {
		if (iscntrl((unsigned char)tag[i]))
			return problem_set(problem, -EINVAL, "'%s' has a control character in it",
					   quoted_text(tag, length, quoted));
	}
	return 0;
}

static size_t count_tags(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

int source_list_tag_text(struct source_list *list, const char *text, struct problem *problem)
{
	size_t count = count_tags(text);
	const char *at = text;
	size_t length;
	uint32_t tag;

	if (count > list->count)
		return problem_set(problem, -EINVAL,
				   "%zu tags for %zu addresses: tags go to addresses by position",
				   count, list->count);
	for (size_t i = 0; i < count; i++) {
		const char *start = take_tag(&at, &length);
		int err = check_tag(start, length, problem);

		if (err)
			return err;
		if (source_list_tag(list, start, length, &tag) < 0)
			return problem_errno(problem, -ENOMEM, "tags of sources");
	}
	/* All are there now: this finds them and cannot fail. */
	at = text;
	for (size_t i = 0; i < count; i++) {
		const char *start = take_tag(&at, &length);

		(void)source_list_tag(list, start, length, &list->sources[i].tag);
	}
	return 0;
}
