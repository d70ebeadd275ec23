// SPDX-License-Identifier: GPL-2.0-only
/* Timers of flows, set and read back. */
#include "conntrack_timer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conntrack_dump.h"
#include "conntrack_scene.h"
#include "harness/scratch_bpffs.h"
#include "monotonic_clock.h"

#define MANY 10000
#define IPS_FIXED (1u << 10) /* IPS_FIXED_TIMEOUT */

static struct conntrack_timer *timer;
static struct problem problem;
static unsigned int gone, flows, shortest, longest;
static struct flow_key last_gone;

static void note_gone(void *context, const struct flow_key *original)
{
	assert_ptr_equal(context, &gone);
	last_gone = *original;
	gone++;
}

static void note_time(void *context, enum conntrack_change change,
		      const struct conntrack_flow *flow)
{
	(void)context;
	(void)change;
	shortest = flow->timeout < shortest ? flow->timeout : shortest;
	longest = flow->timeout > longest ? flow->timeout : longest;
	flows++;
}

static void read_times(void)
{
	flows = longest = 0;
	shortest = UINT32_MAX;
	assert_int_equal(conntrack_dump(note_time, NULL, &problem), 0);
}

/* All flows have about so many seconds left. */
static void expect_times(unsigned int count, unsigned int seconds)
{
	read_times();
	assert_int_equal(flows, count);
	assert_in_range(shortest, seconds - 20, seconds);
	assert_in_range(longest, seconds - 20, seconds);
}

static void set(const struct scene_flow *flow, uint32_t seconds)
{
	const struct flow_key key = scene_original(flow);

	assert_int_equal(conntrack_timer_set(timer, &key, seconds, &problem), 0);
}

static void flush(void)
{
	assert_int_equal(conntrack_timer_flush(timer, &problem), 0);
}

