// SPDX-License-Identifier: GPL-2.0-only
/* No hit is lost: two CPUs count the same source, with a cell for each CPU and with one for both, and
 * two sources whose cells share a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter_subject.h"
#include "source_layout.h"
#include "verdict_shapes.h"

#define CPUS 2
#define PACKETS 1000000 /* per CPU */
#define PACKETS_QUICK 20000
#define LIST "192.0.2.0/24, 198.51.100.7, 2001:db8::/32, 2001:db8:1::/48"

static struct run_chain chain;
static struct filter_subject filter;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(run_chain_create(&chain, 0), 0);
	subject_open(&filter, &chain, 2, -1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	subject_close(&filter);
	run_chain_close(&chain);
	return 0;
}

struct sender {
	pthread_t thread;
	int cpu;
	int err;
	uint32_t packets;
	struct packet_builder packet;
};

static void *sender_run(void *argument)
{
	struct sender *sender = argument;
	const struct run_frame frame = { sender->packet.bytes, sender->packet.length, 0, 0 };
	struct run_result unused;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sender->cpu, &cpus);
	/* Where there is one CPU only the two take turns. */
	(void)pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	sender->err = run_repeat(&filter.program, &frame, sender->packets, &unused);
	return NULL;
}

static struct sender senders[CPUS];

static void send_from(const char *const *sources)
{
	for (int i = 0; i < CPUS; i++) {
		const struct verdict_shape shape = { .family = strchr(sources[i], ':') ? 6 : 4,
						     .source = sources[i],
						     /* Each length is another one. */
						     .payload = (uint16_t)(100 + 1000 * i) };

		senders[i].cpu = i;
		senders[i].packets = getenv("ECBPF_TEST_QUICK") ? PACKETS_QUICK : PACKETS;
		verdict_shape_build(&shape, NULL, 0, &senders[i].packet);
		assert_int_equal(pthread_create(&senders[i].thread, NULL, sender_run, &senders[i]),
				 0);
	}
	for (int i = 0; i < CPUS; i++) {
		assert_int_equal(pthread_join(senders[i].thread, NULL), 0);
		assert_int_equal(senders[i].err, 0);
	}
}

/* What was hit by sender i; NULL: nothing. Prefixes that nobody hit stay at 0. */
static void expect_hits(const char *const *prefixes)
{
	static const char *const all[] = { "192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32",
					   "2001:db8:1::/48" };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		uint64_t packets, bytes, expected_packets = 0, expected_bytes = 0;
		struct model_prefix prefix;

		for (int n = 0; n < CPUS; n++) {
			if (strcmp(prefixes[n], all[i]) != 0)
				continue;
			expected_packets += senders[n].packets;
			expected_bytes += (uint64_t)senders[n].packets * senders[n].packet.length;
		}
		model_read_prefix(all[i], &prefix);
		subject_hits(&filter, &prefix, &packets, &bytes);
		assert_int_equal(packets, expected_packets);
		assert_int_equal(bytes, expected_bytes);
	}
}

static const struct source_header *header(void)
{
	return filter.image;
}

static void expect_exact(unsigned int cpus)
{
	static const struct {
		const char *sources[CPUS];
		const char *prefixes[CPUS];
	} cases[] = {
		{ { "192.0.2.1", "192.0.2.1" }, { "192.0.2.0/24", "192.0.2.0/24" } },
		{ { "192.0.2.1", "192.0.2.200" }, { "192.0.2.0/24", "192.0.2.0/24" } },
		{ { "192.0.2.1", "198.51.100.7" }, { "192.0.2.0/24", "198.51.100.7/32" } },
		{ { "2001:db8::1", "2001:db8:2::1" }, { "2001:db8::/32", "2001:db8::/32" } },
		{ { "2001:db8::1", "2001:db8:1::1" }, { "2001:db8::/32", "2001:db8:1::/48" } },
		{ { "192.0.2.1", "2001:db8:1::1" }, { "192.0.2.0/24", "2001:db8:1::/48" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		subject_list(&filter, LIST, cpus);
		send_from(cases[i].sources);
		expect_hits(cases[i].prefixes);
	}
}

static void test_copies(void **state)
{
	(void)state;
	subject_list(&filter, LIST, CPUS);
	assert_int_equal(header()->copy_mask, CPUS - 1);
	expect_exact(CPUS);
}

/* As in a list so long that copies would take too much memory. */
static void test_one_copy(void **state)
{
	(void)state;
	subject_list(&filter, LIST, 1);
	assert_int_equal(header()->copy_mask, 0);
	expect_exact(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_copies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_copy, setup, teardown),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
