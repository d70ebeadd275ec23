// SPDX-License-Identifier: GPL-2.0-only
#include "config_schema.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "config_file.h"

static const char *const colours[] = { "red", "on", "off", NULL };

/* A key of every kind, and every shape. */
static void declare(struct config_schema *schema)
{
	config_schema_key(schema, "interfaces", SCHEMA_INTERFACES, "Where", NULL);
	config_schema_object_begin(schema, "one", "A \"quoted\" \\ object");
	config_schema_key(schema, "text", SCHEMA_TEXT, "t", NULL);
	config_schema_key(schema, "colour", SCHEMA_TEXT, "c", colours);
	config_schema_key(schema, "number", SCHEMA_NUMBER, "n", NULL);
	config_schema_key(schema, "flag", SCHEMA_BOOL, "b", NULL);
	config_schema_key(schema, "setting", SCHEMA_SETTING, "s", NULL);
	config_schema_key(schema, "switch", SCHEMA_SETTING, "w", colours);
	config_schema_key(schema, "texts", SCHEMA_TEXTS, "ts", colours);
	config_schema_key(schema, "settings", SCHEMA_SETTINGS, "ss", NULL);
	config_schema_array_begin(schema, "list", "Objects", 0);
	config_schema_key(schema, "text", SCHEMA_TEXT, "t", NULL);
	config_schema_end(schema);
	config_schema_array_begin(schema, "mixed", "Objects and texts", 1);
	config_schema_key(schema, "text", SCHEMA_TEXT, "t", NULL);
	config_schema_end(schema);
	config_schema_each_interface_begin(schema, "interface", "Each");
	config_schema_key(schema, "text", SCHEMA_TEXT, "t", NULL);
	config_schema_object_begin(schema, "deep", "d");
	config_schema_key(schema, "text", SCHEMA_TEXT, "t", NULL);
	config_schema_end(schema);
	config_schema_end(schema);
	config_schema_end(schema);
	config_schema_object_begin(schema, "empty", "Nothing in it");
	config_schema_end(schema);
}

/* The caller frees it. */
static char *print(struct config_schema *schema, int expected)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	assert_int_equal(config_schema_finish(schema, stream), expected);
	fclose(stream);
	return text;
}

/* "a/b" in the schema; "#" stands for "properties". */
static const struct config_value *find(const struct config_value *value, const char *path)
{
	char copy[256], *at = copy, *name;

	strcpy(copy, path);
	while ((name = strsep(&at, "/"))) {
		if (!strcmp(name, "0") || !strcmp(name, "1")) {
			value = *name == '0' ? value->first : value->first->next;
		} else {
			value = config_value_member(value, strcmp(name, "#") ? name : "properties");
		}
		if (!value)
			fail_msg("%s: no %s", path, name);
	}
	return value;
}

static void assert_text(const struct config_value *content, const char *path, const char *text)
{
	assert_string_equal(find(content, path)->text, text);
}

static void assert_words(const struct config_value *content, const char *path, const char *words)
{
	char found[256] = "";

	for (const struct config_value *item = find(content, path)->first; item; item = item->next)
		strcat(strcat(found, item->text), item->next ? " " : "");
	assert_string_equal(found, words);
}

static void the_schema_is_json(void **state)
{
	struct config_schema *schema = config_schema_new();
	const struct config_value *content;
	struct problem problem = { 0 };
	struct config_file *file = NULL;
	char *text;

	(void)state;
	declare(schema);
	text = print(schema, 0);
	if (config_file_parse("schema", text, strlen(text), &file, &problem))
		fail_msg("%s:\n%s", problem.text, text);
	content = config_file_content(file);
	assert_text(content, "$schema", "https://json-schema.org/draft/2020-12/schema");
	assert_text(content, "additionalProperties", "false");
	assert_text(content, "#/$schema/type", "string");
	assert_text(content, "#/one/description", "A \"quoted\" \\ object");
	assert_text(content, "#/one/additionalProperties", "false");
	assert_text(content, "#/one/#/text/type", "string");
	assert_words(content, "#/one/#/colour/enum", "red on off");
	assert_text(content, "#/one/#/number/type", "integer");
	assert_text(content, "#/one/#/number/minimum", "0");
	assert_text(content, "#/one/#/flag/type", "boolean");
	assert_words(content, "#/one/#/setting/type", "string number boolean");
	assert_words(content, "#/one/#/switch/enum", "red on true off false");
	assert_text(content, "#/interfaces/anyOf/0/type", "string");
	assert_text(content, "#/interfaces/anyOf/1/type", "array");
	assert_text(content, "#/interfaces/anyOf/1/items/type", "string");
	assert_text(content, "#/one/#/texts/anyOf/0/type", "string");
	assert_words(content, "#/one/#/texts/anyOf/1/items/enum", "red on off");
	assert_words(content, "#/one/#/settings/anyOf/0/type", "string number boolean");
	assert_words(content, "#/one/#/settings/anyOf/1/items/type", "string number boolean");
	assert_text(content, "#/one/#/list/type", "array");
	assert_text(content, "#/one/#/list/items/additionalProperties", "false");
	assert_text(content, "#/one/#/list/items/#/text/type", "string");
	assert_text(content, "#/one/#/mixed/items/anyOf/0/type", "string");
	assert_text(content, "#/one/#/mixed/items/anyOf/1/#/text/type", "string");
	assert_text(content, "#/one/#/interface/type", "object");
	assert_text(content, "#/one/#/interface/additionalProperties/additionalProperties",
		    "false");
	assert_text(content, "#/one/#/interface/additionalProperties/#/deep/#/text/type", "string");
	assert_text(content, "#/empty/additionalProperties", "false");
	config_file_close(file);
	free(text);
}

