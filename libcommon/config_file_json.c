// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json-c/json.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_file_internal.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define QUOTE_MAX 40 /* bytes of ASCII */

/* json-c knows no lines and keeps the last of two equal names. So the structure is read here, and
 * json-c decodes the texts. */
struct reader {
	struct config_file *file;
	const char *at;
	unsigned int line;
	struct json_tokener *tokener;
	struct problem *problem;
};

__attribute__((format(printf, 2, 3))) static int fail(const struct reader *reader,
						      const char *format, ...)
{
	/* If this is cut, the problem is, and that has an eye on UTF-8. */
	char why[sizeof(reader->problem->text)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	return problem_set(reader->problem, -EINVAL, "%s: line %u: %s", reader->file->path,
			   reader->line, why);
}

static int out_of_memory(const struct reader *reader)
{
	return problem_errno(reader->problem, -ENOMEM, "read %s", reader->file->path);
}

/* "WANTED expected, not 'what is there'" */
static int fail_expected(const struct reader *reader, const char *wanted)
{
	size_t length = strspn(reader->at, LETTERS DIGITS "_+-.");

	if (!*reader->at)
		return fail(reader, "%s expected, not the end of the file", wanted);
	if (length == 0) {
		/* One whole character. */
		do
			length++;
		while (((unsigned char)reader->at[length] & 0xc0) == 0x80);
	}
	return fail(reader, "%s expected, not '%.*s'", wanted,
		    length < QUOTE_MAX ? (int)length : QUOTE_MAX, reader->at);
}

static bool take(struct reader *reader, char byte)
{
	if (*reader->at != byte)
		return false;
	reader->at++;
	return true;
}

static int skip_block_comment(struct reader *reader)
{
	const char *end = strstr(reader->at + 2, "*/");

	if (!end)
		return fail(reader, "the comment that begins here does not end");
	for (; reader->at < end; reader->at++)
		reader->line += *reader->at == '\n';
	reader->at += 2;
	return 0;
}

/* White space and comments. */
static int skip_space(struct reader *reader)
{
	int err = 0;

	while (!err) {
		if (!strncmp(reader->at, "//", 2))
			reader->at += strcspn(reader->at, "\n");
		else if (!strncmp(reader->at, "/*", 2))
			err = skip_block_comment(reader);
		else if (*reader->at && strchr(" \t\r\n", *reader->at))
			reader->line += *reader->at++ == '\n';
		else
			break;
	}
	return err;
}

/* Every text is at least a byte shorter than what it came from, and what comes from one byte, a
 * digit, has a comma or bracket behind it: there is always room. */
static const char *keep_text(struct config_file *file, const char *text, size_t length)
{
	char *kept = file->texts + file->texts_used;

	memcpy(kept, text, length);
	kept[length] = '\0';
	file->texts_used += length + 1;
	return kept;
}

/* Bytes of the text at reader->at with its quotation marks, or 0 with the failure told. */
static size_t text_length(struct reader *reader)
{
	const char *end = reader->at + 1;

	for (; *end != '"'; end++) {
		if (*end == '\\' && end[1])
			end++;
		if (!*end || *end == '\n') {
			fail(reader, "the text that begins here has no '\"' at its end");
			return 0;
		}
		if ((unsigned char)*end < ' ') {
			fail(reader, "a control character in a text; write it as \\u%04x", *end);
			return 0;
		}
	}
	return (size_t)(end - reader->at) + 1;
}

static int read_text(struct reader *reader, const char **ret_text)
{
	size_t length = text_length(reader);
	struct json_object *json;
	const char *text;
	size_t decoded;
	int err = 0;

	if (length == 0)
		return -EINVAL;
	json_tokener_reset(reader->tokener);
	json = json_tokener_parse_ex(reader->tokener, reader->at, (int)length);
	if (!json && json_tokener_get_error(reader->tokener) == json_tokener_success)
		return out_of_memory(reader);
	if (!json_object_is_type(json, json_type_string)) {
		json_object_put(json);
		return fail(reader, "a text with an escape that JSON does not have: %.*s",
			    (int)length, reader->at);
	}
	text = json_object_get_string(json);
	decoded = (size_t)json_object_get_string_len(json);
	if (strlen(text) != decoded)
		err = fail(reader, "a text with a NUL byte (\\u0000) in it");
	else
		*ret_text = keep_text(reader->file, text, decoded);
	json_object_put(json);
	reader->at += length;
	return err;
}

static bool take_digits(const char **at)
{
	size_t length = strspn(*at, DIGITS);

	*at += length;
	return length > 0;
}

/* Whether all of the text is what JSON calls a number. */
static bool is_number(const char *text)
{
	text += *text == '-';
	if (*text == '0')
		text++;
	else if (!take_digits(&text))
		return false;
	if (*text == '.') {
		text++;
		if (!take_digits(&text))
			return false;
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '+' || *text == '-';
		if (!take_digits(&text))
			return false;
	}
	return !*text;
}

static int read_number(struct reader *reader, struct config_value *value)
{
	size_t length = strspn(reader->at, DIGITS LETTERS "+-.");
	const char *text = keep_text(reader->file, reader->at, length);

	if (!is_number(text))
		return fail(reader, "'%.*s' is not a number", QUOTE_MAX, text);
	value->kind = CONFIG_NUMBER;
	value->text = text;
	reader->at += length;
	return 0;
}

static int read_word(struct reader *reader, struct config_value *value)
{
	static const struct {
		const char *word;
		enum config_kind kind;
	} words[] = {
		{ "true", CONFIG_BOOL },
		{ "false", CONFIG_BOOL },
		{ "null", CONFIG_NULL },
	};
	size_t length = strspn(reader->at, LETTERS DIGITS "_");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (length == strlen(words[i].word) && !memcmp(reader->at, words[i].word, length)) {
			value->kind = words[i].kind;
			value->text = words[i].word;
			reader->at += length;
			return 0;
		}
	}
	return fail_expected(reader, "a value (a text in quotation marks, a number, true, false)");
}

