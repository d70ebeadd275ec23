// SPDX-License-Identifier: GPL-2.0-only
/* What --explain says of a flow's packet against what the bypass does with it, on settings, flows and
 * packets that chance made. ECBPF_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_chance.h"
#include "bypass_decision.h"
#include "bypass_subject.h"
#include "monotonic_clock.h"

#define SETTINGS 200
#define SETTINGS_QUICK 60
#define PACKETS_PER_SETTING 100
#define SLOT 7
#define SEED 20261122

static struct run_chain chain;
static struct bypass_subject subject;
static struct bypass_model model;
static struct packet_builder builder;
static struct run_result result;
static struct bypass_question question;
static const char *object;  /* NULL: the kernel does not take it */
static bool asks_conntrack; /* which knows none of these flows */
static unsigned int packets, turned, redirected, found_gone, met[BYPASS_UP_COUNT];

static bool one_in(uint64_t *chance, uint32_t n)
{
	return chance_below(chance, n) == 0;
}

/* What frames by chance hardly need. */
static void vary_flow(uint64_t *chance, struct flow_value *flow)
{
	if (flow->in_vlan[0] && one_in(chance, 2))
		flow->in_vlan[1] = 7;
	if (one_in(chance, 4))
		flow->other_counts.last = model.now / (1 + chance_below(chance, 3));
	/* Another CPU's clock may be ahead. */
	if (one_in(chance, 16))
		flow->home_counts.last = 2 * model.now;
	if (!(flow->flags & FLOW_LEARNED) || one_in(chance, 2))
		return;
	if (one_in(chance, 2)) {
		flow->flags |= FLOW_CONNTRACK;
		return;
	}
	flow->flags |= FLOW_OBSERVED;
	if (one_in(chance, 8))
		flow->confirmed = 2 * model.now;
}

static void new_setting(uint64_t *chance)
{
	model.now = monotonic_clock_now();
	chance_setting(chance, &model);
	model.daemon.conntrack_timeout = one_in(chance, 4) ? 0 : 120000;
	model.daemon.conntrack_each = model.now / 2 + model.now / 8;
	subject_forget_flows(&subject);
	subject_configure(&subject, &model.config);
	subject_settings(&subject, &model.settings);
	subject_daemon(&subject, &model.daemon);
	for (__u32 i = 0; i < MODEL_NEXTHOPS; i++)
		subject_nexthop(&subject, i, &model.nexthops[i]);
	for (size_t i = 0; i < model.flow_count; i++) {
		vary_flow(chance, &model.flows[i].value);
		subject_flow(&subject, model.flows[i].table, &model.flows[i].key,
			     &model.flows[i].value);
	}
}

static bool is_in_table(enum flow_table table, const struct flow_key *key)
{
	for (size_t i = 0; i < model.flow_count; i++) {
		if (model.flows[i].table == table &&
		    !memcmp(&model.flows[i].key, key, sizeof(*key)))
			return true;
	}
	return false;
}

/* The flow as it is in the kernel's tables now, as --explain reads it. */
static void find_flow(void)
{
	for (int i = 0; i < FLOW_TABLE_COUNT && !question.has_flow; i++) {
		enum flow_table table = (enum flow_table)i;

		question.has_flow =
			model.settings.tables >> i & 1 && is_in_table(table, &question.key);
		if (question.has_flow)
			subject_read_flow(&subject, table, &question.key, &question.flow);
	}
	if (question.has_flow && question.flow.nexthop < MODEL_NEXTHOPS)
		question.nexthop = model.nexthops[question.flow.nexthop];
	question.has_device = bypass_decision_way(&question)->ifindex == model.device;
}

static uint32_t headers_length(void)
{
	return question.key.family == FLOW_IPV4 ? 20 + 8 : 40 + 8;
}

/* An ordinary packet mostly, or one at a limit. */
static void choose_packet(uint64_t *chance)
{
	uint32_t mtu = bypass_decision_way(&question)->mtu;

	question.hops = one_in(chance, 8) ? (uint8_t)chance_below(chance, 4) : 64;
	question.has_checksum = !one_in(chance, 8);
	question.length = one_in(chance, 2) || !mtu ? 1280 : mtu - 1 + chance_below(chance, 3);
	if (question.length < headers_length())
		question.length = headers_length();
	question.any_tags = !one_in(chance, 4);
	if (!question.any_tags && one_in(chance, 2)) {
		question.vlan[0] = (uint16_t)(4 + chance_below(chance, 2));
		question.vlan[1] = one_in(chance, 2) ? (uint16_t)(6 + chance_below(chance, 2)) : 0;
	}
}

static void ask(uint64_t *chance)
{
	question = (struct bypass_question){
		.now = monotonic_clock_now(),
		.settings = model.settings,
		.daemon = model.daemon,
		.config = model.config,
		.key = model.flows[chance_below(chance, MODEL_FLOWS)].key,
		.is_gone = asks_conntrack,
	};
	if (one_in(chance, 16))
		question.key.source_port ^= htons(1);
	find_flow();
	choose_packet(chance);
}

