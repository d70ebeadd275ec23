// SPDX-License-Identifier: GPL-2.0-only
#include "quoted_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "printable.h"

#define CHARACTER_MAX 4 /* bytes, in UTF-8 */

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t quoted_text_cut(const char *text, size_t length, size_t maximum)
{
	size_t cut = maximum;

	if (length <= maximum)
		return length;
	while (cut > 0 && maximum - cut < CHARACTER_MAX - 1 && is_continuation(text[cut]))
		cut--;
	/* Where no character begins, the text is not UTF-8. */
	return (unsigned char)text[cut] >= 0xc0 ? cut : maximum;
}

const char *quoted_text(const char *text, size_t length, char ret_text[QUOTED_TEXT_SIZE])
{
	size_t shown = quoted_text_cut(text, strnlen(text, length), QUOTED_TEXT_MAX);
	char piece[QUOTED_TEXT_MAX + 1];
	char *printable CLEANUP_FREE = NULL;

	memcpy(piece, text, shown);
	piece[shown] = '\0';
	printable = printable_copy(piece, PRINTABLE_FOR_TERMINAL);
	snprintf(ret_text, QUOTED_TEXT_SIZE, "%s%s", printable ? printable : "",
		 printable && shown == length ? "" : "...");
	return ret_text;
}