static int read_content(struct reader *reader, struct config_value *container, unsigned int depth);

static int read_value(struct reader *reader, struct config_value *value, unsigned int depth)
{
	int err = skip_space(reader);

	if (err)
		return err;
	if (!value->name)
		value->line = reader->line;
	switch (*reader->at) {
	case '{':
		value->kind = CONFIG_OBJECT;
		value->text = "{...}";
		return read_content(reader, value, depth + 1);
	case '[':
		value->kind = CONFIG_ARRAY;
		value->text = "[...]";
		return read_content(reader, value, depth + 1);
	case '"':
		value->kind = CONFIG_TEXT;
		return read_text(reader, &value->text);
	default:
		return strspn(reader->at, DIGITS "-") > 0 ? read_number(reader, value) :
							    read_word(reader, value);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct config_value *)a)->name,
		      ((const struct config_value *)b)->name);
}

static void forget_name(void *member)
{
	(void)member; /* belongs to the file */
}

/* A member's name and its colon. `names` is the tree of those that the object has. */
static int read_name(struct reader *reader, struct config_value *member, void **names)
{
	const struct config_value *const *found;
	int err;

	if (*reader->at != '"')
		return fail_expected(reader, "a name in quotation marks");
	member->line = reader->line;
	err = read_text(reader, &member->name);
	if (err)
		return err;
	found = tsearch(member, names, compare_names);
	if (!found)
		return out_of_memory(reader);
	if (*found != member)
		return fail(reader, "given twice, first in line %u: '%s'", (*found)->line,
			    member->name);
	err = skip_space(reader);
	if (err)
		return err;
	return take(reader, ':') ? 0 : fail_expected(reader, "':' behind a name");
}

static int read_item(struct reader *reader, struct config_value *container, void **names,
		     unsigned int depth, struct config_value **ret_item)
{
	struct config_node *node = calloc(1, sizeof(*node));
	int err = node ? skip_space(reader) : out_of_memory(reader);

	if (!node)
		return err;
	node->before = reader->file->nodes;
	reader->file->nodes = node;
	node->value.parent = container;
	*ret_item = &node->value;
	if (!err && container && container->kind == CONFIG_OBJECT)
		err = read_name(reader, &node->value, names);
	if (!err)
		err = read_value(reader, &node->value, depth);
	return err ? err : skip_space(reader);
}

/* What is in an object or an array, with its brackets. */
static int read_content(struct reader *reader, struct config_value *container, unsigned int depth)
{
	bool is_object = container->kind == CONFIG_OBJECT;
	const struct config_value **link = &container->first;
	void *names = NULL;
	int err;

	if (depth > CONFIG_FILE_DEPTH_MAX)
		return fail(reader, "more than %d objects and lists inside of each other",
			    CONFIG_FILE_DEPTH_MAX);
	reader->at++;
	err = skip_space(reader);
	if (err || take(reader, is_object ? '}' : ']'))
		return err;
	do {
		struct config_value *item = NULL;

		err = read_item(reader, container, &names, depth, &item);
		*link = item;
		link = item ? &item->next : link;
	} while (!err && take(reader, ','));
	tdestroy(names, forget_name);
	if (!err && !take(reader, is_object ? '}' : ']'))
		err = fail_expected(reader, is_object ? "',' or '}'" : "',' or ']'");
	return err;
}

int config_file_read_json(struct config_file *file, const char *text, struct problem *problem)
{
	struct reader reader = { .file = file, .at = text, .line = 1, .problem = problem };
	struct config_value *content = NULL;
	int err;

	reader.tokener = json_tokener_new();
	if (!reader.tokener)
		return out_of_memory(&reader);
	err = skip_space(&reader);
	if (!err && *reader.at != '{')
		err = fail_expected(&reader, "'{'");
	if (!err)
		err = read_item(&reader, NULL, NULL, 0, &content);
	if (!err && *reader.at)
		err = fail_expected(&reader, "the end of the file");
	json_tokener_free(reader.tokener);
	file->content = content;
	return err;
}
