// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "parse_address.h"
#include "parse_number.h"

#define WHITE_SPACE " \t\r\n\v\f"
#define WORD_SIZE 64 /* longer than every right word */

enum { SOURCE, SOURCE_PORT, DESTINATION, DESTINATION_PORT, PROTOCOL };

/* The first name of a number is the one that is shown. */
static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{ "ICMP", 1 },    { "IGMP", 2 },       { "IPIP", 4 },      { "TCP", 6 },   { "UDP", 17 },
	{ "DCCP", 33 },   { "IPV6", 41 },      { "GRE", 47 },      { "ESP", 50 },  { "AH", 51 },
	{ "ICMPV6", 58 }, { "IPV6-ICMP", 58 }, { "OSPF", 89 },     { "PIM", 103 }, { "VRRP", 112 },
	{ "L2TP", 115 },  { "SCTP", 132 },     { "UDPLITE", 136 },
};

static bool is_any(const char *word)
{
	return strcmp(word, "*") == 0;
}

static uint8_t full_length(uint8_t family)
{
	return family == 4 ? 32 : 128;
}

static int refuse_host_bits(const char *word, const char *what, const struct address_prefix *meant,
			    struct problem *problem)
{
	char text[ADDRESS_PREFIX_TEXT_SIZE];

	address_prefix_text(meant, text, sizeof(text));
	return problem_set(problem, -EDOM,
			   "%s '%s' has bits set behind its length: write %s for all of them, or "
			   "'%.*s' for this address alone",
			   what, word, text, (int)strcspn(word, "/"), word);
}

static int parse_address(const char *word, const char *what, uint8_t *family, uint8_t *address,
			 uint8_t *ret_length, struct problem *problem)
{
	struct address_prefix prefix = { 0 };
	uint8_t its_family;
	int err;

	if (is_any(word))
		return 0;
	err = parse_address_prefix(word, &prefix);
	if (err == -EDOM)
		return refuse_host_bits(word, what, &prefix, problem);
	if (err)
		return problem_set(
			problem, -EINVAL,
			"%s '%.*s' is neither an IPv4 nor an IPv6 address or prefix, nor *", what,
			WORD_SIZE, word);
	its_family = prefix.family == AF_INET ? 4 : 6;
	if (*family && *family != its_family)
		return problem_set(
			problem, -EINVAL,
			"%s '%s' is IPv%d, but the source is IPv%d: both are of one family", what,
			word, its_family, *family);
	*family = its_family;
	*ret_length = prefix.length;
	memcpy(address, prefix.address, sizeof(prefix.address));
	return 0;
}

static int parse_port(const char *word, const char *what, __be16 *ret_port, struct problem *problem)
{
	uint64_t number = 0;

	if (!is_any(word) && parse_number(word, 0, 65535, &number))
		return problem_set(problem, -EINVAL,
				   "%s '%.*s' is not a number from 0 to 65535 or *", what,
				   WORD_SIZE, word);
	*ret_port = htons((uint16_t)number);
	return 0;
}

static int parse_protocol(const char *word, uint8_t *ret_protocol, struct problem *problem)
{
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (strcasecmp(word, protocols[i].name))
			continue;
		*ret_protocol = protocols[i].number;
		return 0;
	}
	if (!is_any(word) && strcasecmp(word, "ANY") && parse_number(word, 0, 255, &number))
		return problem_set(problem, -EINVAL,
				   "protocol '%.*s' is neither a name like TCP, UDP, ICMP or ICMPV6, "
				   "nor a number from 0 to 255, nor *",
				   WORD_SIZE, word);
	*ret_protocol = (uint8_t)number;
	return 0;
}

int recorder_filter_parse_words(const char *const words[RECORDER_FILTER_WORDS],
				struct recorder_filter *ret_filter, struct problem *problem)
{
	struct recorder_filter filter = { 0 };
	int err;

