// SPDX-License-Identifier: GPL-2.0-only
#include "problem.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "errno_name.h"

#define PROBLEM_SIZE sizeof(((struct problem *)NULL)->text)
#define CUT_MARK "..."

/* The sentence under construction. It is apart from the problem, because the caller may pass the
 * problem's own text as an argument. */
struct sentence {
	char text[PROBLEM_SIZE];
	size_t length;
	bool line_ended;
	bool cut;
};

static void sentence_add_byte(struct sentence *sentence, char byte)
{
	if (sentence->length + 1 < sizeof(sentence->text))
		sentence->text[sentence->length++] = byte;
	else
		sentence->cut = true;
}

static void sentence_add(struct sentence *sentence, const char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '\n' || byte == '\r') {
			sentence->line_ended = sentence->length > 0;
			continue;
		}
		if (sentence->line_ended) {
			sentence_add_byte(sentence, ';');
			sentence_add_byte(sentence, ' ');
			sentence->line_ended = false;
		}
		/* The text quotes words of strangers, and it ends on a terminal. */
		sentence_add_byte(sentence, byte < 0x20 || byte == 0x7f ? '?' : *text);
	}
}

__attribute__((format(printf, 2, 0))) static void
sentence_format(struct sentence *sentence, const char *format, va_list arguments)
{
	char text[2 * PROBLEM_SIZE] = "";
	int length = vsnprintf(text, sizeof(text), format, arguments);

	sentence_add(sentence, text);
	if (length < 0 || (size_t)length >= sizeof(text))
		sentence->cut = true;
}

static void sentence_add_reason(struct sentence *sentence, const char *reason)
{
	sentence->line_ended = false;
	if (sentence->length > 0)
		sentence_add(sentence, ": ");
	sentence_add(sentence, reason);
}

static void sentence_store(struct sentence *sentence, struct problem *problem)
{
	if (sentence->cut) {
		size_t end = sizeof(sentence->text) - sizeof(CUT_MARK);

		if (end > sentence->length)
			end = sentence->length;
		/* Half a UTF-8 character would make the whole text invalid. */
		while (end > 0 && ((unsigned char)sentence->text[end] & 0xc0) == 0x80)
			end--;
		memcpy(sentence->text + end, CUT_MARK, sizeof(CUT_MARK));
		sentence->length = end + sizeof(CUT_MARK) - 1;
	}
	sentence->text[sentence->length] = '\0';
	memcpy(problem->text, sentence->text, sentence->length + 1);
}

/* A sentence that is `is_new` has no log yet. `reason` may be NULL. */
__attribute__((format(printf, 4, 0))) static void tell(struct problem *problem, bool is_new,
						       const char *reason, const char *format,
						       va_list arguments)
{
	struct sentence sentence = { 0 };

	if (!problem)
		return;
	sentence_format(&sentence, format, arguments);
	if (reason)
		sentence_add_reason(&sentence, reason);
	sentence_store(&sentence, problem);
	if (is_new)
		problem->show_kept_log = false;
}

int problem_set(struct problem *problem, int err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(problem, true, NULL, format, arguments);
	va_end(arguments);
	return err;
}

int problem_errno(struct problem *problem, int err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(problem, true, errno_name(err), format, arguments);
	va_end(arguments);
	return err;
}

int problem_prefix(struct problem *problem, int err, const char *format, ...)
{
	bool is_told = problem && problem->text[0];
	va_list arguments;

	va_start(arguments, format);
	tell(problem, false, is_told ? problem->text : errno_name(err), format, arguments);
	va_end(arguments);
	return err;
}
