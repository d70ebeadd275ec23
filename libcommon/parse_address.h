/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_PARSE_ADDRESS_H
#define ECBPF_PARSE_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

/* An IPv4 or IPv6 prefix in canonical form: host bits are zero. */
struct address_prefix {
	int family;          /* AF_INET or AF_INET6 */
	uint8_t length;      /* 0..32 or 0..128 */
	uint8_t address[16]; /* network byte order; IPv4 in the first four */
};

#define ADDRESS_PREFIX_TEXT_SIZE 64

/* Understands the whole of `text`: "192.0.2.0/24", "2001:db8::/32", or a bare address, which is the
 * full length. -EINVAL: not an address or length; -EDOM: bits are set behind the length, and
 * *ret_prefix holds the prefix that was probably meant. */
int parse_address_prefix(const char *text, struct address_prefix *ret_prefix);

/* Writes "192.0.2.0/24" and returns ret_text. */
const char *address_prefix_text(const struct address_prefix *prefix, char *ret_text, size_t size);

#endif
