// SPDX-License-Identifier: GPL-2.0-only
#include "parse_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "parse_number.h"

static int parse_length(const char *text, uint8_t maximum, uint8_t *ret_length)
{
	uint64_t length;

	/* "/08" is not a length: some readers take it for octal. */
	if (text[0] == '0' && text[1] != '\0')
		return -EINVAL;
	if (parse_number(text, 0, maximum, &length) < 0)
		return -EINVAL;
	*ret_length = (uint8_t)length;
	return 0;
}

/* Clears the bits behind the length; true if one of them was set. */
static bool clear_host_bits(struct address_prefix *prefix)
{
	bool was_set = false;

	for (size_t i = 0; i < sizeof(prefix->address); i++) {
		size_t bits_before = i * 8;
		uint8_t mask = 0;

		if (prefix->length >= bits_before + 8)
			mask = 0xff;
		else if (prefix->length > bits_before)
			mask = (uint8_t)(0xff00 >> (prefix->length - bits_before));
		if (prefix->address[i] & ~mask)
			was_set = true;
		prefix->address[i] &= mask;
	}
	return was_set;
}

int parse_address_prefix(const char *text, struct address_prefix *ret_prefix)
{
	struct address_prefix prefix = { 0 };
	char address[INET6_ADDRSTRLEN];
	const char *slash;
	size_t address_length;
	bool host_bits;

	if (!text)
		return -EINVAL;
	slash = strchr(text, '/');
	address_length = slash ? (size_t)(slash - text) : strlen(text);
	if (address_length >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, address_length);
	address[address_length] = '\0';

	prefix.family = strchr(address, ':') ? AF_INET6 : AF_INET;
	prefix.length = prefix.family == AF_INET6 ? 128 : 32;
	if (inet_pton(prefix.family, address, prefix.address) != 1)
		return -EINVAL;
	if (slash && parse_length(slash + 1, prefix.length, &prefix.length) < 0)
		return -EINVAL;

	host_bits = clear_host_bits(&prefix);
	*ret_prefix = prefix;
	return host_bits ? -EDOM : 0;
}

const char *address_prefix_text(const struct address_prefix *prefix, char *ret_text, size_t size)
{
	char address[INET6_ADDRSTRLEN];

	if (!inet_ntop(prefix->family, prefix->address, address, sizeof(address)))
		snprintf(address, sizeof(address), "?");
	snprintf(ret_text, size, "%s/%u", address, prefix->length);
	return ret_text;
}
