// SPDX-License-Identifier: GPL-2.0-only
#include "list_line.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "quoted_text.h"

#define WHITE_SPACE " \t\r\v\f"
#define COMMENT_STARTS "#;"

static const char *const action_words[] = {
	[SOURCE_DROP] = "drop",
	[SOURCE_ALLOW] = "allow",
};

/* Takes the next word off *text and terminates it; NULL behind the last one. */
static char *next_word(char **text)
{
	char *word = *text + strspn(*text, WHITE_SPACE);
	size_t length = strcspn(word, WHITE_SPACE);

	*text = word + length;
	if (**text)
		*(*text)++ = '\0';
	return length ? word : NULL;
}

static int parse_until(const char *word, const struct list_clock *clock, uint64_t *ret_expires,
		       struct problem *problem)
{
	char quoted[QUOTED_TEXT_SIZE];
	int err;

	if (!word)
		return problem_set(problem, -EINVAL, "no time behind 'until'");
	err = list_time_parse(word, clock, ret_expires);
	if (!err)
		return 0;
	quoted_text(word, strlen(word), quoted);
	if (err == -ERANGE)
		return problem_set(problem, -EINVAL,
				   "'%s' is too far away: leave 'until' out for what never expires",
				   quoted);
	return problem_set(problem, -EINVAL, "'%s' is no time in UTC like 2026-12-24T18:00:00Z",
			   quoted);
}

/* One of the words behind the prefix; `rest` is what follows it. */
static int parse_word(struct list_line *line, const char *word, char **rest,
		      const struct list_clock *clock, struct problem *problem)
{
	char quoted[QUOTED_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(action_words) / sizeof(*action_words); i++) {
		if (!line->action_given && strcmp(word, action_words[i]) == 0) {
			line->action_given = true;
			line->action = (uint8_t)i;
			return 0;
		}
	}
	if (!line->expires && strcmp(word, "until") == 0)
		return parse_until(next_word(rest), clock, &line->expires, problem);
	return problem_set(problem, -EINVAL,
			   "'%s' behind the prefix: there may be drop or allow, until TIME, and a "
			   "comment that starts with # or ;",
			   quoted_text(word, strlen(word), quoted));
}

/* Trimmed, as short as tags are, and without control characters. */
static void take_tag(struct list_line *line, char *comment)
{
	size_t length;

	comment += strspn(comment, WHITE_SPACE);
	length = quoted_text_cut(comment, strlen(comment), SOURCE_TAG_MAX);
	while (length && strchr(WHITE_SPACE, comment[length - 1]))
		length--;
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)comment[i] < 0x20 || comment[i] == 0x7f)
			comment[i] = '?';
	}
	line->tag = comment;
	line->tag_length = length;
}

int list_line_parse(char *text, size_t length, const struct list_clock *clock,
		    struct list_line *ret_line, struct problem *problem)
{
	size_t before_comment;
	char *word;
	int err;

	*ret_line = (struct list_line){ 0 };
	if (length > LIST_LINE_MAX)
		return problem_set(problem, -EINVAL, "longer than %d bytes", LIST_LINE_MAX);
	if (strlen(text) != length)
		return problem_set(problem, -EINVAL,
				   "a NUL byte in it: is it a text file in UTF-8?");
	before_comment = strcspn(text, COMMENT_STARTS);
	if (text[before_comment]) {
		text[before_comment] = '\0';
		take_tag(ret_line, text + before_comment + 1);
	}

	word = next_word(&text);
	if (!word)
		return 0;
	err = source_list_prefix(word, strlen(word), &ret_line->prefix, problem);
	while (!err && (word = next_word(&text)))
		err = parse_word(ret_line, word, &text, clock, problem);
	return err;
}

const char *list_line_text(const struct source *source, const char *tag,
			   const struct list_clock *clock, char ret_text[LIST_LINE_WRITTEN_SIZE])
{
	char prefix[ADDRESS_PREFIX_TEXT_SIZE];
	char until[LIST_TIME_SIZE] = "";

	address_prefix_text(&source->prefix, prefix, sizeof(prefix));
	if (source->expires)
		list_time_text(source->expires, clock, until);
	snprintf(ret_text, LIST_LINE_WRITTEN_SIZE, "%s %s%s%s%s%s", prefix,
		 action_words[source->action == SOURCE_ALLOW], until[0] ? " until " : "", until,
		 tag[0] ? " ; " : "", tag);
	return ret_text;
}
