// SPDX-License-Identifier: GPL-2.0-only
#include "list_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "list_line.h"
#include "quoted_text.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define STDIN_NAME "standard input"

/* A file on its way into a list. */
struct reading {
	FILE *stream;
	const char *name;
	const struct source *pattern;
	struct list_clock clock;
	/* What the file holds. A source's .packets is the number of its line until the end. */
	struct source_list list;
	uint32_t pattern_tag; /* in this list */
	size_t ipv4_count, ipv6_count;

	char line[LIST_LINE_MAX + 2]; /* one byte too many, and the terminator */
	size_t length;                /* more than LIST_LINE_MAX: there was more of it */
	uint64_t line_number;

	uint64_t bad_lines;
	uint64_t bad_line_number; /* of the first, and what is told about it: */
	struct problem bad_line;
};

/* Reads the next line, without its end; of one that is too long, the beginning. */
static bool read_line(struct reading *reading)
{
	int byte = getc_unlocked(reading->stream);

	if (byte == EOF)
		return false;
	reading->length = 0;
	for (; byte != EOF && byte != '\n'; byte = getc_unlocked(reading->stream)) {
		if (reading->length <= LIST_LINE_MAX)
			reading->line[reading->length++] = (char)byte;
	}
	reading->line[reading->length] = '\0';
	reading->line_number++;
	return true;
}

/* Counts a bad line and keeps what `why` says if none before it was bad. */
static void add_bad_line(struct reading *reading, uint64_t number, const char *text, size_t length,
			 const struct problem *why)
{
	char quoted[QUOTED_TEXT_SIZE];

	reading->bad_lines++;
	if (reading->bad_line_number && reading->bad_line_number < number)
		return;
	reading->bad_line_number = number;
	problem_set(&reading->bad_line, -EINVAL, "%s: line %" PRIu64 ": '%s': %s", reading->name,
		    number, quoted_text(text, length, quoted), why->text);
}

static int append_line(struct reading *reading, const struct list_line *line)
{
	struct source source = *reading->pattern;

	source.prefix = line->prefix;
	source.tag = reading->pattern_tag;
	source.packets = reading->line_number;
	if (line->action_given)
		source.action = line->action;
	if (line->expires)
		source.expires = line->expires;
	if (line->tag_length &&
	    source_list_tag(&reading->list, line->tag, line->tag_length, &source.tag) < 0)
		return -ENOMEM;
	return source_list_append(&reading->list, &source);
}

/* Takes what a line holds into the list; a bad one is counted and is no error here. */
static int take_line(struct reading *reading, struct problem *problem)
{
	const char *original = reading->line;
	char text[sizeof(reading->line)];
	size_t length = reading->length;
	struct problem why = { 0 };
	struct list_line line;
	size_t *count;

	if (reading->line_number == 1 && strncmp(original, BYTE_ORDER_MARK, 3) == 0) {
		original += 3;
		length -= 3;
	}
	memcpy(text, original, length + 1);
	/* Only the first bad line is told, and texts take time. */
	if (list_line_parse(text, length, &reading->clock, &line,
			    reading->bad_lines ? NULL : &why) < 0) {
		add_bad_line(reading, reading->line_number, original, length, &why);
		return 0;
	}
	if (!line.prefix.family || (line.expires && line.expires <= reading->clock.now))
		return 0;
	count = line.prefix.family == AF_INET ? &reading->ipv4_count : &reading->ipv6_count;
	if (++*count > SOURCE_LIST_MAX)
		return problem_set(problem, -ENOSPC,
				   "%s: line %" PRIu64 ": more than %u lines with IPv%d prefixes",
				   reading->name, reading->line_number, SOURCE_LIST_MAX,
				   line.prefix.family == AF_INET ? 4 : 6);
	if (append_line(reading, &line) < 0)
		return problem_errno(problem, -ENOMEM, "%s: line %" PRIu64, reading->name,
				     reading->line_number);
	return 0;
}

static int take_lines(struct reading *reading, struct problem *problem)
{
	int err = 0;

	errno = 0;
	while (!err && read_line(reading))
		err = take_line(reading, problem);
	if (!err && ferror(reading->stream))
		err = problem_errno(problem, errno ? -errno : -EIO,
				    "%s: cannot read on behind line %" PRIu64, reading->name,
				    reading->line_number);
	return err;
}