	err = parse_address(words[SOURCE], "source", &filter.family, filter.source,
			    &filter.source_length, problem);
	if (!err)
		err = parse_port(words[SOURCE_PORT], "source port", &filter.source_port, problem);
	if (!err)
		err = parse_address(words[DESTINATION], "destination", &filter.family,
				    filter.destination, &filter.destination_length, problem);
	if (!err)
		err = parse_port(words[DESTINATION_PORT], "destination port",
				 &filter.destination_port, problem);
	if (!err)
		err = parse_protocol(words[PROTOCOL], &filter.protocol, problem);
	if (!err)
		*ret_filter = filter;
	return err;
}

int recorder_filter_parse(const char *text, struct recorder_filter *ret_filter,
			  struct problem *problem)
{
	char word[RECORDER_FILTER_WORDS][WORD_SIZE + 1];
	const char *words[RECORDER_FILTER_WORDS];
	size_t count = 0;

	for (text += strspn(text, WHITE_SPACE); *text; text += strspn(text, WHITE_SPACE)) {
		size_t length = strcspn(text, WHITE_SPACE);

		if (length > WORD_SIZE)
			return problem_set(problem, -EINVAL,
					   "'%.*s...' is too long for a word of a filter",
					   WORD_SIZE, text);
		if (count < RECORDER_FILTER_WORDS) {
			snprintf(word[count], sizeof(word[count]), "%.*s", (int)length, text);
			words[count] = word[count];
		}
		count++;
		text += length;
	}
	if (count != RECORDER_FILTER_WORDS)
		return problem_set(problem, -EINVAL,
				   "a filter has five words, SOURCE SPORT DESTINATION DPORT PROTOCOL "
				   "like '10.0.0.0/8 * 192.168.33.11 80 TCP', this one has %zu",
				   count);
	return recorder_filter_parse_words(words, ret_filter, problem);
}

static const char *address_text(const struct recorder_filter *filter, const uint8_t *address,
				uint8_t length, char ret_text[ADDRESS_PREFIX_TEXT_SIZE])
{
	struct address_prefix prefix = { .family = filter->family == 4 ? AF_INET : AF_INET6,
					 .length = length };

	if (!filter->family)
		return "*";
	memcpy(prefix.address, address, sizeof(prefix.address));
	return address_prefix_text(&prefix, ret_text, ADDRESS_PREFIX_TEXT_SIZE);
}

static const char *number_text(unsigned int number, char ret_text[8])
{
	if (!number)
		return "*";
	snprintf(ret_text, 8, "%u", number & 0xffff);
	return ret_text;
}

static const char *protocol_text(uint8_t number, char ret_text[8])
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (protocols[i].number == number)
			return protocols[i].name;
	}
	return number_text(number, ret_text);
}

const char *recorder_filter_text(const struct recorder_filter *filter,
				 char ret_text[RECORDER_FILTER_TEXT_SIZE])
{
	char source[ADDRESS_PREFIX_TEXT_SIZE], destination[ADDRESS_PREFIX_TEXT_SIZE];
	char source_port[8], destination_port[8], protocol[8];

	snprintf(ret_text, RECORDER_FILTER_TEXT_SIZE, "%s %s %s %s %s",
		 address_text(filter, filter->source, filter->source_length, source),
		 number_text(ntohs(filter->source_port), source_port),
		 address_text(filter, filter->destination, filter->destination_length, destination),
		 number_text(ntohs(filter->destination_port), destination_port),
		 protocol_text(filter->protocol, protocol));
	return ret_text;
}

bool recorder_filter_equal(const struct recorder_filter *a, const struct recorder_filter *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool is_zero_behind(const uint8_t *address, unsigned int length)
{
	for (unsigned int i = length / 8; i < 16; i++) {
		unsigned int kept = i == length / 8 ? length % 8 : 0;

		if ((uint8_t)(address[i] << kept))
			return false;
	}
	return true;
}

bool recorder_filter_is_canonical(const struct recorder_filter *filter)
{
	uint8_t longest = filter->family ? full_length(filter->family) : 0;

	return (!filter->family || filter->family == 4 || filter->family == 6) &&
	       filter->source_length <= longest && filter->destination_length <= longest &&
	       is_zero_behind(filter->source, filter->source_length) &&
	       is_zero_behind(filter->destination, filter->destination_length);
}
