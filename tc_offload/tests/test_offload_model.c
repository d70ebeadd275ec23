// SPDX-License-Identifier: GPL-2.0-only
/* tc_offload against a second one in plain C, on flows and packets that chance made, at every kind of place:
 * verdict, reason, way out and bytes of each, counters of flows of each few hundred. Where the kernel offers it,
 * half of the packets have been summed up by their device, and the sum must still be right afterwards.
 * ECBPF_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offload_chance.h"
#include "offload_model.h"
#include "offload_subject.h"

#define SETTINGS 600
#define SETTINGS_QUICK 60
#define PACKETS_PER_SETTING 250
#define SEED 20261122

/* Those that go up for want of these have no cause here: no packet is too long for a link header. */
#define NO_CAUSE OFFLOAD_UP_NO_ROOM

static const struct offload_at places[] = {
	{ .ifindex = 2, .side = OFFLOAD_INGRESS, .link_header = 14 },
	{ .ifindex = 2, .side = OFFLOAD_EGRESS, .link_header = 14 },
	{ .ifindex = 1, .side = OFFLOAD_INGRESS, .link_header = 14, .is_loopback = 1 },
	{ .ifindex = 1, .side = OFFLOAD_EGRESS, .link_header = 14, .is_loopback = 1 },
	{ .ifindex = 3, .side = OFFLOAD_EGRESS, .link_header = 0 },
	{ .ifindex = 3, .side = OFFLOAD_INGRESS, .link_header = 0 },
};

#define PLACES (sizeof(places) / sizeof(*places))

static struct offload_subject subjects[PLACES];
static bool takes_device_sum, has_ipv6_flag;
static struct offload_model model;
static struct chance_packet packet;
static struct subject_result result;
static struct model_answer answer;
static struct subject_counts counts[PLACES]; /* as they must be */
static uint64_t flow_packets[MODEL_FLOWS], flow_bytes[MODEL_FLOWS];
static uint64_t sent, were_right, summed, refused;

static void follow_model(const struct offload_subject *subject)
{
	subject_forget_flows(subject);
	subject_settings(subject, &model.settings);
	subject_daemon(subject, model.daemon_lives ? UINT64_MAX : 0);
	for (uint32_t i = 0; i < MODEL_NEXTHOPS; i++)
		subject_nexthop(subject, i, &model.nexthops[i]);
	for (size_t i = 0; i < model.flow_count; i++)
		subject_flow(subject, model.flows[i].table, &model.flows[i].key,
			     &model.flows[i].value);
}

static void show(size_t place)
{
	fprintf(stderr,
		"place %zu, gso_size %u; the model: %s %u, flow %zu, %zu bytes; the offload: "
		"error %d, action %u, %u bytes\n",
		place, packet.gso_size, answer.sent ? "send, out" : "up, reason",
		answer.sent ? answer.out : answer.up, answer.flow, answer.length, result.err,
		result.action, result.length);
	for (uint32_t i = 0; i < packet.length && i < 144; i++)
		fprintf(stderr, "%02x%s", packet.bytes[i],
			i % 16 == 15 || i == packet.length - 1 || i == 143 ? "\n" : " ");
	for (size_t i = 0; i < answer.length && result.length == answer.length; i++) {
		if (result.bytes[i] != answer.bytes[i])
			fprintf(stderr, "byte %zu: %02x for %02x\n", i, result.bytes[i],
				answer.bytes[i]);
	}
}

static bool differs(void)
{
	bool stays = !answer.sent || answer.out == OFFLOAD_OUT_HERE;

	return result.err || result.action != (stays ? SUBJECT_UNSPEC : SUBJECT_REDIRECT) ||
	       result.length != answer.length ||
	       memcmp(result.bytes, answer.bytes, answer.length) != 0;
}

/* A device's sum is of what follows the link header, and goes by the sums inside: without a checksum to make up for
 * new ports, or without the flag that says that nothing makes up for new addresses, it is the kernel's to lose. */
static bool can_have_sum(const struct offload_model *at_place)
{
	if (!takes_device_sum || !at_place->at.link_header)
		return false;
	return has_ipv6_flag || packet.bytes[12] != 0x86;
}

static void expect_counts(size_t place)
{
	if (!answer.sent) {
		counts[place].up[answer.up]++;
		return;
	}
	sent++;
	were_right += answer.was_right;
	counts[place].sent[answer.is_error ? OFFLOAD_OUT_ICMP : answer.out]++;
	flow_packets[answer.flow] += answer.packets;
	flow_bytes[answer.flow] += answer.wire_bytes;
}

