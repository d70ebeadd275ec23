// SPDX-License-Identifier: GPL-2.0-only
#include "flow_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config_section.h"
#include "log.h"
#include "printable.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define STDIN_NAME "standard input"
#define BAD_LINES_TOLD 20 /* a file of something else entirely has thousands */
#define QUOTED_MAX 200    /* bytes of a bad line */

/* A file on its way into a list. */
struct reading {
	FILE *stream;
	const char *name;
	struct flow_rule_list *list;
	unsigned int line_number;
	char line[FLOW_LINE_MAX + 2]; /* one byte too many, and the terminator */
	size_t length;                /* more than FLOW_LINE_MAX: there was more of it */
	size_t bad_lines;
	struct problem first_bad;
};

static int tell_read_error(const struct reading *reading, struct problem *problem)
{
	return problem_errno(problem, errno ? -errno : -EIO, "%s: cannot read on behind line %u",
			     reading->name, reading->line_number);
}

/* A byte-order mark; part of one stays. */
static void skip_mark(FILE *stream)
{
	static const char mark[] = BYTE_ORDER_MARK;
	size_t taken = 0;
	int byte = getc(stream);

	while (mark[taken] && byte == (unsigned char)mark[taken]) {
		byte = getc(stream);
		taken++;
	}
	ungetc(byte, stream);
	while (mark[taken] && taken > 0)
		ungetc((unsigned char)mark[--taken], stream);
}

/* Takes empty lines; returns the first byte behind them, which stays. */
static int skip_to_content(struct reading *reading)
{
	int byte = getc(reading->stream);

	for (; byte != EOF && isspace(byte); byte = getc(reading->stream))
		reading->line_number += byte == '\n';
	return ungetc(byte, reading->stream);
}

/* Reads the next line, without its end; of one that is too long, the beginning. */
static bool read_line(struct reading *reading)
{
	int byte = getc_unlocked(reading->stream);

	reading->length = 0;
	if (byte == EOF)
		return false;
	while (byte != EOF && byte != '\n') {
		if (reading->length <= FLOW_LINE_MAX)
			reading->line[reading->length++] = (char)byte;
		byte = getc_unlocked(reading->stream);
	}
	reading->line[reading->length] = '\0';
	reading->line_number++;
	return true;
}

/* The first bad line is kept for the problem, the next ones are logged. */
static void tell_bad_line(struct reading *reading, const struct problem *why)
{
	struct problem problem;
	char *quoted CLEANUP_FREE = NULL;

	if (++reading->bad_lines > BAD_LINES_TOLD)
		return;
	if (reading->length > QUOTED_MAX)
		memcpy(reading->line + QUOTED_MAX, "...", sizeof("..."));
	quoted = printable_copy(reading->line, PRINTABLE_FOR_TERMINAL);
	problem_set(&problem, -EINVAL, "%s: line %u: '%s': %s", reading->name, reading->line_number,
		    quoted ? quoted : "", why->text);
	if (reading->bad_lines == 1)
		reading->first_bad = problem;
	else
		log_error("%s", problem.text);
}

/* A bad line is counted and told, and no error here. */
static int take_line(struct reading *reading, struct problem *problem)
{
	const char *start = reading->line + strspn(reading->line, " \t\r\v\f");
	struct problem why = { 0 };
	/* Texts take time. */
	struct problem *told = reading->bad_lines < BAD_LINES_TOLD ? &why : NULL;
	struct flow_rule rule;
	int err;

	if (reading->length > FLOW_LINE_MAX)
		err = problem_set(told, -EINVAL, "longer than %d bytes", FLOW_LINE_MAX);
	else if (strlen(reading->line) != reading->length)
		err = problem_set(told, -EINVAL, "a NUL byte in it: is it a text file?");
	else if (!*start || *start == '#')
		return 0;
	else
		err = flow_rule_parse(start, &rule, told);
	if (!err)
		err = flow_rule_list_add(reading->list, &rule, told);
	if (err == -ENOMEM || err == -ENOSPC)
		return problem_errno(problem, err, "%s: line %u", reading->name,
				     reading->line_number);
	if (err)
		tell_bad_line(reading, &why);
	return 0;
}

static int take_lines(struct reading *reading, struct problem *problem)
{
	int err = 0;

	while (!err && read_line(reading))
		err = take_line(reading, problem);
	if (!err && ferror(reading->stream))
		err = tell_read_error(reading, problem);
	if (err || !reading->bad_lines)
		return err;
	if (reading->bad_lines == 1)
		return problem_set(problem, -EINVAL, "%s", reading->first_bad.text);
	return problem_set(problem, -EINVAL, "%s (and %zu more bad line%s)",
			   reading->first_bad.text, reading->bad_lines - 1,
			   reading->bad_lines == 2 ? "" : "s");
}

/* What an object says about a flow. */
struct written_flow {
	const char *in;
	const char *out;
	bool both;
};

