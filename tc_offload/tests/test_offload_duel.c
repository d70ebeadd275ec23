// SPDX-License-Identifier: GPL-2.0-only
/* What --explain says of a flow's packet against what the program does with it, on settings, flows and packets that
 * chance made. ECBPF_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monotonic_clock.h"
#include "offload_decision.h"
#include "offload_subject.h"

#define ROUNDS 8000
#define ROUNDS_QUICK 2500
#define SEED 20261122
#define PLACES 4
#define IFINDEX 4
#define SECOND UINT64_C(1000000000)
#define TTL_IPV4 8
#define TTL_IPV6 7

static struct offload_subject subjects[PLACES];
static struct offload_at places[PLACES];
static struct offload_question question;
static uint8_t frame[SUBJECT_FRAME_SIZE];
static struct subject_result result;
static unsigned int met_up[OFFLOAD_UP_COUNT], met_out[OFFLOAD_OUT_COUNT], counted_down;

/* Below n; the upper bits of a linear generator are the better ones. */
static uint32_t below(uint64_t *chance, uint32_t n)
{
	*chance = *chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*chance >> 33) % n;
}

static bool one_in(uint64_t *chance, uint32_t n)
{
	return below(chance, n) == 0;
}

static void choose_address(uint64_t *chance, uint8_t family, __be32 address[4])
{
	static const char *const ipv4[] = { "10.0.0.1", "127.0.0.1", "127.9.9.9", "128.0.0.127" };
	static const char *const ipv6[] = { "fd00::1", "::1", "::2", "7f00::1" };
	uint32_t which = one_in(chance, 2) ? 0 : below(chance, 4);

	memset(address, 0, 4 * sizeof(*address));
	if (family == FLOW_IPV4)
		assert_int_equal(inet_pton(AF_INET, ipv4[which], address), 1);
	else
		assert_int_equal(inet_pton(AF_INET6, ipv6[which], address), 1);
}

static void choose_flow(uint64_t *chance)
{
	static const uint16_t flags[] = { FLOW_DEAD, FLOW_ANY_TAGS, FLOW_KEEP_TTL };
	struct flow_value *flow = &question.flow;

	question.key = (struct flow_key){
		.family = one_in(chance, 2) ? FLOW_IPV4 : FLOW_IPV6,
		.protocol = one_in(chance, 2) ? IPPROTO_UDP : IPPROTO_TCP,
		.source = { htonl(0x0a000009) },
		.destination = { htonl(0x0a000008) },
		.source_port = htons(5000),
		.destination_port = htons(53),
	};
	if (one_in(chance, 16))
		question.key.protocol = IPPROTO_SCTP;
	*flow = (struct flow_value){ .nexthop = 8 + below(chance, 8), .flags = FLOW_NAT };
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		flow->flags |= one_in(chance, i ? 4 : 16) ? flags[i] : 0;
	choose_address(chance, question.key.family, flow->source);
	choose_address(chance, question.key.family, flow->destination);
	flow->in_ifindex = one_in(chance, 3) ? IFINDEX + below(chance, 2) : 0;
	flow->in_vlan[0] = one_in(chance, 16) ? 5 : 0;
	flow->in_vlan[1] = one_in(chance, 16) ? 6 : 0;
	if (one_in(chance, 32))
		flow->nexthop = FLOW_NEXTHOP_LIMIT + below(chance, 2);
	question.has_flow = !one_in(chance, 16);
}

static void choose_way(uint64_t *chance)
{
	static const uint8_t states[] = { FLOW_WAY_USABLE, FLOW_WAY_RESOLVING, FLOW_WAY_LOCAL };
	struct flow_way *way;

	question.nexthop = (struct flow_nexthop){
		.current = below(chance, 2),
		.device = 9,
		.family = question.key.family,
		.flags = (one_in(chance, 4) ? FLOW_NEXTHOP_MAC : 0) |
			 (one_in(chance, 4) ? FLOW_NEXTHOP_PEER : 0),
	};
	way = &question.nexthop.way[question.nexthop.current];
	way->state = one_in(chance, 6) ? (uint8_t)below(chance, FLOW_WAY_STATES) :
					 states[below(chance, 3)];
	way->ifindex = 9;
	way->mtu = one_in(chance, 2) ? 1500 : 200;
	way->no_link_header = one_in(chance, 4);
}

