/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_ERRNO_NAME_H
#define ECBPF_ERRNO_NAME_H

#include <stddef.h>

#define ERRNO_NAME_SIZE 96

/* Writes "-EINVAL (Invalid argument)" for -22 or 22 into `ret_text` and returns it; for a number
 * that has no name "-98765 (unknown error)". */
const char *errno_name_format(char *ret_text, size_t size, int err);

/* The same in a buffer that lives as long as the enclosing block. */
#define errno_name(err) errno_name_format((char[ERRNO_NAME_SIZE]){ 0 }, ERRNO_NAME_SIZE, (err))

#endif