static int begin(void **state)
{
	(void)state;
	scene_flush();
	gone = 0;
	assert_int_equal(conntrack_timer_open(&timer, note_gone, &gone, &problem), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	conntrack_timer_close(timer);
	return 0;
}

static void test_set(void **state)
{
	const struct scene_flow ipv4 = { .number = 1 }, ipv6 = { .number = 2, .is_ipv6 = true };

	(void)state;
	scene_insert(&ipv4);
	scene_insert(&ipv6);
	expect_times(2, 100);
	set(&ipv4, 600);
	set(&ipv6, 600);
	expect_times(2, 100);
	flush();
	expect_times(2, 600);
	set(&ipv6, 50);
	set(&ipv4, 50);
	flush();
	expect_times(2, 50);
	assert_int_equal(gone, 0);
}

/* As the daemon does it: from the tuples that were told, of translated flows. */
static void set_told(void *context, enum conntrack_change change, const struct conntrack_flow *flow)
{
	(void)context;
	(void)change;
	assert_int_equal(conntrack_timer_set(timer, &flow->original, 500, &problem), 0);
}

static void test_real_flows(void **state)
{
	(void)state;
	scene_nat();
	scene_talk(SCENE_ROUTER4, SCENE_ROUTER_PORT, 5001, true);
	scene_talk(SCENE_ROUTER6, SCENE_ROUTER_PORT, 5001, true);
	assert_int_equal(conntrack_dump(set_told, NULL, &problem), 0);
	flush();
	expect_times(2, 500);
	assert_int_equal(gone, 0);
}

static void test_gone(void **state)
{
	const struct scene_flow there = { .number = 1 }, missing = { .number = 2 };
	const struct scene_flow other = { .number = 1, .is_ipv6 = true };
	const struct flow_key keys[] = { scene_original(&missing), scene_original(&other) };

	(void)state;
	scene_insert(&there);
	set(&there, 700);
	set(&missing, 700);
	set(&there, 800);
	assert_int_equal(gone, 0);
	flush();
	assert_int_equal(gone, 1);
	scene_key_equal(&last_gone, &keys[0]);
	expect_times(1, 800);
	set(&other, 700);
	set(&there, 900);
	flush();
	assert_int_equal(gone, 2);
	scene_key_equal(&last_gone, &keys[1]);
	expect_times(1, 900);
	flush();
	assert_int_equal(gone, 2);
}

static void ask(const struct scene_flow *flow)
{
	const struct flow_key key = scene_original(flow);

	assert_int_equal(conntrack_timer_ask(timer, &key, &problem), 0);
}

/* Asking tells what is gone, and touches nothing. */
static void test_ask(void **state)
{
	const struct scene_flow there = { .number = 1 }, missing = { .number = 300 };

	(void)state;
	scene_insert(&there);
	set(&there, 1000);
	flush();
	for (int i = 0; i < 1000; i++)
		ask(&there);
	flush();
	assert_int_equal(gone, 0);
	expect_times(1, 1000);
	ask(&missing);
	set(&there, 2000);
	ask(&there);
	flush();
	assert_int_equal(gone, 1);
	expect_times(1, 2000);
}

static double milliseconds(void)
{
	return (double)monotonic_clock_now() / 1e6;
}

static void test_many(void **state)
{
	double before;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		scene_insert(&(struct scene_flow){ .number = i, .is_ipv6 = i % 2 });
	before = milliseconds();
	for (uint32_t i = 0; i < MANY; i++)
		set(&(struct scene_flow){ .number = i, .is_ipv6 = i % 2 }, 3000);
	flush();
	printf("%d timers set in %.1f ms\n", MANY, milliseconds() - before);
	assert_int_equal(gone, 0);
	expect_times(MANY, 3000);
	before = milliseconds();
	for (uint32_t i = 0; i < MANY; i++)
		ask(&(struct scene_flow){ .number = i, .is_ipv6 = i % 2 });
	flush();
	printf("%d flows asked for in %.1f ms\n", MANY, milliseconds() - before);
	assert_int_equal(gone, 0);
}

/* An answer to each, and none is lost. */
static void test_many_gone(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		set(&(struct scene_flow){ .number = i, .is_ipv6 = i % 2 }, 3000);
	flush();
	assert_int_equal(gone, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		ask(&(struct scene_flow){ .number = i, .is_ipv6 = i % 2 });
	flush();
	assert_int_equal(gone, 2 * MANY);
}

static void test_fixed_timer(void **state)
{
	const struct scene_flow fixed = {
		.number = 1,
		.status = IPS_SEEN_REPLY | IPS_ASSURED | IPS_FIXED,
		.timeout = 400,
	};

	(void)state;
	scene_insert(&fixed);
	set(&fixed, 5000);
	flush();
	assert_int_equal(gone, 0);
	read_times();
	/* Old kernels, 5.10 among them, let netlink set even a fixed timer. */
	if (longest > fixed.timeout)
		skip();
	expect_times(1, fixed.timeout);
}

/* A socket that is no longer one: told, and nothing waits any more. */
static void test_closed_socket(void **state)
{
	int next = dup(STDOUT_FILENO);
	struct conntrack_timer *other;
	const struct flow_key key = scene_original(&(struct scene_flow){ .number = 1 });

	(void)state;
	close(next);
	assert_int_equal(conntrack_timer_open(&other, note_gone, &gone, &problem), 0);
	assert_int_equal(conntrack_timer_set(other, &key, 10, &problem), 0);
	close(next);
	assert_int_equal(conntrack_timer_flush(other, &problem), -EBADF);
	assert_non_null(strstr(problem.text, "cannot set the timers of flows"));
	assert_int_equal(conntrack_timer_flush(other, &problem), 0);
	for (int i = 0; i < 128; i++)
		assert_int_equal(conntrack_timer_set(other, &key, 10, &problem), 0);
	assert_int_equal(conntrack_timer_set(other, &key, 10, &problem), -EBADF);
	assert_int_equal(gone, 0);
	conntrack_timer_close(other);
}

/* Answers that found no room are told as a failure; what was answered is not taken for another flow's. */
static void test_lost_answers(void **state)
{
	const struct scene_flow there = { .number = 1 };
	const int smallest = 1;
	int next = dup(STDOUT_FILENO);
	const struct flow_key key = scene_original(&there);
	struct conntrack_timer *other;

	(void)state;
	close(next);
	assert_int_equal(conntrack_timer_open(&other, note_gone, &gone, &problem), 0);
	assert_int_equal(setsockopt(next, SOL_SOCKET, SO_RCVBUFFORCE, &smallest, sizeof(smallest)),
			 0);
	scene_insert(&there);
	for (uint32_t i = 2; i < 102; i++) {
		const struct flow_key missing = scene_original(&(struct scene_flow){ .number = i });

		assert_int_equal(conntrack_timer_set(other, &missing, 10, &problem), 0);
	}
	assert_int_equal(conntrack_timer_flush(other, &problem), -ENOBUFS);
	assert_in_range(gone, 1, 99);
	gone = 0;
	assert_int_equal(conntrack_timer_set(other, &key, 7000, &problem), 0);
	assert_int_equal(conntrack_timer_flush(other, &problem), 0);
	assert_int_equal(gone, 0);
	expect_times(1, 7000);
	conntrack_timer_close(other);
}

static void test_stream_timeout(void **state)
{
	(void)state;
	assert_int_equal(conntrack_stream_timeout(&problem), 120);
	scene_sysctl("net/netfilter/nf_conntrack_udp_timeout_stream", "77");
	assert_int_equal(conntrack_stream_timeout(&problem), 77);
}

static void test_no_right(void **state)
{
	struct conntrack_timer *other;
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid) {
		if (seteuid(65534))
			_exit(1);
		_exit(conntrack_timer_open(&other, note_gone, NULL, &problem) != -EPERM);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_no_descriptor_left(void **state)
{
	unsigned int before = scratch_open_fds();
	struct conntrack_timer *other;

	(void)state;
	assert_int_equal(conntrack_timer_open(&other, note_gone, NULL, &problem), 0);
	assert_int_not_equal(conntrack_timer_port(other), conntrack_timer_port(timer));
	conntrack_timer_close(other);
	conntrack_timer_close(NULL);
	assert_int_equal(scratch_open_fds(), before);
}

#define TIMER_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const char *reason = scene_enter();
	const struct CMUnitTest tests[] = {
		TIMER_TEST(test_set),          TIMER_TEST(test_real_flows),
		TIMER_TEST(test_gone),         TIMER_TEST(test_ask),
		TIMER_TEST(test_many),         TIMER_TEST(test_many_gone),
		TIMER_TEST(test_fixed_timer),  TIMER_TEST(test_closed_socket),
		TIMER_TEST(test_lost_answers), TIMER_TEST(test_stream_timeout),
		TIMER_TEST(test_no_right),     TIMER_TEST(test_no_descriptor_left),
	};

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
