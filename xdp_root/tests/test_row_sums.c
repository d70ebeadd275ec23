// SPDX-License-Identifier: GPL-2.0-only
/* No packet is lost or counted twice: random packets on two CPUs at once, and a plain model of where
 * each of them is counted. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../libcommon/abi/reasons.h"
#include "harness/run_program.h"
#include "row_sums_verdict.h"

#define PACKETS 1572864 /* entered, of all CPUs; more than a million different ones */
#define QUICK_PACKETS 32768
#define BURST 8192         /* packets that the kernel runs in one go, */
#define BURST_ONE_IN 32768 /* seldom: starting and ending one takes it long */
#define CPUS 2

/* Slots that are filled; the gaps are walked over. */
static const __u32 filled[] = { 0, 1, 3, 6, 7 };
#define FILLED (sizeof(filled) / sizeof(*filled))

struct sender {
	const struct run_program *root;
	pthread_t thread;
	pthread_barrier_t *start; /* all begin together */
	int cpu;
	uint64_t random; /* xorshift, never 0 */
	uint64_t wanted; /* packets */
	uint64_t sent;
	bool failed;
	struct ecbpf_stats expected;
};

static uint64_t next_random(struct sender *sender)
{
	sender->random ^= sender->random << 13;
	sender->random ^= sender->random >> 7;
	sender->random ^= sender->random << 17;
	return sender->random * UINT64_C(0x2545f4914f6cdd1d);
}

/* Where this frame is to be counted. */
static void model(const unsigned char *frame, __u32 length, uint64_t times,
		  struct ecbpf_stats *expected)
{
	for (size_t i = 0; i < FILLED && length >= ROW_SUMS_LENGTH; i++) {
		unsigned int wish = frame[ROW_SUMS_WISH + filled[i]];
		unsigned int reason = frame[ROW_SUMS_REASON + filled[i]];
		unsigned int action = wish == 255 ? 255 : wish % 8;

		if (wish < ROW_SUMS_CONTINUE)
			continue;
		expected->row[filled[i]].packets[reason % 64][action < 5 ? action : 5] += times;
		return;
	}
	expected->row[ECBPF_ROOT_ROW].packets[ECBPF_REASON_NONE][XDP_PASS] += times;
}

static void send_one(struct sender *sender)
{
	unsigned char frame[64];
	uint64_t dice = next_random(sender);
	__u32 repeat = dice % BURST_ONE_IN ? 1 : BURST;
	/* One in eight is too short to ask for anything. */
	__u32 length = dice >> 32 & 7 ? sizeof(frame) : 14 + (__u32)(dice >> 40) % 16;
	struct run_frame packet = { .bytes = frame, .length = length };
	struct run_result result;

	for (size_t i = 0; i < sizeof(frame); i += sizeof(dice)) {
		dice = next_random(sender);
		memcpy(frame + i, &dice, sizeof(dice));
	}
	if (repeat > sender->wanted - sender->sent)
		repeat = (__u32)(sender->wanted - sender->sent);
	sender->failed |= run_repeat(sender->root, &packet, repeat, &result) != 0;
	sender->sent += repeat;
	model(frame, length, repeat, &sender->expected);
}

static void *send_all(void *argument)
{
	struct sender *sender = argument;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sender->cpu, &set);
	sender->failed |= pthread_setaffinity_np(pthread_self(), sizeof(set), &set) != 0;
	pthread_barrier_wait(sender->start);
	while (!sender->failed && sender->sent < sender->wanted)
		send_one(sender);
	return NULL;
}

/* The CPUs of the senders, and how many there are: two if this process may use two. */
static int choose_cpus(int ret_cpus[CPUS])
{
	cpu_set_t set;
	int count = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE && count < CPUS; cpu++) {
		if (CPU_ISSET(cpu, &set))
			ret_cpus[count++] = cpu;
	}
	return count;
}

struct chain_of_five {
	struct run_chain chain;
	struct run_program root;
	struct run_program slots[FILLED];
};

static void open_chain(struct chain_of_five *five, const char *object)
{
	assert_int_equal(run_chain_create(&five->chain, 0), 0);
	assert_int_equal(run_open(&five->root, &five->chain, ECBPF_OBJECT_DIR "/xdp_root.o", NULL,
				  RUN_ROOT),
			 0);
	assert_int_equal(run_load(&five->root), 0);
	for (size_t i = 0; i < FILLED; i++) {
		assert_int_equal(run_open(&five->slots[i], &five->chain, object, NULL, filled[i]),
				 0);
		assert_int_equal(run_load(&five->slots[i]), 0);
	}
}

static void close_chain(struct chain_of_five *five)
{
	for (size_t i = 0; i < FILLED; i++)
		run_close(&five->slots[i]);
	run_close(&five->root);
	run_chain_close(&five->chain);
}

