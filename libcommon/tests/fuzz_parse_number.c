// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse_number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A number is accepted just when it prints as the text without its leading zeros. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	const char *significant = text;
	uint64_t number = 0;
	char printed[24];
	int err;

	if (!text)
		return 0;
	err = parse_number(text, 10, UINT64_MAX - 10, &number);
	while (significant[0] == '0' && significant[1])
		significant++;
	snprintf(printed, sizeof(printed), "%" PRIu64, number);
	if (err == 0 && (strcmp(printed, significant) || number < 10 || number > UINT64_MAX - 10))
		abort();
	if (err != 0 && number != 0)
		abort();
	if ((err == -EINVAL) != (!*text || strspn(text, "0123456789") != strlen(text)))
		abort();
	free(text);
	return 0;
}
