// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config_file.h"
#include "printable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(const char *text)
{
	char *printable = printable_copy(text, PRINTABLE_FOR_JSON);

	expect(printable && !strcmp(printable, text));
	free(printable);
}

/* Names are given once, lines go up, everything knows where it is. Returns the last line. */
static unsigned int check_value(const struct config_value *value, unsigned int line, int depth)
{
	expect(value->text && value->line >= line);
	check_text(value->text);
	line = value->line;
	expect(depth <= CONFIG_FILE_DEPTH_MAX);
	if (value->kind != CONFIG_ARRAY && value->kind != CONFIG_OBJECT)
		expect(!value->first);
	for (const struct config_value *item = value->first; item; item = item->next) {
		expect(item->parent == value);
		expect((item->name != NULL) == (value->kind == CONFIG_OBJECT));
		if (item->name) {
			check_text(item->name);
			expect(config_value_member(value, item->name) == item);
		}
		line = check_value(item, line, depth + 1);
	}
	return line;
}

/* json-c must have understood the same. */
static void compare(const struct config_value *value, struct json_object *json)
{
	static const enum json_type types[] = {
		[CONFIG_NULL] = json_type_null,     [CONFIG_BOOL] = json_type_boolean,
		[CONFIG_TEXT] = json_type_string,   [CONFIG_ARRAY] = json_type_array,
		[CONFIG_OBJECT] = json_type_object,
	};
	struct config_errors errors = { 0 };
	struct json_object *member;
	uint64_t number;
	size_t count = 0;

	if (value->kind == CONFIG_NUMBER)
		expect(json_object_is_type(json, json_type_int) ||
		       json_object_is_type(json, json_type_double));
	else
		expect(json_object_is_type(json, types[value->kind]));
	if (value->kind == CONFIG_NUMBER && !value->text[strspn(value->text, "0123456789")] &&
	    strlen(value->text) < 20)
		expect(config_value_number(value, &errors, &number) &&
		       number == json_object_get_uint64(json));
	if (value->kind == CONFIG_BOOL)
		expect(json_object_get_boolean(json) == !strcmp(value->text, "true"));
	if (value->kind == CONFIG_TEXT)
		expect(!strcmp(value->text, json_object_get_string(json)));
	for (const struct config_value *item = value->first; item; item = item->next) {
		if (item->name) {
			expect(json_object_object_get_ex(json, item->name, &member));
			compare(item, member);
		} else {
			compare(item, json_object_array_get_idx(json, count));
		}
		count++;
	}
	if (value->kind == CONFIG_ARRAY)
		expect(json_object_array_length(json) == count);
	if (value->kind == CONFIG_OBJECT)
		expect((size_t)json_object_object_length(json) == count);
}

static void compare_with_json_c(const struct config_file *file, const char *text, size_t size)
{
	struct json_tokener *tokener = json_tokener_new_ex(CONFIG_FILE_DEPTH_MAX + 2);
	struct json_object *json;

	expect(tokener != NULL);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	json = json_tokener_parse_ex(tokener, text, (int)size);
	expect(json && json_tokener_get_error(tokener) == json_tokener_success);
	compare(config_file_content(file), json);
	json_object_put(json);
	json_tokener_free(tokener);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problem problem = { 0 };
	struct config_file *file = NULL;
	const char *text = (const char *)data;
	int err = config_file_parse("fuzz", text, size, &file, &problem);
	unsigned int lines = 1;

	if (err) {
		expect(err == -EINVAL && !file && !strncmp(problem.text, "fuzz: line ", 11));
		return 0;
	}
	expect(!problem.text[0]);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	expect(check_value(config_file_content(file), 1, 1) <= lines);
	/* It does not take comments where it is strict. */
	if (!memmem(data, size, "//", 2) && !memmem(data, size, "/*", 2))
		compare_with_json_c(file, text, size);
	config_file_close(file);
	return 0;
}
