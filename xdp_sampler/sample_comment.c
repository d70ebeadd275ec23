// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "abi/reasons.h"
#include "sample_comment.h"

#define PROGRAM_LENGTH_LIMIT 64
#define DIGITS_LIMIT 20 /* of a 64-bit number */

/* Some hundred thousand comments a second are written: printf() would take most of the time. */
static char *put_number(char *at, uint64_t number)
{
	char digits[DIGITS_LIMIT];
	size_t first = sizeof(digits);

	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	memcpy(at, digits + first, sizeof(digits) - first);
	return at + sizeof(digits) - first;
}

static char *put_text(char *at, const char *text)
{
	size_t length = strlen(text);

	memcpy(at, text, length);
	return at + length;
}

static char *put_pair(char *at, const char *name, uint64_t number)
{
	return put_number(put_text(at, name), number);
}

/* One word, whatever the name is. */
static char *put_program(char *at, const char *program)
{
	for (size_t i = 0; i < PROGRAM_LENGTH_LIMIT && program[i]; i++)
		*at++ = program[i] > ' ' && program[i] < 0x7f ? program[i] : '?';
	return at;
}

static char *put_decision(char *at, const struct sample_view *view)
{
	const struct sample *sample = view->sample;
	char reason[SAMPLE_REASON_NAME_SIZE];

	at = put_text(at, " verdict=");
	at = put_text(at, sample_verdict_name(sample->verdict));
	if (sample->row == ECBPF_ROOT_ROW)
		at = put_text(at, " slot=root");
	else
		at = put_pair(at, " slot=", sample->row);
	if (view->program[0])
		at = put_program(put_text(at, " program="), view->program);
	if (sample->reason != ECBPF_REASON_NONE) {
		at = put_text(at, " reason=");
		at = put_program(at, sample_view_reason(view, reason));
	}
	return at;
}

size_t sample_comment_write(const struct sample_view *view, char ret_text[SAMPLE_COMMENT_SIZE])
{
	const struct sample *sample = view->sample;
	char *at = put_text(ret_text, "at=");

	at = put_text(at, sample_place_name(sample->place));
	if (sample->verdict != SAMPLE_NO_VERDICT)
		at = put_decision(at, view);
	if (sample->rate > 0)
		at = put_pair(at, " rate=", sample->rate);
	for (unsigned int i = 0; i < sample->recorder_count && i < SAMPLE_RECORDERS; i++)
		at = put_pair(at, i == 0 ? " recorders=" : ",", sample->recorder[i]);
	if (sample->join)
		at = put_pair(at, " join=", sample->join);
	at = put_pair(at, " seq=", sample->sequence);
	at = put_pair(at, " cpu=", sample->cpu);
	return (size_t)(at - ret_text);
}