static uint32_t headers_length(void)
{
	return (question.key.family == FLOW_IPV4 ? 20 : 40) +
	       (question.key.protocol == IPPROTO_TCP ? 20 : 8);
}

static void choose_packet(uint64_t *chance)
{
	question.hops = one_in(chance, 6) ? (uint8_t)below(chance, 3) : 64;
	question.has_checksum = !one_in(chance, 8);
	question.length = one_in(chance, 4) ? 199 + below(chance, 3) : headers_length() + 100;
	/* Another tag than the one that is taken off is in the bytes. */
	if (one_in(chance, 32))
		question.vlan[1] = 7;
	/* It can have no tag, so that is what it has to be expected with. */
	question.any_tags = !question.flow.in_vlan[0] && one_in(chance, 2);
	question.now = monotonic_clock_now();
	question.daemon.alive_until =
		one_in(chance, 2) ? question.now + 1000 * SECOND : question.now / 2;
	question.settings.tables = one_in(chance, 32) ? 0 : 1U << FLOW_TABLE_STATIC;
}

static void tell_program(const struct offload_subject *subject)
{
	subject_forget_flows(subject);
	if (question.has_flow)
		subject_flow(subject, FLOW_TABLE_STATIC, &question.key, &question.flow);
	if (question.flow.nexthop < FLOW_NEXTHOP_LIMIT)
		subject_nexthop(subject, question.flow.nexthop, &question.nexthop);
	subject_daemon(subject, question.daemon.alive_until);
	subject_settings(subject, &question.settings);
}