/* True if the member is fine. */
static bool take_member(const struct config_value *member, struct config_errors *errors,
			struct written_flow *written)
{
	static const char *const names[] = { "both", "in", "out", NULL };

	if (!strcmp(member->name, "in")) {
		written->in = member->text;
		return config_value_is(member, CONFIG_TEXT, errors);
	}
	if (!strcmp(member->name, "out")) {
		written->out = member->text;
		return config_value_is(member, CONFIG_TEXT, errors);
	}
	if (!strcmp(member->name, "both")) {
		written->both = !strcmp(member->text, "true");
		return config_value_is(member, CONFIG_BOOL, errors);
	}
	if (!strcmp(member->name, "state"))
		return true;
	config_section_unknown(member, names, errors);
	return false;
}

static void add_written(const struct config_value *flow, const struct written_flow *written,
			struct config_errors *errors, struct flow_rule_list *list)
{
	struct problem why = { 0 };
	struct flow_rule rule;
	int err = flow_rule_parse_sides(written->in, written->out, &rule, &why);

	if (!err) {
		rule.both = written->both;
		err = flow_rule_list_add(list, &rule, &why);
	}
	/* The texts may be long: what is cut off is their end. */
	if (err)
		config_errors_add(errors, flow, "%s: '%s => %s'", why.text, written->in,
				  written->out);
}

static void take_flow(const struct config_value *flow, struct config_errors *errors,
		      struct flow_rule_list *list)
{
	struct written_flow written = { 0 };
	bool fine = config_value_is(flow, CONFIG_OBJECT, errors);

	if (!fine)
		return;
	for (const struct config_value *member = flow->first; member; member = member->next)
		fine = take_member(member, errors, &written) && fine;
	if (!fine)
		return;
	if (written.in && written.out)
		add_written(flow, &written, errors, list);
	else
		config_errors_add(errors, flow, "no \"%s\": a flow has \"in\" and \"out\"",
				  written.in ? "out" : "in");
}

void flow_file_take(const struct config_value *flows, struct config_errors *errors,
		    struct flow_rule_list *list)
{
	if (!config_value_is(flows, CONFIG_ARRAY, errors))
		return;
	for (const struct config_value *flow = flows->first; flow; flow = flow->next)
		take_flow(flow, errors, list);
}

static int take_content(const struct config_file *file, struct flow_rule_list *list,
			struct problem *problem)
{
	const struct config_value *content = config_file_content(file);
	const struct config_value *flows = config_value_member(content, "flows");
	struct config_errors errors = { .file = file };

	if (flows)
		flow_file_take(flows, &errors, list);
	else
		config_errors_add(&errors, content, "no \"flows\": [...] in it");
	return config_errors_told(&errors, problem);
}

/* `text` has room for one byte more than there may be: that tells a file that is too large. */
static int take_json(struct reading *reading, char *text, struct problem *problem)
{
	size_t size = reading->line_number;
	struct config_file *file = NULL;
	int err;

	/* What was skipped counts when lines are told. */
	if (size <= CONFIG_FILE_SIZE_MAX) {
		memset(text, '\n', size);
		size += fread(text + size, 1, CONFIG_FILE_SIZE_MAX + 1 - size, reading->stream);
	}
	if (ferror(reading->stream))
		return tell_read_error(reading, problem);
	if (size > CONFIG_FILE_SIZE_MAX)
		return problem_set(problem, -EFBIG,
				   "%s: more than %u MiB of JSON: give so many flows as lines, IN "
				   "=> OUT",
				   reading->name, CONFIG_FILE_SIZE_MAX >> 20);
	err = config_file_parse(reading->name, text, size, &file, problem);
	if (!err)
		err = take_content(file, reading->list, problem);
	config_file_close(file);
	return err;
}

static int read_json(struct reading *reading, struct problem *problem)
{
	char *text = malloc(CONFIG_FILE_SIZE_MAX + 1);
	int err = -ENOMEM;

	if (text)
		err = take_json(reading, text, problem);
	else
		problem_errno(problem, err, "read %s", reading->name);
	free(text);
	return err;
}

int flow_file_read(FILE *stream, const char *name, struct flow_rule_list *list,
		   struct problem *problem)
{
	struct reading reading = { .stream = stream, .name = name, .list = list };
	size_t count = list->count;
	int first;
	int err;

	errno = 0;
	skip_mark(stream);
	first = skip_to_content(&reading);
	if (first == '{' || first == '/')
		err = read_json(&reading, problem);
	else
		err = take_lines(&reading, problem);
	if (err)
		flow_rule_list_cut(list, count);
	return err;
}

int flow_file_load(const char *path, struct flow_rule_list *list, struct problem *problem)
{
	FILE *stream;
	int err;

	if (!strcmp(path, "-"))
		return flow_file_read(stdin, STDIN_NAME, list, problem);
	stream = fopen(path, "re");
	if (!stream)
		return problem_errno(problem, -errno, "%s: cannot be opened", path);
	err = flow_file_read(stream, path, list, problem);
	fclose(stream);
	return err;
}