static int note_path(void *context, const char *path, bool has_keys, enum config_schema_kind kind)
{
	(void)kind;
	strcat(strcat(strcat(context, path), has_keys ? ":" : ""), " ");
	return strcmp(path, "one.flag.end") ? 0 : 7;
}

static void keys_are_walked(void **state)
{
	struct config_schema *schema = config_schema_new();
	char found[1024] = "";

	(void)state;
	declare(schema);
	assert_int_equal(config_schema_each(schema, note_path, found), 0);
	assert_string_equal(
		found,
		"interfaces one: one.text one.colour one.number one.flag one.setting one.switch "
		"one.texts one.settings one.list: one.list[].text one.mixed: one.mixed[].text "
		"one.interface: one.interface.*.text one.interface.*.deep: "
		"one.interface.*.deep.text empty: ");
	config_schema_free(schema);
}

static int stop(void *context, const char *path, bool has_keys, enum config_schema_kind kind)
{
	(void)path;
	(void)has_keys;
	assert_int_equal(kind, SCHEMA_INTERFACES);
	return --*(int *)context ? 0 : 7;
}

static void a_walk_can_be_ended(void **state)
{
	struct config_schema *schema = config_schema_new();
	int left = 1;

	(void)state;
	declare(schema);
	assert_int_equal(config_schema_each(schema, stop, &left), 7);
	config_schema_free(schema);
	assert_int_equal(config_schema_each(NULL, stop, &left), -ENOMEM);
}

static void twice(struct config_schema *schema)
{
	config_schema_key(schema, "a", SCHEMA_TEXT, "", NULL);
	config_schema_object_begin(schema, "b", "");
	config_schema_end(schema);
	config_schema_key(schema, "a", SCHEMA_BOOL, "", NULL);
}

static void no_end(struct config_schema *schema)
{
	config_schema_object_begin(schema, "b", "");
}

static void many_ends(struct config_schema *schema)
{
	config_schema_object_begin(schema, "b", "");
	config_schema_end(schema);
	config_schema_end(schema);
}

static void too_deep(struct config_schema *schema)
{
	for (int i = 0; i < 100; i++)
		config_schema_object_begin(schema, "b", "");
	for (int i = 0; i < 100; i++)
		config_schema_end(schema);
}

static void mistakes_are_told(void **state)
{
	static void (*const rows[])(struct config_schema *) = { twice, no_end, many_ends,
								too_deep };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config_schema *schema = config_schema_new();
		char *text;

		rows[i](schema);
		text = print(schema, -EINVAL);
		assert_string_equal(text, "");
		free(text);
	}
	assert_int_equal(config_schema_finish(NULL, stdout), -ENOMEM);
	declare(NULL);
	config_schema_free(NULL);
}

/* The same name in another object is another key. */
static void objects_have_keys_of_their_own(void **state)
{
	struct config_schema *schema = config_schema_new();
	char *text;

	(void)state;
	for (int i = 0; i < 2; i++) {
		config_schema_object_begin(schema, i ? "b" : "a", "");
		config_schema_key(schema, "a", SCHEMA_TEXT, "", NULL);
		config_schema_key(schema, "c", SCHEMA_TEXT, "", NULL);
		config_schema_end(schema);
	}
	config_schema_key(schema, "c", SCHEMA_TEXT, "", NULL);
	text = print(schema, 0);
	free(text);
}

static void a_full_stream_is_told(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(config_schema_finish(config_schema_new(), full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schema_is_json),
		cmocka_unit_test(keys_are_walked),
		cmocka_unit_test(a_walk_can_be_ended),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(objects_have_keys_of_their_own),
		cmocka_unit_test(a_full_stream_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