static void run_packet(struct chance *chance, size_t place)
{
	struct subject_packet given;
	struct subject_counts now;

	chance_packet(chance, &model, &packet);
	given = (struct subject_packet){ .bytes = packet.bytes,
					 .length = packet.length,
					 .gso_size = packet.gso_size,
					 /* What a tap delivers has not been counted. */
					 .gso_segs = chance_below(chance, 2) * 2 };
	offload_model_answer(&model,
			     &(struct model_packet){
				     .bytes = packet.bytes,
				     .length = packet.length,
				     .ethertype =
					     (uint16_t)(packet.bytes[12] << 8 | packet.bytes[13]),
				     .to_this_host = !memcmp(packet.bytes, "\0\0\0\0\0", 6),
				     .gso_size = packet.gso_size,
			     },
			     &answer);
	if (can_have_sum(&model) && chance_one_in(chance, 2))
		given.device_sum = true;
	summed += given.device_sum;
	subject_run(&subjects[place], &given, &result);
	if (result.err == SUBJECT_REFUSED) {
		refused++;
		return;
	}
	expect_counts(place);
	subject_counts(&subjects[place], &now);
	if (differs() || memcmp(&now, &counts[place], sizeof(now)) != 0) {
		show(place);
		fail_msg("the offload does something else than the model%s",
			 differs() ? "" : ", or counts something else");
	}
}

static void check_flows(const struct offload_subject *subject)
{
	for (size_t i = 0; i < model.flow_count; i++) {
		struct flow_value value;

		subject_read_flow(subject, model.flows[i].table, &model.flows[i].key, &value);
		assert_int_equal(value.home_counts.packets + value.other_counts.packets,
				 flow_packets[i]);
		assert_int_equal(value.home_counts.bytes + value.other_counts.bytes, flow_bytes[i]);
		assert_int_equal(value.first != 0, flow_packets[i] != 0);
	}
}

/* Chance must have met everything but what has no cause here. */
static void check_all_met(void)
{
	uint64_t up[OFFLOAD_UP_COUNT] = { 0 }, out[OFFLOAD_OUT_COUNT] = { 0 };

	for (size_t place = 0; place < PLACES; place++) {
		for (size_t i = 0; i < OFFLOAD_UP_COUNT; i++)
			up[i] += counts[place].up[i];
		for (size_t i = 0; i < OFFLOAD_OUT_COUNT; i++)
			out[i] += counts[place].sent[i];
	}
	for (size_t i = 0; i < OFFLOAD_UP_COUNT; i++) {
		bool never = i == NO_CAUSE || i == OFFLOAD_UP_WAY + FLOW_WAY_LOCAL ||
			     i == OFFLOAD_UP_WAY + FLOW_WAY_RESOLVING;

		if (!up[i] && !never)
			fail_msg("no packet went up for reason %zu", i);
	}
	for (size_t i = 0; i < OFFLOAD_OUT_COUNT; i++) {
		if (!out[i] && i != OFFLOAD_OUT_LOST)
			fail_msg("no packet left by way %zu", i);
	}
	assert_int_equal(out[OFFLOAD_OUT_LOST], 0);
	/* Most packets are sound ones. */
	assert_true(were_right > sent / 2);
}

static void test_model(void **state)
{
	const char *seed = getenv("ECBPF_TEST_SEED");
	struct chance chance = chance_start(seed ? strtoull(seed, NULL, 0) : SEED);
	int settings = getenv("ECBPF_TEST_QUICK") ? SETTINGS_QUICK : SETTINGS;

	(void)state;
	for (int i = 0; i < settings; i++) {
		size_t place = (size_t)i % PLACES;

		model.at = places[place];
		chance_setting(&chance, &model);
		follow_model(&subjects[place]);
		memset(flow_packets, 0, sizeof(flow_packets));
		memset(flow_bytes, 0, sizeof(flow_bytes));
		for (int number = 0; number < PACKETS_PER_SETTING; number++)
			run_packet(&chance, place);
		check_flows(&subjects[place]);
	}
	check_all_met();
	printf("%" PRIu64 " of %d packets were sent, %" PRIu64
	       " of them with a right checksum; %" PRIu64 " had a device's sum, %" PRIu64
	       " were refused by the kernel\n",
	       sent, settings * PACKETS_PER_SETTING, were_right, summed, refused);
}

static int open_subjects(void **state)
{
	(void)state;
	has_ipv6_flag = subject_has_ipv6_flag();
	for (size_t i = 0; i < PLACES; i++) {
		struct offload_at at = places[i];

		at.has_ipv6_flag = has_ipv6_flag;
		subject_open(&subjects[i], &at, i ? &subjects[0] : NULL);
	}
	takes_device_sum = subject_takes_device_sum(&subjects[0]);
	for (size_t i = 0; i < PLACES; i++)
		subject_counts(&subjects[i], &counts[i]);
	return 0;
}

static int close_subjects(void **state)
{
	(void)state;
	for (size_t i = PLACES; i--;)
		subject_close(&subjects[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
	};
	const char *reason = subject_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, open_subjects, close_subjects);
}
