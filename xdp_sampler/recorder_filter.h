/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recorder looks for, as text: "SOURCE SPORT DESTINATION DPORT PROTOCOL".
 *
 *	10.0.0.0/8 * 192.168.33.11/32 80 TCP
 *	2001:db8::/32 * ::/0 * ICMPV6        any destination, but IPv6
 *	* * * 53 UDP                         both families
 *	* * * * *                            every frame, also what is not IP
 *
 * Words are separated by spaces and tabs. "*" is any; so are port 0, and protocol 0 or ANY. An
 * address without a length is one address; addresses of two families do not go together, and with
 * one fixed the other one's "*" is any address of its family. Protocols are numbers to 255 or names
 * in any case. */
#ifndef XDP_SAMPLER_RECORDER_FILTER_H
#define XDP_SAMPLER_RECORDER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include "problem.h"
#include "recorder_layout.h"

#define RECORDER_FILTER_WORDS 5
#define RECORDER_FILTER_TEXT_SIZE 160

/* Understands the whole of `text`. -EINVAL, or -EDOM where bits are set behind a prefix length; the
 * text names the word and says what is right. *ret_filter is untouched on failure. */
int recorder_filter_parse(const char *text, struct recorder_filter *ret_filter,
			  struct problem *problem);
/* The same for words that were taken apart already. */
int recorder_filter_parse_words(const char *const words[RECORDER_FILTER_WORDS],
				struct recorder_filter *ret_filter, struct problem *problem);

/* The one text that filters equal to this one have; understood as the same filter. */
const char *recorder_filter_text(const struct recorder_filter *filter,
				 char ret_text[RECORDER_FILTER_TEXT_SIZE]);

bool recorder_filter_equal(const struct recorder_filter *a, const struct recorder_filter *b);

/* Is it one that recorder_filter_parse() could have made? Others are found in maps that someone else
 * wrote into. */
bool recorder_filter_is_canonical(const struct recorder_filter *filter);

#endif
