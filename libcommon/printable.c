// SPDX-License-Identifier: GPL-2.0-only
#include "printable.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE_LENGTH 4 /* of "\xNN" */

/* Bytes of the character at `text`, or 0 if none starts there: stray and missing continuation
 * bytes, overlong forms, surrogates and what lies above U+10FFFF. */
static size_t character_length(const unsigned char *text)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t character;
	size_t length;

	if (text[0] < 0x80)
		return 1;
	if ((text[0] & 0xe0) == 0xc0)
		length = 2;
	else if ((text[0] & 0xf0) == 0xe0)
		length = 3;
	else if ((text[0] & 0xf8) == 0xf0)
		length = 4;
	else
		return 0;

	character = text[0] & (0xff >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		/* The terminator is no continuation byte, so this never reads behind it. */
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (text[i] & 0x3f);
	}
	if (character < smallest[length] || character > 0x10ffff)
		return 0;
	return character >= 0xd800 && character <= 0xdfff ? 0 : length;
}

static bool is_control(const unsigned char *text)
{
	/* The second control block of Unicode, U+0080 to U+009F, moves some terminals as well. */
	return text[0] < 0x20 || text[0] == 0x7f || (text[0] == 0xc2 && text[1] < 0xa0);
}

char *printable_copy(const char *text, enum printable_for reader)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t length = strlen(text);
	char *copy = malloc(length * ESCAPE_LENGTH + 1);
	char *to = copy;

	if (!copy)
		return NULL;
	while (*from) {
		size_t bytes = character_length(from);

		if (bytes == 0 || (reader == PRINTABLE_FOR_TERMINAL && is_control(from))) {
			to += sprintf(to, "\\x%02x", *from++);
			continue;
		}
		memcpy(to, from, bytes);
		to += bytes;
		from += bytes;
	}
	*to = '\0';
	return copy;
}

size_t printable_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}