static void build_tags(uint64_t *chance)
{
	uint16_t tags[2] = { question.vlan[0], question.vlan[1] };

	if (question.any_tags) {
		tags[0] = question.flow.in_vlan[0];
		tags[1] = question.flow.in_vlan[1];
		if (question.flow.flags & FLOW_ANY_TAGS)
			tags[0] = (uint16_t)chance_below(chance, 4096);
	}
	for (int i = 0; i < 2 && tags[i]; i++)
		build_vlan(&builder, one_in(chance, 2) ? ETH_P_8021Q : ETH_P_8021AD,
			   (uint16_t)(chance_below(chance, 16) << 12 | tags[i]));
}

/* The packet that the question is about. */
static void build_packet(uint64_t *chance)
{
	bool is_ipv4 = question.key.family == FLOW_IPV4;
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	unsigned char *network;

	inet_ntop(is_ipv4 ? AF_INET : AF_INET6, question.key.source, source, sizeof(source));
	inet_ntop(is_ipv4 ? AF_INET : AF_INET6, question.key.destination, destination,
		  sizeof(destination));
	build_start(&builder);
	build_ethernet(&builder);
	build_tags(chance);
	if (is_ipv4)
		build_ipv4(&builder,
			   &(struct build_ipv4){ .source = source, .destination = destination });
	else
		build_ipv6(&builder,
			   &(struct build_ipv6){ .source = source, .destination = destination });
	build_udp(&builder, ntohs(question.key.source_port), ntohs(question.key.destination_port));
	build_payload(&builder, question.length - headers_length());
	build_finish(&builder);
	network = builder.bytes + builder.length - question.length;
	network[is_ipv4 ? 8 : 7] = question.hops;
	if (!question.has_checksum)
		memset(network + headers_length() - 2, 0, 2);
}

static void tell_difference(unsigned int said)
{
	fprintf(stderr, "packet %u: said %u, if sent %s; done: action %u, up for", packets, said,
		bypass_decision_turns(&question) ? "back" : "on", result.action);
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		if (subject_up(&subject, i))
			fprintf(stderr, " %u", i);
	}
	fprintf(stderr, "\nflags %#x, hops %u, %u bytes, way: state %u, device %u, mtu %u\n",
		question.flow.flags, question.hops, question.length,
		bypass_decision_way(&question)->state, bypass_decision_way(&question)->ifindex,
		bypass_decision_way(&question)->mtu);
	fail_msg("--explain would say something else than the bypass does");
}

static bool is_done(unsigned int said)
{
	if (said == BYPASS_SENT)
		return subject_up(&subject, BYPASS_UP_COUNT) == 0 &&
		       result.action == (bypass_decision_turns(&question) ? XDP_TX : XDP_REDIRECT);
	return result.action == XDP_PASS && subject_up(&subject, said) == 1 &&
	       subject_up(&subject, BYPASS_UP_COUNT) == 1;
}

static void run_one(uint64_t *chance)
{
	unsigned int said;

	packets++;
	ask(chance);
	build_packet(chance);
	said = bypass_decision(&question);
	subject_clear_up(&subject);
	assert_int_equal(run_packet(&subject.program,
				    &(struct run_frame){ builder.bytes, builder.length, 0, 0 },
				    &result),
			 0);
	if (!is_done(said))
		tell_difference(said);
	if (said != BYPASS_SENT)
		met[said]++;
	else if (bypass_decision_turns(&question))
		turned++;
	else
		redirected++;
	if (said == BYPASS_UP_GONE && !question.flow.gone)
		found_gone++;
}

/* All that --explain can say, and what its packet lacks for more. */
static void check_all_met(void)
{
	for (unsigned int i = BYPASS_UP_NO_FLOW; i < BYPASS_UP_COUNT; i++) {
		if (!met[i] && i != BYPASS_UP_NO_HEADROOM && i != BYPASS_UP_NO_MAP)
			fail_msg("no packet went up for reason %u", i);
	}
	assert_true(turned);
	assert_true(redirected);
}

static void test_duel(void **state)
{
	const char *seed = getenv("ECBPF_TEST_SEED");
	uint64_t chance = seed ? strtoull(seed, NULL, 0) : SEED;
	int settings = getenv("ECBPF_TEST_QUICK") ? SETTINGS_QUICK : SETTINGS;

	(void)state;
	if (!object)
		skip();
	packets = turned = redirected = found_gone = 0;
	memset(met, 0, sizeof(met));
	for (int i = 0; i < settings; i++) {
		new_setting(&chance);
		for (int packet = 0; packet < PACKETS_PER_SETTING; packet++)
			run_one(&chance);
	}
	check_all_met();
	assert_true(!found_gone == !asks_conntrack);
	printf("%s: %u of %u packets were sent\n", object, turned + redirected, packets);
}

static int open_subject(const char *name)
{
	assert_int_equal(run_chain_create(&chain, 0), 0);
	object = subject_open(&subject, &chain, SLOT, name) ? NULL : name;
	if (object)
		subject_device(&subject, 1);
	return 0;
}

static int open_plain(void **state)
{
	(void)state;
	asks_conntrack = false;
	return open_subject(SUBJECT_PLAIN) || !object;
}

static int open_conntrack(void **state)
{
	(void)state;
	asks_conntrack = true;
	return open_subject(SUBJECT_CONNTRACK);
}

static int close_subject(void **state)
{
	(void)state;
	if (object)
		subject_close(&subject);
	run_chain_close(&chain);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_duel, open_plain, close_subject),
		{ "test_duel_with_conntrack", test_duel, open_conntrack, close_subject, NULL },
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
