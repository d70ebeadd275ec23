// SPDX-License-Identifier: GPL-2.0-only
#include "short_number.h"

#include <inttypes.h>
#include <stdio.h>

const char *short_number(char ret_text[SHORT_NUMBER_SIZE], uint64_t number, bool is_short)
{
	static const char units[] = "kMGTPE";
	uint64_t unit = 1;
	int exponent = -1;

	if (!is_short || number < 10000) {
		snprintf(ret_text, SHORT_NUMBER_SIZE, "%" PRIu64, number);
		return ret_text;
	}
	for (; number / unit >= 1000; exponent++)
		unit *= 1000;
	if (number / unit >= 100)
		snprintf(ret_text, SHORT_NUMBER_SIZE, "%" PRIu64 "%c", number / unit,
			 units[exponent]);
	else if (number / unit >= 10)
		snprintf(ret_text, SHORT_NUMBER_SIZE, "%" PRIu64 ".%" PRIu64 "%c", number / unit,
			 number % unit / (unit / 10), units[exponent]);
	else
		snprintf(ret_text, SHORT_NUMBER_SIZE, "%" PRIu64 ".%02" PRIu64 "%c", number / unit,
			 number % unit / (unit / 100), units[exponent]);
	return ret_text;
}

uint64_t short_number_rate(uint64_t count, uint64_t nanoseconds)
{
	if (!nanoseconds)
		return 0;
	return (uint64_t)((double)count * 1e9 / (double)nanoseconds + 0.5);
}
