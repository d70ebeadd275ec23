// SPDX-License-Identifier: GPL-2.0-only
/* The root hands every frame to the slots, whatever is in it. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../libcommon/abi/reasons.h"
#include "harness/packet_build.h"
#include "walk.h"

#define ALL_SLOTS 0xff
#define BEYOND_ONE_BUFFER 9000

static void arp(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_payload(builder, 28);
	builder->bytes[12] = ETH_P_ARP >> 8;
	builder->bytes[13] = ETH_P_ARP & 0xff;
}

static void link_header_alone(struct packet_builder *builder)
{
	build_ethernet(builder);
}

static void length_instead_of_type(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_payload(builder, 46);
	builder->bytes[12] = 0;
	builder->bytes[13] = 46;
}

static void broadcast_udp(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	build_udp(builder, 68, 67);
	for (int i = 0; i < ETH_ALEN; i++)
		builder->bytes[i] = 0xff;
}

static void ipv4_protocol(struct packet_builder *builder, __u8 number)
{
	build_ethernet(builder);
	build_ipv4(builder, &(struct build_ipv4){ .protocol = number });
	build_payload(builder, 40);
}

static void gre(struct packet_builder *builder)
{
	ipv4_protocol(builder, IPPROTO_GRE);
}

static void esp(struct packet_builder *builder)
{
	ipv4_protocol(builder, IPPROTO_ESP);
}

static void sctp(struct packet_builder *builder)
{
	ipv4_protocol(builder, IPPROTO_SCTP);
}

static void ip_in_ip(struct packet_builder *builder)
{
	ipv4_protocol(builder, IPPROTO_IPIP);
}

static void ipv4_fragment_with_options(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_ipv4(builder, &(struct build_ipv4){ .option_words = 10, .fragment = 0x2005 });
	build_payload(builder, 64);
}

static void ipv6_with_extensions(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_extension(builder, IPPROTO_HOPOPTS, 8);
	build_extension(builder, IPPROTO_ROUTING, 24);
	build_tcp(builder, 1, 2, 0);
}

static void ipv6_fragment(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_ipv6_fragment(builder, 1280, 0, 7);
	build_payload(builder, 8);
}

static void one_tag(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_vlan(builder, ETH_P_8021Q, 100);
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	build_udp(builder, 1, 2);
}

static void three_tags(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_vlan(builder, ETH_P_8021AD, 1);
	build_vlan(builder, ETH_P_8021Q, 2);
	build_vlan(builder, ETH_P_8021Q, 3);
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_icmpv6(builder, 128, 0);
}

/* C1, C2: the root looks at nothing, so nothing goes round the slots; cut off anywhere, too. */
static void every_frame_enters_the_first_slot(void **state)
{
	void (*const frames[])(struct packet_builder *) = {
		arp,
		link_header_alone,
		length_instead_of_type,
		broadcast_udp,
		gre,
		esp,
		sctp,
		ip_in_ip,
		one_tag,
		three_tags,
		ipv4_fragment_with_options,
		ipv6_with_extensions,
		ipv6_fragment,
	};
	struct walk *walk = *state;

	walk_occupy(walk, 1U << 3 | 1U << 5);
	walk_order(walk, 3, XDP_DROP, ECBPF_REASON_OWN);
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		static struct packet_builder builder;

		build_start(&builder);
		frames[i](&builder);
		build_finish(&builder);
		for (__u32 length = ETH_HLEN; length <= builder.length; length++) {
			walk_frame(walk, builder.bytes, length);
			walk_assert_visited(walk, WALK_VISITED(3));
			assert_int_equal(walk->result.action, XDP_DROP);
			walk_assert_counted(walk, 3, XDP_DROP, ECBPF_REASON_OWN);
			assert_int_equal(walk->result.length, length);
			assert_memory_equal(walk->result.bytes, builder.bytes, length);
		}
	}
}

/* C8 */
static void a_frame_of_several_buffers_is_walked_too(void **state)
{
	static unsigned char bytes[BEYOND_ONE_BUFFER];
	struct walk *walk;

	(void)state;
	if (!run_frags_supported()) {
		print_message("SKIP: this kernel has no multi-buffer XDP\n");
		skip();
	}
	walk = malloc(sizeof(*walk));
	assert_non_null(walk);
	walk_open(walk, 1);
	walk_occupy(walk, ALL_SLOTS);
	walk_frame(walk, bytes, sizeof(bytes));
	walk_assert_visited(walk, WALK_VISITED(0, 1, 2, 3, 4, 5, 6, 7));
	walk_assert_counted(walk, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
	walk_close(walk);
	free(walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_frame_enters_the_first_slot),
		cmocka_unit_test(a_frame_of_several_buffers_is_walked_too),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, walk_set_up, walk_tear_down);
}
