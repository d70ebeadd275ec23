// SPDX-License-Identifier: GPL-2.0-only
#include "network_attributes.h"

#include <libmnl/libmnl.h>
#include <string.h>

void network_attributes(const struct nlmsghdr *message, size_t header, const struct nlattr **table,
			size_t count)
{
	const struct nlattr *attribute;

	memset(table, 0, count * sizeof(*table));
	if (mnl_nlmsg_get_payload_len(message) < header)
		return;
	mnl_attr_for_each(attribute, message, header)
	{
		if (mnl_attr_get_type(attribute) < count)
			table[mnl_attr_get_type(attribute)] = attribute;
	}
}

void network_nested(const struct nlattr *attribute, const struct nlattr **table, size_t count)
{
	const struct nlattr *inner;

	memset(table, 0, count * sizeof(*table));
	if (!attribute)
		return;
	mnl_attr_for_each_nested(inner, attribute)
	{
		if (mnl_attr_get_type(inner) < count)
			table[mnl_attr_get_type(inner)] = inner;
	}
}

bool network_bytes(const struct nlattr *attribute, void *ret, size_t size)
{
	if (!attribute || mnl_attr_get_payload_len(attribute) != size)
		return false;
	memcpy(ret, mnl_attr_get_payload(attribute), size);
	return true;
}

uint8_t network_u8(const struct nlattr *attribute)
{
	uint8_t value = 0;

	(void)network_bytes(attribute, &value, sizeof(value));
	return value;
}

uint16_t network_u16(const struct nlattr *attribute)
{
	uint16_t value = 0;

	(void)network_bytes(attribute, &value, sizeof(value));
	return value;
}

uint32_t network_u32(const struct nlattr *attribute)
{
	uint32_t value = 0;

	(void)network_bytes(attribute, &value, sizeof(value));
	return value;
}

uint64_t network_u64(const struct nlattr *attribute)
{
	uint64_t value = 0;

	(void)network_bytes(attribute, &value, sizeof(value));
	return value;
}

void network_text(const struct nlattr *attribute, char *ret_text, size_t size)
{
	size_t length = attribute ? mnl_attr_get_payload_len(attribute) : 0;

	if (length > size - 1)
		length = size - 1;
	if (length)
		memcpy(ret_text, mnl_attr_get_payload(attribute), length);
	ret_text[length] = '\0';
}

bool network_text_is(const struct nlattr *attribute, const char *text)
{
	char found[32];

	network_text(attribute, found, sizeof(found));
	return !strcmp(found, text);
}
