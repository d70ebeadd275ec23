// SPDX-License-Identifier: GPL-2.0-only
#include "duration.h"

#include <errno.h>
#include <string.h>

#include "parse_number.h"

#define DAY UINT64_C(86400)
#define LONGEST (3650 * DAY)

static const char units[] = "smhd";
static const uint64_t seconds[] = { 1, 60, 3600, DAY };

int duration_parse(const char *text, uint64_t *ret_seconds, struct problem *problem)
{
	size_t length = strlen(text);
	const char *unit = length > 1 ? strchr(units, text[length - 1]) : NULL;
	char digits[16];
	uint64_t number;

	if (unit && length <= sizeof(digits)) {
		memcpy(digits, text, length - 1);
		digits[length - 1] = '\0';
		if (!parse_number(digits, 1, LONGEST / seconds[unit - units], &number)) {
			*ret_seconds = number * seconds[unit - units];
			return 0;
		}
	}
	return problem_set(problem, -EINVAL,
			   "'%s' is not a duration: a number and s, m, h or d (15m, 7d), at most "
			   "3650d",
			   text);
}