/* In a list in order, a prefix that the file both drops and allows makes its second line bad. */
static void find_conflicts(struct reading *reading)
{
	const struct source *first = reading->list.sources;

	for (size_t i = 1; i < reading->list.count; i++) {
		const struct source *source = &reading->list.sources[i];
		char text[ADDRESS_PREFIX_TEXT_SIZE];
		struct problem why;

		if (source_list_compare(&first->prefix, &source->prefix)) {
			first = source;
			continue;
		}
		if (source->action == first->action)
			continue;
		address_prefix_text(&source->prefix, text, sizeof(text));
		problem_set(&why, -EINVAL, "to %s, but line %" PRIu64 " says to %s",
			    source->action == SOURCE_ALLOW ? "allow" : "drop", first->packets,
			    first->action == SOURCE_ALLOW ? "allow" : "drop");
		add_bad_line(reading, source->packets, text, strlen(text), &why);
	}
}

static int tell_bad_lines(const struct reading *reading, struct problem *problem)
{
	uint64_t more = reading->bad_lines - 1;

	if (!more)
		return problem_set(problem, -EINVAL, "%s", reading->bad_line.text);
	return problem_set(problem, -EINVAL, "%s (and %" PRIu64 " more bad line%s)",
			   reading->bad_line.text, more, more == 1 ? "" : "s");
}

/* Turns what was read into a sorted list. */
static int finish(struct reading *reading, struct problem *problem)
{
	struct source_list *list = &reading->list;

	if (source_list_order(list) < 0)
		return problem_errno(problem, -ENOMEM, "%s", reading->name);
	find_conflicts(reading);
	if (reading->bad_lines)
		return tell_bad_lines(reading, problem);
	for (size_t i = 0; i < list->count; i++)
		list->sources[i].packets = reading->pattern->packets;
	return source_list_sort(list);
}

static int hand_over(struct reading *reading, struct source_list *list, struct problem *problem)
{
	int err;

	/* Often so, and a merge takes time with a million tags. */
	if (!list->count && list->tags_size <= 1) {
		source_list_free(list);
		*list = reading->list;
		reading->list = (struct source_list){ 0 };
		return 0;
	}
	err = source_list_merge(list, &reading->list, problem);
	return err ? problem_prefix(problem, err, "%s", reading->name) : 0;
}

int list_file_read(FILE *stream, const char *name, const struct source *pattern,
		   struct source_list *list, struct problem *problem)
{
	const char *tag = list->tags ? list->tags + pattern->tag : "";
	struct reading reading = { .stream = stream, .name = name, .pattern = pattern };
	int err = 0;

	list_clock_read(&reading.clock);
	if (source_list_sort(list) < 0 ||
	    source_list_tag(&reading.list, tag, strlen(tag), &reading.pattern_tag) < 0)
		err = problem_errno(problem, -ENOMEM, "%s", name);
	if (!err)
		err = take_lines(&reading, problem);
	if (!err)
		err = finish(&reading, problem);
	if (!err)
		err = hand_over(&reading, list, problem);
	source_list_free(&reading.list);
	return err;
}

int list_file_load(const char *path, const struct source *pattern, struct source_list *list,
		   struct problem *problem)
{
	FILE *stream;
	int err;

	if (strcmp(path, "-") == 0)
		return list_file_read(stdin, STDIN_NAME, pattern, list, problem);
	stream = fopen(path, "re");
	if (!stream)
		return problem_errno(problem, -errno, "%s: cannot be opened", path);
	err = list_file_read(stream, path, pattern, list, problem);
	fclose(stream);
	return err;
}

int list_file_write(FILE *stream, const struct source_list *list)
{
	char line[LIST_LINE_WRITTEN_SIZE];
	struct list_clock clock;

	list_clock_read(&clock);
	for (size_t i = 0; i < list->count; i++) {
		const struct source *source = &list->sources[i];

		list_line_text(source, list->tags + source->tag, &clock, line);
		/* Once it failed, writing a million more lines helps nobody. */
		if (fprintf(stream, "%s\n", line) < 0)
			return -EIO;
	}
	return fflush(stream) == 0 && !ferror(stream) ? 0 : -EIO;
}
