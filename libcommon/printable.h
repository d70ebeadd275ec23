/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings of strangers (interface names, words of a configuration), made fit to be shown. */
#ifndef ECBPF_PRINTABLE_H
#define ECBPF_PRINTABLE_H

#include <stddef.h>

enum printable_for {
	PRINTABLE_FOR_JSON,     /* valid UTF-8 */
	PRINTABLE_FOR_TERMINAL, /* and no control characters */
};

/* A copy of `text` in which every byte that will not do is written "\xNN". The caller frees it;
 * NULL when out of memory. */
char *printable_copy(const char *text, enum printable_for reader);

/* Columns that valid UTF-8 takes on a terminal, as far as every character takes one. */
size_t printable_width(const char *text);

#endif
