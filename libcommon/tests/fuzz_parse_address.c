// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse_address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is understood prints as a text that is understood as the same, without host bits. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	char printed[ADDRESS_PREFIX_TEXT_SIZE];
	struct address_prefix prefix;
	struct address_prefix again;
	int err;

	if (!text)
		return 0;
	memset(&prefix, 0, sizeof(prefix));
	memset(&again, 0, sizeof(again));
	err = parse_address_prefix(text, &prefix);
	if (err == -EINVAL) {
		if (prefix.family != 0)
			abort();
	} else {
		if (err != 0 && err != -EDOM)
			abort();
		if (prefix.length > (prefix.family == AF_INET ? 32 : 128))
			abort();
		address_prefix_text(&prefix, printed, sizeof(printed));
		if (parse_address_prefix(printed, &again) != 0)
			abort();
		if (again.family != prefix.family || again.length != prefix.length ||
		    memcmp(again.address, prefix.address, sizeof(prefix.address)))
			abort();
	}
	free(text);
	return 0;
}
