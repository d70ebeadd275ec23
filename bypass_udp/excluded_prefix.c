// SPDX-License-Identifier: GPL-2.0-only
#include "excluded_prefix.h"

#include <arpa/inet.h>
#include <stdint.h>

static bool begins_with(const __be32 address[4], const __be32 prefix[4], unsigned int length)
{
	for (int i = 0; length; i++) {
		unsigned int bits = length < 32 ? length : 32;
		uint32_t mask = htonl(~UINT32_C(0) << (32 - bits));

		if ((address[i] ^ prefix[i]) & mask)
			return false;
		length -= bits;
	}
	return true;
}

bool bypass_excludes(const struct bypass_excluded *excluded, const struct flow_key *arrives,
		     const struct flow_key *leaves)
{
	for (uint32_t i = 0; i < excluded->count && i < BYPASS_EXCLUDED_LIMIT; i++) {
		const __be32 *prefix = excluded->prefix[i].address;
		unsigned int length = excluded->prefix[i].length;

		if (excluded->prefix[i].family == arrives->family && length <= 128 &&
		    (begins_with(arrives->source, prefix, length) ||
		     begins_with(arrives->destination, prefix, length) ||
		     begins_with(leaves->source, prefix, length) ||
		     begins_with(leaves->destination, prefix, length)))
			return true;
	}
	return false;
}