static void add_rows(struct ecbpf_stats *sum, const struct ecbpf_stats *value)
{
	for (__u32 row = 0; row < ECBPF_ROW_COUNT; row++)
		for (__u32 reason = 0; reason < ECBPF_REASON_LIMIT; reason++)
			for (__u32 action = 0; action < ECBPF_ACTION_COUNT; action++)
				sum->row[row].packets[reason][action] +=
					value->row[row].packets[reason][action];
}

/* Sends `packets` through a chain of these objects from so many CPUs; what was expected and what was
 * counted. */
static void flood(const char *object, uint64_t packets, const int *cpus, int cpu_count,
		  struct ecbpf_stats *ret_expected, struct ecbpf_stats *ret_counted)
{
	static struct sender senders[CPUS];
	struct chain_of_five five;
	pthread_barrier_t start;

	open_chain(&five, object);
	assert_int_equal(pthread_barrier_init(&start, NULL, (unsigned int)cpu_count), 0);
	memset(senders, 0, sizeof(senders));
	memset(ret_expected, 0, sizeof(*ret_expected));
	for (int i = 0; i < cpu_count; i++) {
		senders[i].root = &five.root;
		senders[i].start = &start;
		senders[i].cpu = cpus[i];
		senders[i].random = UINT64_C(88172645463325252) + (uint64_t)i;
		senders[i].wanted = packets / (uint64_t)cpu_count;
		assert_int_equal(pthread_create(&senders[i].thread, NULL, send_all, &senders[i]),
				 0);
	}
	for (int i = 0; i < cpu_count; i++) {
		assert_int_equal(pthread_join(senders[i].thread, NULL), 0);
		add_rows(ret_expected, &senders[i].expected);
	}
	pthread_barrier_destroy(&start);
	for (int i = 0; i < cpu_count; i++)
		assert_false(senders[i].failed);
	assert_int_equal(run_stats(&five.chain, ret_counted), 0);
	close_chain(&five);
}

static uint64_t packet_count(void)
{
	return getenv("ECBPF_TEST_QUICK") ? QUICK_PACKETS : PACKETS;
}

static struct ecbpf_stats expected, counted;

/* Exactly: of all rows, of every row, of every cell. */
static void assert_as_expected(uint64_t packets)
{
	assert_int_equal(run_stats_total(&counted), packets);
	for (__u32 row = 0; row < ECBPF_ROW_COUNT; row++) {
		for (__u32 action = 0; action < ECBPF_ACTION_COUNT; action++)
			assert_int_equal(run_stats_action(&counted, row, action),
					 run_stats_action(&expected, row, action));
	}
	assert_memory_equal(counted.row, expected.row, sizeof(expected.row));
}

/* Every action in every filled slot, and nothing in the others. */
static void assert_all_were_asked_for(void)
{
	for (size_t i = 0; i < FILLED; i++) {
		for (__u32 action = 0; action < ECBPF_ACTION_COUNT; action++)
			assert_true(run_stats_action(&expected, filled[i], action) > 0);
	}
	assert_true(run_stats_action(&expected, ECBPF_ROOT_ROW, XDP_PASS) > 0);
}

static void the_rows_sum_to_the_packets_on_one_cpu(void **state)
{
	uint64_t packets = packet_count() / 4;
	int cpus[CPUS];

	(void)state;
	choose_cpus(cpus);
	flood(TEST_OBJECT_DIR "/row_sums.o", packets, cpus, 1, &expected, &counted);
	assert_all_were_asked_for();
	assert_as_expected(packets);
}

static void skip_without_two_cpus(int cpus[CPUS])
{
	if (choose_cpus(cpus) == CPUS)
		return;
	print_message("SKIP: this process may use one CPU only\n");
	skip();
}

static void the_rows_sum_to_the_packets_on_two_cpus_at_once(void **state)
{
	uint64_t packets = packet_count();
	int cpus[CPUS];

	(void)state;
	skip_without_two_cpus(cpus);
	flood(TEST_OBJECT_DIR "/row_sums.o", packets, cpus, CPUS, &expected, &counted);
	assert_all_were_asked_for();
	assert_as_expected(packets);
}

/* K1: a key that the CPUs share is seen by this test. The build refuses such an object (.bss). */
static void a_shared_key_is_noticed(void **state)
{
	int cpus[CPUS];

	(void)state;
	skip_without_two_cpus(cpus);
	for (int tries = 0; tries < 16; tries++) {
		flood(TEST_OBJECT_DIR "/row_sums_racy.o", packet_count() / 4, cpus, CPUS, &expected,
		      &counted);
		/* Each packet is still counted, but not where it should be. */
		assert_int_equal(run_stats_total(&counted), packet_count() / 4);
		if (memcmp(counted.row, expected.row, sizeof(expected.row)) != 0)
			return;
	}
	fail_msg("two CPUs never met: the test would not notice a race");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_sum_to_the_packets_on_one_cpu),
		cmocka_unit_test(the_rows_sum_to_the_packets_on_two_cpus_at_once),
		cmocka_unit_test(a_shared_key_is_noticed),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
