/* SPDX-License-Identifier: GPL-2.0-only */
/* Pieces of a stranger's text, cut to a length. */
#ifndef XDP_FILTER_QUOTED_TEXT_H
#define XDP_FILTER_QUOTED_TEXT_H

#include <stddef.h>

#define QUOTED_TEXT_MAX 64 /* bytes that are shown */
#define QUOTED_TEXT_SIZE (QUOTED_TEXT_MAX * 4 + sizeof("..."))

/* How many bytes of `text` to take if at most `maximum` will do: not the first bytes of a UTF-8
 * character without the rest. */
size_t quoted_text_cut(const char *text, size_t length, size_t maximum);

/* Makes a text fit to be quoted to people: what is not printable is written "\xNN", and "..." stands
 * for what lies behind the first QUOTED_TEXT_MAX bytes, or behind a NUL. Returns ret_text. */
const char *quoted_text(const char *text, size_t length, char ret_text[QUOTED_TEXT_SIZE]);

#endif
