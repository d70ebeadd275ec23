// SPDX-License-Identifier: GPL-2.0-only
#include "parse_number.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

int parse_number(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *ret_number)
{
	uint64_t number = 0;
	bool too_large = false;

	if (!text || !*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		/* No early return: what follows may show that this is not a number at all. */
		too_large = too_large || __builtin_mul_overflow(number, 10, &number) ||
			    __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number);
	}
	if (too_large || number < minimum || number > maximum)
		return -ERANGE;
	*ret_number = number;
	return 0;
}
