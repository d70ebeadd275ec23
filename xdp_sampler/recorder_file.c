// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "recorder_filter.h"
#include "recorder_option.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define WHITE_SPACE " \t\r\v\f"
#define OPTIONS 5

struct line {
	char text[RECORDER_LINE_MAX + 1];
	uint64_t number;
};

/* Reads the next line, without its end, into line->text: 1, 0 behind the last one, or -EINVAL. */
static int read_line(FILE *stream, struct line *line, struct problem *problem)
{
	size_t length = 0;
	int byte = getc_unlocked(stream);

	if (byte == EOF)
		return 0;
	line->number++;
	for (; byte != EOF && byte != '\n'; byte = getc_unlocked(stream)) {
		if (!byte)
			return problem_set(problem, -EINVAL,
					   "a NUL byte in it: is it a text file in UTF-8?");
		if (length == RECORDER_LINE_MAX)
			return problem_set(problem, -EINVAL, "longer than %d bytes",
					   RECORDER_LINE_MAX);
		line->text[length++] = (char)byte;
	}
	line->text[length] = '\0';
	return 1;
}

/* `rest` is strtok_r()'s. */
static int take_options(char **rest, struct recorder *recorder, struct problem *problem)
{
	const char *names[OPTIONS];
	size_t count = 0;
	char *word;
	int err;

	while ((word = strtok_r(NULL, WHITE_SPACE, rest))) {
		char *value = strchr(word, '=');

		if (!value)
			return problem_set(problem, -EINVAL,
					   "'%.64s' behind the filter is not an option like "
					   "priority=3",
					   word);
		*value++ = '\0';
		err = recorder_option_parse(word, value, recorder, problem);
		if (err)
			return err;
		for (size_t i = 0; i < count; i++) {
			if (strcmp(names[i], word) == 0)
				return problem_set(problem, -EINVAL, "%s is given twice", word);
		}
		names[count++] = word;
	}
	return 0;
}

static int take_line(struct line *line, struct recorder_set *set, struct problem *problem)
{
	struct recorder recorder = recorder_usual();
	const char *words[RECORDER_FILTER_WORDS];
	char *text = line->text, *rest;
	int err;

	if (line->number == 1 && strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		text += strlen(BYTE_ORDER_MARK);
	text[strcspn(text, "#")] = '\0';
	for (size_t i = 0; i < RECORDER_FILTER_WORDS; i++) {
		words[i] = strtok_r(i ? NULL : text, WHITE_SPACE, &rest);
		if (!words[i])
			return i ? problem_set(problem, -EINVAL,
					       "a filter has five words, SOURCE SPORT DESTINATION "
					       "DPORT PROTOCOL, here are %zu",
					       i) :
				   0;
	}
	err = recorder_filter_parse_words(words, &recorder.filter, problem);
	if (!err)
		err = take_options(&rest, &recorder, problem);
	return err ? err : recorder_set_add(set, &recorder, NULL, problem);
}

int recorder_file_read(FILE *stream, const char *name, struct recorder_set *set,
		       struct problem *problem)
{
	size_t before = set->count;
	struct line line = { .number = 0 };
	int got, err;

	errno = 0;
	do {
		got = read_line(stream, &line, problem);
		err = got > 0 ? take_line(&line, set, problem) : got;
	} while (got > 0 && !err);
	if (err)
		problem_prefix(problem, err, "%s: line %" PRIu64, name, line.number);
	else if (ferror(stream))
		err = problem_errno(problem, errno ? -errno : -EIO,
				    "%s: cannot read on behind line %" PRIu64, name, line.number);
	if (err)
		recorder_set_truncate(set, before);
	return err;
}
