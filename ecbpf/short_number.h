/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers in a table: exact, or in five characters where there is no room. */
#ifndef ECBPF_SHORT_NUMBER_H
#define ECBPF_SHORT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define SHORT_NUMBER_SIZE 32

/* "1234567"; with `is_short` "1.23M": three figures, cut and not rounded, so that no number looks larger than it
 * is. Returns ret_text. */
const char *short_number(char ret_text[SHORT_NUMBER_SIZE], uint64_t number, bool is_short);

/* `count` in `nanoseconds` as a number per second, to the nearest; 0 where no time has passed. */
uint64_t short_number_rate(uint64_t count, uint64_t nanoseconds);

#endif