static void put_word(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint8_t *put_network(uint8_t *at)
{
	const struct flow_key *key = &question.key;

	if (key->family == FLOW_IPV4) {
		at[0] = 0x45;
		put_word(at + 2, question.length);
		at[TTL_IPV4] = question.hops;
		at[9] = key->protocol;
		memcpy(at + 12, key->source, 4);
		memcpy(at + 16, key->destination, 4);
		return at + 20;
	}
	at[0] = 0x60;
	put_word(at + 4, question.length - 40);
	at[6] = key->protocol;
	at[TTL_IPV6] = question.hops;
	memcpy(at + 8, key->source, 16);
	memcpy(at + 24, key->destination, 16);
	return at + 40;
}

/* The packet that the question is about; its length. */
static uint32_t build_frame(void)
{
	bool is_ipv4 = question.key.family == FLOW_IPV4;
	uint8_t *at = frame + 2 * ETH_ALEN;

	memset(frame, 0, sizeof(frame));
	if (question.vlan[1] && !question.any_tags) {
		put_word(at, ETH_P_8021Q);
		put_word(at + 2, question.vlan[1]);
		at += 4;
	}
	put_word(at, is_ipv4 ? ETH_P_IP : ETH_P_IPV6);
	at = put_network(at + 2);
	memcpy(at, &question.key.source_port, 2);
	memcpy(at + 2, &question.key.destination_port, 2);
	if (question.key.protocol == IPPROTO_TCP)
		at[12] = 5 << 4;
	else
		put_word(at + 4, question.length - (is_ipv4 ? 20 : 40));
	if (question.has_checksum && question.key.protocol == IPPROTO_UDP)
		put_word(at + 6, 0x1234);
	return (uint32_t)(at - frame) + question.length - (is_ipv4 ? 20 : 40);
}

static void tell_difference(const struct offload_decision *said,
			    const struct subject_counts *before, const struct subject_counts *after)
{
	const struct flow_way *way = offload_decision_way(&question);

	for (unsigned int i = 0; i < OFFLOAD_UP_COUNT; i++) {
		if (after->up[i] != before->up[i])
			fprintf(stderr, "done: up %u\n", i);
	}
	for (unsigned int i = 0; i < OFFLOAD_OUT_COUNT; i++) {
		if (after->sent[i] != before->sent[i])
			fprintf(stderr, "done: sent %u\n", i);
	}
	fail_msg("said: up %u, out %u, down %d; side %u, lo %u, flags %#x, way %u, %u of %u bytes, "
		 "hops %u",
		 said->up, said->out, said->counts_down, question.at.side, question.at.is_loopback,
		 question.flow.flags, way->state, question.length, way->mtu, question.hops);
}

static bool is_done(const struct offload_decision *said, const struct subject_counts *before,
		    const struct subject_counts *after)
{
	uint64_t gone = 0;

	for (unsigned int i = 0; i < OFFLOAD_UP_COUNT; i++)
		gone += after->up[i] - before->up[i];
	for (unsigned int i = 0; i < OFFLOAD_OUT_COUNT; i++)
		gone += after->sent[i] - before->sent[i];
	assert_int_equal(gone, 1);
	if (said->up != OFFLOAD_SENT)
		return after->up[said->up] != before->up[said->up];
	return after->sent[said->out] != before->sent[said->out] &&
	       result.bytes[ETH_HLEN + (question.key.family == FLOW_IPV4 ? TTL_IPV4 : TTL_IPV6)] ==
		       question.hops - said->counts_down;
}

static void run_one(uint64_t *chance)
{
	uint32_t place = below(chance, PLACES);
	struct subject_counts before, after;
	struct subject_packet packet = { .bytes = frame };
	struct offload_decision said;

	question = (struct offload_question){ .at = places[place] };
	choose_flow(chance);
	choose_way(chance);
	choose_packet(chance);
	tell_program(&subjects[place]);
	packet.length = build_frame();
	said = offload_decide(&question);
	subject_counts(&subjects[place], &before);
	subject_run(&subjects[place], &packet, &result);
	assert_int_equal(result.err, 0);
	subject_counts(&subjects[place], &after);
	if (!is_done(&said, &before, &after))
		tell_difference(&said, &before, &after);
	if (said.up == OFFLOAD_SENT)
		met_out[said.out]++;
	else
		met_up[said.up]++;
	counted_down += said.counts_down;
}

/* All that --explain can say. */
static void check_all_met(void)
{
	static const unsigned int ups[] = { OFFLOAD_UP_NOT_IP,
					    OFFLOAD_UP_PROTOCOL,
					    OFFLOAD_UP_NO_FLOW,
					    OFFLOAD_UP_WRONG_WAY_IN,
					    OFFLOAD_UP_ZERO_CHECKSUM,
					    OFFLOAD_UP_TTL,
					    OFFLOAD_UP_TOO_BIG,
					    OFFLOAD_UP_NO_MAP,
					    OFFLOAD_UP_WAY + FLOW_WAY_NO_ROUTE,
					    OFFLOAD_UP_WAY + FLOW_WAY_LINK_DOWN };

	for (size_t i = 0; i < sizeof(ups) / sizeof(*ups); i++) {
		if (!met_up[ups[i]])
			fail_msg("no packet was left alone for reason %u", ups[i]);
	}
	for (unsigned int i = 0; i <= OFFLOAD_OUT_HERE; i++) {
		if (!met_out[i])
			fail_msg("no packet was sent by way %u", i);
	}
	assert_true(counted_down);
}

static void test_duel(void **state)
{
	const char *seed = getenv("ECBPF_TEST_SEED");
	uint64_t chance = seed ? strtoull(seed, NULL, 0) : SEED;
	int rounds = getenv("ECBPF_TEST_QUICK") ? ROUNDS_QUICK : ROUNDS;

	(void)state;
	for (int i = 0; i < rounds; i++)
		run_one(&chance);
	check_all_met();
}

static int open_subjects(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PLACES; i++) {
		places[i] = (struct offload_at){ .ifindex = IFINDEX,
						 .side = i % 2 ? OFFLOAD_EGRESS : OFFLOAD_INGRESS,
						 .link_header = ETH_HLEN,
						 .is_loopback = i / 2,
						 .has_ipv6_flag = subject_has_ipv6_flag() };
		subject_open(&subjects[i], &places[i], NULL);
	}
	return 0;
}

static int close_subjects(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PLACES; i++)
		subject_close(&subjects[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_duel, open_subjects, close_subjects),
	};
	const char *reason = subject_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
