// SPDX-License-Identifier: GPL-2.0-only
#include "byte_size.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "parse_number.h"

static const char units[] = "KMG";

int byte_size_parse(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *ret_bytes,
		    struct problem *problem)
{
	size_t length = strlen(text);
	const char *unit = length > 1 ? strchr(units, text[length - 1]) : NULL;
	unsigned int shift = unit ? 10 * (unsigned int)(unit - units + 1) : 0;
	char digits[24], lowest[BYTE_SIZE_TEXT_SIZE], highest[BYTE_SIZE_TEXT_SIZE];
	uint64_t number;

	snprintf(digits, sizeof(digits), "%.*s", (int)(length - (unit != NULL)), text);
	if (length > sizeof(digits) || parse_number(digits, 0, UINT64_MAX >> shift, &number))
		return problem_set(problem, -EINVAL,
				   "'%s' is not a size: bytes, or a number and K, M or G", text);
	if (number << shift < minimum || number << shift > maximum)
		return problem_set(problem, -ERANGE, "'%s' is not from %s to %s", text,
				   byte_size_text(minimum, lowest),
				   byte_size_text(maximum, highest));
	*ret_bytes = number << shift;
	return 0;
}

const char *byte_size_text(uint64_t bytes, char ret_text[BYTE_SIZE_TEXT_SIZE])
{
	static const char *const names[] = { "", "K", "M", "G" };
	size_t unit = 0;

	while (unit < strlen(units) && bytes && !(bytes & 1023)) {
		bytes >>= 10;
		unit++;
	}
	snprintf(ret_text, BYTE_SIZE_TEXT_SIZE, "%" PRIu64 "%s", bytes, names[unit]);
	return ret_text;
}
