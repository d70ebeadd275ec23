/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_PARSE_NUMBER_H
#define ECBPF_PARSE_NUMBER_H

#include <stdint.h>

/* Understands the whole of `text` as a decimal number: digits only, no sign, no white space.
 * -EINVAL: not a number; -ERANGE: not within minimum..maximum. *ret_number is untouched then. */
int parse_number(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *ret_number);

#endif
