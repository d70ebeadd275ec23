// SPDX-License-Identifier: GPL-2.0-only
/* A flow's counters are exact when its packets come to several CPUs at once, also its very first ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bypass_subject.h"
#include "flow_value.h"
#include "harness/packet_build.h"
#include "monotonic_clock.h"

#define THREADS 4
#define ROUNDS 100
#define REPEAT 5000
#define NEXTHOP 9
#define FOREIGN_CPU 60000

static struct bypass_subject subject;
static struct packet_builder builder;
static pthread_barrier_t barrier;
static const struct flow_key key = { .source = { 0x0100000a },
				     .destination = { 0x0200000a },
				     .source_port = 0x1111,
				     .destination_port = 0x2222,
				     .protocol = IPPROTO_UDP,
				     .family = FLOW_IPV4 };

/* `home` as in struct flow_value. */
static void begin_flow(uint32_t home)
{
	struct flow_value value;

	flow_value_fill(&value, &key, &key);
	value.flags |= FLOW_ANY_TAGS;
	value.nexthop = NEXTHOP;
	value.home = home;
	subject_flow(&subject, FLOW_TABLE_STATIC, &key, &value);
}

/* Each on a CPU of its own, as far as there are as many. */
static void *send_packets(void *number)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)((intptr_t)number % cpus), &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
	for (int i = 0; i < ROUNDS; i++) {
		static __thread struct run_result result;

		(void)pthread_barrier_wait(&barrier);
		if (run_repeat(&subject.program,
			       &(struct run_frame){ builder.bytes, builder.length, 0, 0 }, REPEAT,
			       &result) ||
		    result.action != XDP_PASS)
			return "a run failed";
		(void)pthread_barrier_wait(&barrier);
	}
	return NULL;
}

/* How old a packet's clock may be, in nanoseconds: a tick, 10 ms where they are longest; on an emulated machine
 * ticks come late. */
static uint64_t tick_age(void)
{
	return getenv("ECBPF_TEST_QUICK") ? 1000000000 : 10000000;
}

static void check_flow(uint64_t begun, int is_foreign)
{
	struct flow_value value;

	subject_read_flow(&subject, FLOW_TABLE_STATIC, &key, &value);
	assert_int_equal(value.home_counts.packets + value.other_counts.packets,
			 (uint64_t)THREADS * REPEAT);
	assert_int_equal(value.home_counts.bytes + value.other_counts.bytes,
			 (uint64_t)THREADS * REPEAT * builder.length);
	if (is_foreign) {
		assert_int_equal(value.home_counts.packets, 0);
		return;
	}
	assert_true(value.home >= 1 && value.home_counts.packets >= REPEAT);
	assert_true(value.first + tick_age() >= begun && value.first <= monotonic_clock_now());
	assert_true(value.home_counts.last >= value.first &&
		    value.home_counts.last <= monotonic_clock_now());
}

/* In monitor mode, where packets are counted and stay as they are. Every other flow belongs to a CPU
 * that none of its packets comes to, so that all of them meet at the other counters. */
static void test_many_cpus(void **state)
{
	pthread_t threads[THREADS];
	void *failure;

	(void)state;
	assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS + 1), 0);
	for (intptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, send_packets, (void *)i), 0);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t begun = monotonic_clock_now();

		begin_flow(i % 2 ? FOREIGN_CPU : 0);
		(void)pthread_barrier_wait(&barrier);
		(void)pthread_barrier_wait(&barrier);
		check_flow(begun, i % 2);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &failure), 0);
		assert_null(failure);
	}
}

static int open_subject(void **state)
{
	struct flow_nexthop nexthop = {
		.way[0] = { .state = FLOW_WAY_USABLE, .ifindex = 2, .mtu = 1500 }
	};
	struct bypass_config config = { .ifindex = 2, .monitor = 1, .mac = { 2, 0, 0, 0, 0, 2 } };

	*state = &subject;
	subject_open_alone(&subject, RUN_ALONE, SUBJECT_PLAIN);
	subject_configure(&subject, &config);
	subject_nexthop(&subject, NEXTHOP, &nexthop);
	build_start(&builder);
	build_ethernet(&builder);
	build_ipv4(&builder,
		   &(struct build_ipv4){ .source = "10.0.0.1", .destination = "10.0.0.2" });
	build_udp(&builder, 0x1111, 0x2222);
	build_payload(&builder, 18);
	build_finish(&builder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_cpus),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, open_subject, subject_tear_down);
}
