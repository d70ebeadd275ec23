// SPDX-License-Identifier: GPL-2.0-only
#include "config_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config_file_internal.h"
#include "log.h"
#include "parse_number.h"
#include "printable.h"

#define ERRORS_LOGGED 20 /* a file of something else entirely has thousands */

static unsigned int line_of(const char *content, size_t offset)
{
	unsigned int line = 1;

	for (size_t i = 0; i < offset; i++)
		line += content[i] == '\n';
	return line;
}

/* A file without NUL bytes and invalid UTF-8; `text` is the content, terminated. */
static int check_bytes(const char *path, const char *text, size_t size, struct problem *problem)
{
	CLEANUP_FREE char *valid = printable_copy(text, PRINTABLE_FOR_JSON);
	size_t length = strlen(text);
	size_t same = 0;

	if (!valid)
		return problem_errno(problem, -ENOMEM, "read %s", path);
	/* Where a byte had to be written in another way, it is invalid. */
	while (same < length && text[same] == valid[same])
		same++;
	if (same < length)
		return problem_set(problem, -EINVAL, "%s: line %u: not UTF-8: byte 0x%02x", path,
				   line_of(text, same), (unsigned char)text[same]);
	if (length < size)
		return problem_set(problem, -EINVAL, "%s: line %u: a NUL byte", path,
				   line_of(text, length));
	return 0;
}

static struct config_file *file_new(const char *path, size_t size)
{
	struct config_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->path = strdup(path);
	file->texts = malloc(size + 1);
	if (!file->path || !file->texts) {
		config_file_close(file);
		return NULL;
	}
	return file;
}

int config_file_parse(const char *path, const char *content, size_t size,
		      struct config_file **ret_file, struct problem *problem)
{
	struct config_file *file;
	char *text;
	int err;

	if (size > CONFIG_FILE_SIZE_MAX)
		return problem_set(problem, -EFBIG,
				   "%s: more than %u MiB: is that a configuration file?", path,
				   CONFIG_FILE_SIZE_MAX >> 20);
	file = file_new(path, size);
	text = malloc(size + 1);
	if (file && text) {
		memcpy(text, content, size);
		text[size] = '\0';
		err = check_bytes(path, text, size, problem);
		if (!err)
			err = config_file_read_json(file, text, problem);
	} else {
		err = problem_errno(problem, -ENOMEM, "read %s", path);
	}
	free(text);
	if (err)
		config_file_close(file);
	else
		*ret_file = file;
	return err;
}

/* The first *size bytes of a file, or fewer if it has fewer. */
static int read_beginning(const char *path, char *content, size_t *size, struct problem *problem)
{
	FILE *stream = fopen(path, "re");
	int err = 0;

	if (!stream) {
		err = -errno;
		return err == -ENOENT ? err : problem_errno(problem, err, "open %s", path);
	}
	*size = fread(content, 1, *size, stream);
	if (ferror(stream))
		err = problem_errno(problem, -errno, "read %s", path);
	fclose(stream);
	return err;
}

int config_file_open(const char *path, struct config_file **ret_file, struct problem *problem)
{
	/* One byte more than there may be tells a file that is too large. */
	size_t size = CONFIG_FILE_SIZE_MAX + 1;
	char *content = malloc(size);
	int err;

	if (!content)
		return problem_errno(problem, -ENOMEM, "read %s", path);
	err = read_beginning(path, content, &size, problem);
	if (!err)
		err = config_file_parse(path, content, size, ret_file, problem);
	free(content);
	return err;
}

void config_file_close(struct config_file *file)
{
	if (!file)
		return;
	while (file->nodes) {
		struct config_node *node = file->nodes;

		file->nodes = node->before;
		free(node);
	}
	free(file->texts);
	free(file->path);
	free(file);
}

const struct config_value *config_file_content(const struct config_file *file)
{
	return file->content;
}

const struct config_value *config_value_member(const struct config_value *object, const char *name)
{
	const struct config_value *member = object->first;

	while (member && strcmp(member->name, name) != 0)
		member = member->next;
	return member;
}

char *config_file_path(const struct config_file *file, const char *path)
{
	const char *slash = strrchr(file->path, '/');
	char *joined;

	if (*path == '/')
		return strdup(path);
	/* "./" keeps a file named "-" from meaning stdin. */
	if (asprintf(&joined, "%.*s/%s", slash ? (int)(slash - file->path) : 1,
		     slash ? file->path : ".", path) < 0)
		return NULL;
	return joined;
}

/* Appends "outer.inner[2].name" to `text` of `size` bytes, cut where it is full. */
static void write_name(const struct config_value *value, char *text, size_t size)
{
	size_t length;

	if (!value->parent)
		return;
	write_name(value->parent, text, size);
	length = strlen(text);
	if (value->name) {
		snprintf(text + length, size - length, "%s%s", length ? "." : "", value->name);
	} else {
		size_t index = 0;

		for (const struct config_value *item = value->parent->first; item != value;
		     item = item->next)
			index++;
		snprintf(text + length, size - length, "[%zu]", index);
	}
}

void config_errors_add(struct config_errors *errors, const struct config_value *value,
		       const char *format, ...)
{
	struct problem problem = { 0 };
	/* If these are cut, the problem is, and that has an eye on UTF-8. */
	char name[sizeof(problem.text)] = "";
	char why[sizeof(problem.text)];
	va_list arguments;

	if (++errors->count > ERRORS_LOGGED && !errors->tell_all)
		return;
	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	write_name(value, name, sizeof(name));
	problem_set(&problem, -EINVAL, "%s: line %u: %s%s%s", errors->file->path, value->line, name,
		    *name ? ": " : "", why);
	if (errors->count == 1)
		errors->first = problem;
	if (errors->count > 1 || errors->tell_all)
		log_error("%s", problem.text);
}

int config_errors_told(const struct config_errors *errors, struct problem *problem)
{
	if (errors->count == 0)
		return 0;
	if (errors->tell_all)
		return problem_set(problem, -EINVAL, "%s: %zu error%s", errors->file->path,
				   errors->count, errors->count == 1 ? "" : "s");
	if (errors->count == 1)
		return problem_set(problem, -EINVAL, "%s", errors->first.text);
	return problem_set(problem, -EINVAL, "%s (and %zu more)", errors->first.text,
			   errors->count - 1);
}

bool config_value_is(const struct config_value *value, enum config_kind kind,
		     struct config_errors *errors)
{
	static const char *const kinds[] = {
		[CONFIG_NULL] = "null",          [CONFIG_BOOL] = "true or false",
		[CONFIG_NUMBER] = "a number",    [CONFIG_TEXT] = "a text in quotation marks",
		[CONFIG_ARRAY] = "a list [...]", [CONFIG_OBJECT] = "an object {...}",
	};

	if (value->kind != kind)
		config_errors_add(errors, value, "'%s' is not %s", value->text, kinds[kind]);
	return value->kind == kind;
}

bool config_value_number(const struct config_value *value, struct config_errors *errors,
			 uint64_t *ret_number)
{
	if (!config_value_is(value, CONFIG_NUMBER, errors))
		return false;
	if (parse_number(value->text, 0, UINT64_MAX, ret_number) != 0) {
		config_errors_add(errors, value, "'%s' is not a whole number from 0 to %" PRIu64,
				  value->text, UINT64_MAX);
		return false;
	}
	return true;
}
