/* SPDX-License-Identifier: GPL-2.0-only */
/* List files: one prefix a line.
 *
 *	# a comment, as FireHOL's lists have them
 *	; a comment, as Spamhaus's DROP lists have them
 *	192.0.2.0/24
 *	198.51.100.7 ; SBL256894            text behind the prefix is its tag
 *	2001:db8::/32 # lab
 *	203.0.113.0/24 allow                drop or allow; unless said, what the verb is
 *	10.0.0.1 until 2026-12-24T18:00:00Z ; expires then
 *
 * White space around words, empty lines, CRLF, a byte-order mark at the beginning and a last line
 * without an end are fine. "until" takes a time in UTC as shown. The tag is cut at 63 bytes, between
 * characters where it is UTF-8; control characters in it become "?". Anything else is a bad line: a
 * word that is no prefix, bits set behind a length, another word behind it, a NUL byte, a line of
 * more than 4096 bytes. A prefix that comes twice is fine if both lines say the same, or if one is a
 * repetition with another tag or time (the last one counts); with drop and allow it is a bad line. A
 * line whose time is over is as if it were not there. */
#ifndef XDP_FILTER_LIST_FILE_H
#define XDP_FILTER_LIST_FILE_H

#include <stdio.h>
#include "problem.h"
#include "source_list.h"

/* Sorts `list` and merges into it what `stream` holds, as source_list_merge() does; everything a line
 * does not say is as in `pattern` (action, tag, expiry, load time, origin). pattern->tag is one of
 * this list's and stays good. `name` is for texts. On failure the list is as before, but sorted:
 * -EINVAL with "NAME: line N: 'TEXT': why" and how many more lines are bad, for the first bad line;
 * -ENOSPC: more than SOURCE_LIST_MAX lines of one family, or prefixes with those that were there;
 * -ENOMEM; or what reading failed with (-EIO, -EISDIR). */
int list_file_read(FILE *stream, const char *name, const struct source *pattern,
		   struct source_list *list, struct problem *problem);

/* The same for a file, "-" is stdin. -ENOENT, -EACCES, -EISDIR … with the path told. */
int list_file_load(const char *path, const struct source *pattern, struct source_list *list,
		   struct problem *problem);

/* Writes what list_file_read() reads back to the same sources: each line with its action, its expiry
 * (to the second) and its tag. 0 or -EIO, then `errno` tells more. The stream is flushed. */
int list_file_write(FILE *stream, const struct source_list *list);

#endif
