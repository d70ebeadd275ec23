// SPDX-License-Identifier: GPL-2.0-only
#include "filter_counters.h"

#include <stdio.h>

const struct filter_counter filter_counter_names[] = {
	{ "source_ipv4", FILTER_REASON_SOURCE_IPV4 },
	{ "source_ipv6", FILTER_REASON_SOURCE_IPV6 },
	{ "fragment_ipv4", FILTER_REASON_FRAGMENT_IPV4 },
	{ "fragment_ipv6", FILTER_REASON_FRAGMENT_IPV6 },
	{ "ptb_ipv4", FILTER_REASON_PTB_IPV4 },
	{ "ptb_ipv6", FILTER_REASON_PTB_IPV6 },
	{ "short_ethernet", ECBPF_REASON_SHORT_ETHERNET },
	{ "many_tags", ECBPF_REASON_MANY_TAGS },
	{ "short_ipv4", ECBPF_REASON_SHORT_IPV4 },
	{ "short_ipv6", ECBPF_REASON_SHORT_IPV6 },
	{ "bad_ipv4", ECBPF_REASON_BAD_IPV4 },
	{ "bad_ipv6", ECBPF_REASON_BAD_IPV6 },
	{ "version_ipv4", FILTER_REASON_VERSION_IPV4 },
	{ "version_ipv6", FILTER_REASON_VERSION_IPV6 },
	{ "options", FILTER_REASON_OPTIONS },
	{ "evil", FILTER_REASON_EVIL },
	{ "checksum", FILTER_REASON_CHECKSUM },
	{ "same_ipv4", FILTER_REASON_SAME_IPV4 },
	{ "same_ipv6", FILTER_REASON_SAME_IPV6 },
	{ "martian_ipv4", FILTER_REASON_MARTIAN_IPV4 },
	{ "martian_ipv6", FILTER_REASON_MARTIAN_IPV6 },
	{ "short_extension", ECBPF_REASON_SHORT_EXTENSION },
	{ "long_chain", ECBPF_REASON_LONG_CHAIN },
	{ "repeated_extension", FILTER_REASON_REPEATED_EXTENSION },
	{ "first_ipv4", FILTER_COUNT_FIRST_IPV4 },
	{ "later_ipv4", FILTER_COUNT_LATER_IPV4 },
	{ "tiny_ipv4", FILTER_COUNT_TINY_IPV4 },
	{ "overlap_ipv4", FILTER_COUNT_OVERLAP_IPV4 },
	{ "first_ipv6", FILTER_COUNT_FIRST_IPV6 },
	{ "later_ipv6", FILTER_COUNT_LATER_IPV6 },
	{ "tiny_ipv6", FILTER_COUNT_TINY_IPV6 },
	{ "overlap_ipv6", FILTER_COUNT_OVERLAP_IPV6 },
	{ "ptb_refused", FILTER_COUNT_PTB_REFUSED },
	{ "ptb_limited", FILTER_COUNT_PTB_LIMITED },
	{ "ptb_no_room", FILTER_COUNT_PTB_NO_ROOM },
};
const size_t filter_counter_count = sizeof(filter_counter_names) / sizeof(*filter_counter_names);

struct reason_names filter_reason_names(void)
{
	struct reason_names names = { 0 };

	for (size_t i = 0; i < filter_counter_count; i++) {
		unsigned int number = filter_counter_names[i].number;

		if (number >= ECBPF_REASON_OWN && number < ECBPF_REASON_LIMIT)
			snprintf(names.name[number], sizeof(names.name[number]), "%s",
				 filter_counter_names[i].name);
	}
	return names;
}

const struct filter_sum filter_sums[] = {
	{ "eth_frame_err", { ECBPF_REASON_SHORT_ETHERNET, ECBPF_REASON_MANY_TAGS } },
	{ "ip_header_err",
	  { ECBPF_REASON_SHORT_IPV4, ECBPF_REASON_BAD_IPV4, FILTER_REASON_VERSION_IPV4,
	    FILTER_REASON_OPTIONS, FILTER_REASON_EVIL, FILTER_REASON_CHECKSUM,
	    FILTER_REASON_SAME_IPV4, FILTER_REASON_MARTIAN_IPV4 } },
	{ "ip6_header_err",
	  { ECBPF_REASON_SHORT_IPV6, ECBPF_REASON_BAD_IPV6, FILTER_REASON_VERSION_IPV6,
	    FILTER_REASON_SAME_IPV6, FILTER_REASON_MARTIAN_IPV6, ECBPF_REASON_SHORT_EXTENSION,
	    ECBPF_REASON_LONG_CHAIN, FILTER_REASON_REPEATED_EXTENSION } },
	{ "ip_drop_count", { FILTER_REASON_SOURCE_IPV4 } },
	{ "ip6_drop_count", { FILTER_REASON_SOURCE_IPV6 } },
	{ "ip_frag_drop_count",
	  { FILTER_REASON_FRAGMENT_IPV4, FILTER_REASON_FRAGMENT_IPV6, FILTER_REASON_PTB_IPV4,
	    FILTER_REASON_PTB_IPV6 } },
	{ "ptb_sent_count", { FILTER_REASON_PTB_IPV4, FILTER_REASON_PTB_IPV6 } },
	{ "ptb_err_count", { FILTER_COUNT_PTB_REFUSED, FILTER_COUNT_PTB_LIMITED } },
	{ "ptb_mem_err_count", { FILTER_COUNT_PTB_NO_ROOM } },
};
const size_t filter_sum_count = sizeof(filter_sums) / sizeof(*filter_sums);

uint64_t filter_sum(const struct filter_sum *sum, const struct filter_counters *counters)
{
	uint64_t packets = 0;

	for (const unsigned int *number = sum->number; *number; number++)
		packets += counters->packets[*number];
	return packets;
}
