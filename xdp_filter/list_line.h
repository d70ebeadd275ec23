/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of a list file; list_file.h tells what it may hold. */
#ifndef XDP_FILTER_LIST_LINE_H
#define XDP_FILTER_LIST_LINE_H

#include <stddef.h>
#include <stdint.h>
#include "list_time.h"
#include "problem.h"
#include "source_list.h"

#define LIST_LINE_MAX 4096 /* bytes, without its end */
#define LIST_LINE_WRITTEN_SIZE 256

struct list_line {
	struct address_prefix prefix; /* family 0: a line without one, empty or a comment */
	bool action_given;
	uint8_t action;
	uint64_t expires;  /* 0: not given */
	const char *tag;   /* within the line's text, not terminated */
	size_t tag_length; /* 0: not given */
};

/* Understands one line of `length` bytes, which has a terminator behind it and which this changes.
 * -EINVAL: the problem tells why, and quotes at most words of the line. */
int list_line_parse(char *text, size_t length, const struct list_clock *clock,
		    struct list_line *ret_line, struct problem *problem);

/* Writes the line for a source with that tag, without an end. Returns ret_text. */
const char *list_line_text(const struct source *source, const char *tag,
			   const struct list_clock *clock, char ret_text[LIST_LINE_WRITTEN_SIZE]);

#endif
