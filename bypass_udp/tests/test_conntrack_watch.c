// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells of flows: real packets through a router, and entries made by netlink. */
#include "conntrack_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conntrack_scene.h"
#include "conntrack_timer.h"
#include "harness/scratch_bpffs.h"

#define KEPT 16

/* What was told: how much, and the first of it. */
static struct {
	unsigned int updated, gone, count;
	enum conntrack_change change[KEPT];
	struct conntrack_flow flow[KEPT];
} told;

static struct conntrack_watch *watch;
static struct problem problem;

static void note(void *context, enum conntrack_change change, const struct conntrack_flow *flow)
{
	assert_ptr_equal(context, &told);
	if (told.count < KEPT) {
		told.change[told.count] = change;
		told.flow[told.count++] = *flow;
	}
	if (change == CONNTRACK_GONE)
		told.gone++;
	else
		told.updated++;
}

/* Takes until nothing is left; whether events were lost. */
static bool take(void)
{
	struct pollfd waiting = { .fd = conntrack_watch_fd(watch), .events = POLLIN };
	bool is_lost = false, now;

	memset(&told, 0, sizeof(told));
	do {
		assert_int_equal(conntrack_watch_take(watch, note, &told, &now, &problem), 0);
		is_lost |= now;
	} while (poll(&waiting, 1, 0) == 1);
	return is_lost;
}

static int begin(void **state)
{
	(void)state;
	scene_flush();
	memset(&told, 0, sizeof(told));
	assert_int_equal(conntrack_watch_open(&watch, &problem), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	conntrack_watch_close(watch);
	watch = NULL;
	assert_int_equal(scene_nft("add table inet nat; delete table inet nat"), 0);
	return 0;
}

/* Nothing of the first packet; with the answer the flow, with its two tuples. */
static void check_talk(const char *address, uint16_t port, struct conntrack_flow expected)
{
	uint16_t client_port = ntohs(expected.original.source_port);

	assert_false(take());
	scene_talk(address, port, client_port, false);
	assert_false(take());
	assert_int_equal(told.count, 0);
	scene_talk(address, port, client_port, true);
	assert_false(take());
	assert_true(told.updated >= 1);
	assert_int_equal(told.gone, 0);
	for (unsigned int i = 0; i < told.count; i++) {
		scene_key_equal(&told.flow[i].original, &expected.original);
		scene_key_equal(&told.flow[i].reply, &expected.reply);
		assert_true(told.flow[i].seen_reply);
		assert_false(told.flow[i].dying);
		assert_true(told.flow[i].timeout > 0 && told.flow[i].timeout <= 120);
	}
	scene_flush();
	assert_false(take());
	assert_int_equal(told.updated, 0);
	assert_int_equal(told.gone, 1);
	scene_key_equal(&told.flow[0].original, &expected.original);
	scene_key_equal(&told.flow[0].reply, &expected.reply);
}

static void test_nat_ipv4(void **state)
{
	(void)state;
	scene_nat();
	check_talk(SCENE_ROUTER4, SCENE_ROUTER_PORT,
		   (struct conntrack_flow){
			   .original = scene_key(SCENE_CLIENT4, 3001, SCENE_ROUTER4, 5353),
			   .reply = scene_key(SCENE_SERVER4, 6000, SCENE_FAR4, 3001),
		   });
}

static void test_nat_ipv6(void **state)
{
	(void)state;
	scene_nat();
	check_talk(SCENE_ROUTER6, SCENE_ROUTER_PORT,
		   (struct conntrack_flow){
			   .original = scene_key(SCENE_CLIENT6, 3002, SCENE_ROUTER6, 5353),
			   .reply = scene_key(SCENE_SERVER6, 6000, SCENE_FAR6, 3002),
		   });
}

static void test_routed_ipv4(void **state)
{
	(void)state;
	check_talk(SCENE_SERVER4, SCENE_SERVER_PORT,
		   (struct conntrack_flow){
			   .original = scene_key(SCENE_CLIENT4, 3003, SCENE_SERVER4, 6000),
			   .reply = scene_key(SCENE_SERVER4, 6000, SCENE_CLIENT4, 3003),
		   });
}

static void test_routed_ipv6(void **state)
{
	(void)state;
	check_talk(SCENE_SERVER6, SCENE_SERVER_PORT,
		   (struct conntrack_flow){
			   .original = scene_key(SCENE_CLIENT6, 3004, SCENE_SERVER6, 6000),
			   .reply = scene_key(SCENE_SERVER6, 6000, SCENE_CLIENT6, 3004),
		   });
}

/* Where the translation changes the sender's port too, the answers come to that one. */
static void test_masquerade_of_ports(void **state)
{
	const struct flow_key original = scene_key(SCENE_CLIENT4, 3006, SCENE_SERVER4, 6000);
	const struct flow_key reply = scene_key(SCENE_SERVER4, 6000, SCENE_FAR4, 4000);

	(void)state;
	scene_nat();
	assert_int_equal(
		scene_nft("add rule inet nat from oifname r2 udp sport 3006 masquerade to :4000"),
		0);
	scene_talk(SCENE_SERVER4, SCENE_SERVER_PORT, 3006, true);
	assert_false(take());
	assert_true(told.updated >= 1);
	scene_key_equal(&told.flow[0].original, &original);
	scene_key_equal(&told.flow[0].reply, &reply);
}

static void test_mark(void **state)
{
	(void)state;
	assert_int_equal(scene_nft("table inet nat {\n"
				   "chain forward { type filter hook forward priority 0\n"
				   "ct mark set 0x8000beef\n"
				   "}\n"
				   "}\n"),
			 0);
	scene_talk(SCENE_SERVER4, SCENE_SERVER_PORT, 3007, true);
	assert_false(take());
	assert_true(told.count >= 1);
	assert_int_equal(told.flow[told.count - 1].mark, 0x8000beef);
}

/* An entry that netlink puts in answered is told at once, and its end too. */
static void test_entry_of_netlink(void **state)
{
	const struct scene_flow flows[] = { { .number = 1 }, { .number = 1, .is_ipv6 = true } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct flow_key key = scene_original(&flows[i]);

		scene_insert(&flows[i]);
		assert_false(take());
		assert_int_equal(told.updated, 1);
		scene_key_equal(&told.flow[0].original, &key);
		assert_true(told.flow[0].assured);
		scene_delete(&flows[i]);
		assert_false(take());
		assert_int_equal(told.count, 1);
		assert_int_equal(told.gone, 1);
		scene_key_equal(&told.flow[0].original, &key);
	}
}

static void test_conntrack_command(void **state)
{
	const struct scene_flow flow = { .number = 2 };

	(void)state;
	scene_insert(&flow);
	assert_false(take());
	if (SCRATCH_RUN("sh", "-c", "conntrack -D -p udp -d 10.99.0.2 >/dev/null 2>&1"))
		skip();
	assert_false(take());
	assert_int_equal(told.gone, 1);
	scene_key_equal(&told.flow[0].original, &(struct flow_key[]){ scene_original(&flow) }[0]);
}

/* A timer that runs out: the kernel notices when somebody looks for the entry. */
static void test_end_by_time(void **state)
{
	const struct scene_flow flow = { .number = 3, .timeout = 1 };
	struct pollfd waiting;

	(void)state;
	scene_insert(&flow);
	assert_false(take());
	waiting = (struct pollfd){ .fd = conntrack_watch_fd(watch), .events = POLLIN };
	for (int i = 0; i < 100 && poll(&waiting, 1, 100) == 0; i++)
		(void)SCRATCH_RUN("sh", "-c", "cat /proc/net/nf_conntrack >/dev/null 2>&1");
	assert_false(take());
	assert_int_equal(told.gone, 1);
}

static void test_not_told(void **state)
{
	(void)state;
	scene_insert_others();
	scene_flush();
	assert_false(take());
	assert_int_equal(told.count, 0);
}

static void test_answered_without_assured(void **state)
{
	const struct scene_flow answered = { .number = 20, .status = IPS_SEEN_REPLY };
	const struct scene_flow assured = { .number = 21, .status = IPS_ASSURED };

	(void)state;
	scene_insert(&answered);
	scene_insert(&assured);
	assert_false(take());
	assert_int_equal(told.updated, 2);
	assert_true(told.flow[0].seen_reply && !told.flow[0].assured);
	assert_true(!told.flow[1].seen_reply && told.flow[1].assured);
}

static void set_receive_size(int size)
{
	assert_int_equal(setsockopt(conntrack_watch_fd(watch), SOL_SOCKET, SO_RCVBUFFORCE, &size,
				    sizeof(size)),
			 0);
}

static void test_lost(void **state)
{
	(void)state;
	set_receive_size(1);
	for (uint32_t i = 0; i < 100; i++)
		scene_insert(&(struct scene_flow){ .number = i });
	assert_true(take());
	assert_true(told.updated >= 1 && told.updated < 100);
	/* Told once, and it goes on. */
	assert_false(take());
	assert_int_equal(told.count, 0);
	scene_insert(&(struct scene_flow){ .number = 100 });
	assert_false(take());
	assert_int_equal(told.updated, 1);
}

/* What nobody answers does not even reach the socket, in which there is room for one event or two. */
static void test_flood_without_answers(void **state)
{
	(void)state;
	scene_talk(SCENE_SERVER4, SCENE_SERVER_PORT, 3100, true);
	scene_flush();
	assert_false(take());
	set_receive_size(1);
	for (uint16_t port = 10000; port < 11000; port++)
		scene_send(SCENE_SERVER4, 9, port);
	for (uint32_t i = 0; i < 100; i++)
		scene_insert(&(struct scene_flow){ .number = i, .protocol = IPPROTO_TCP });
	scene_flush();
	assert_false(take());
	assert_int_equal(told.count, 0);
}

/* A burst as large as a flush of a busy router: nothing is lost, and a call takes a part of it. */
static void test_burst(void **state)
{
	unsigned int calls = 0;
	bool is_lost;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++)
		scene_insert(&(struct scene_flow){ .number = i });
	scene_flush();
	memset(&told, 0, sizeof(told));
	while (told.gone < 10000 && calls++ < 100) {
		assert_int_equal(conntrack_watch_take(watch, note, &told, &is_lost, &problem), 0);
		assert_false(is_lost);
	}
	assert_int_equal(told.updated, 10000);
	assert_int_equal(told.gone, 10000);
	assert_in_range(calls, 2, 99);
}

static void ignore_gone(void *context, const struct flow_key *original)
{
	(void)context;
	(void)original;
	fail_msg("the flow is there");
}

static void set_timer(struct conntrack_timer *timer, const struct scene_flow *flow)
{
	const struct flow_key key = scene_original(flow);

	assert_int_equal(conntrack_timer_set(timer, &key, 300, &problem), 0);
	assert_int_equal(conntrack_timer_flush(timer, &problem), 0);
}

/* A timer that is set is an event, unless its sender is ignored. */
static void test_ignored_sender(void **state)
{
	const struct scene_flow flow = { .number = 30 };
	struct conntrack_timer *timer;

	(void)state;
	assert_int_equal(conntrack_timer_open(&timer, ignore_gone, NULL, &problem), 0);
	scene_insert(&flow);
	assert_false(take());
	set_timer(timer, &flow);
	assert_false(take());
	assert_int_equal(told.updated, 1);
	assert_in_range(told.flow[0].timeout, 299, 300);
	assert_int_equal(conntrack_watch_ignore(watch, conntrack_timer_port(timer), &problem), 0);
	set_timer(timer, &flow);
	assert_false(take());
	assert_int_equal(told.count, 0);
	scene_delete(&flow);
	assert_false(take());
	assert_int_equal(told.gone, 1);
	conntrack_timer_close(timer);
}

static void note_gone(void *context, const struct flow_key *original)
{
	scene_key_equal(original, context);
	told.gone++;
}

/* A flow that began while nobody watched may have no events, not even at its end: then it can only be
 * asked for. (Automatic mode, since Linux 5.19.) */
static void test_flow_from_before(void **state)
{
	const struct scene_flow flow = { .number = 31 };
	struct flow_key key = scene_original(&flow);
	struct conntrack_timer *timer;
	unsigned int events;

	(void)state;
	conntrack_watch_close(watch);
	scene_insert(&flow);
	assert_int_equal(conntrack_watch_open(&watch, &problem), 0);
	assert_int_equal(conntrack_timer_open(&timer, note_gone, &key, &problem), 0);
	assert_int_equal(conntrack_timer_ask(timer, &key, &problem), 0);
	assert_int_equal(conntrack_timer_flush(timer, &problem), 0);
	assert_int_equal(told.gone, 0);
	scene_delete(&flow);
	assert_false(take());
	events = told.gone;
	assert_in_range(events, 0, 1);
	assert_int_equal(conntrack_timer_ask(timer, &key, &problem), 0);
	assert_int_equal(conntrack_timer_flush(timer, &problem), 0);
	assert_int_equal(told.gone, events + 1);
	conntrack_timer_close(timer);
}

static void test_events_forbidden(void **state)
{
	struct conntrack_watch *other = NULL;

	(void)state;
	scene_sysctl("net/netfilter/nf_conntrack_events", "0");
	assert_int_equal(conntrack_watch_open(&other, &problem), -EOPNOTSUPP);
	scene_sysctl("net/netfilter/nf_conntrack_events", "1");
	assert_non_null(strstr(problem.text, "net.netfilter.nf_conntrack_events is 0"));
	assert_null(other);
}

static void test_no_right(void **state)
{
	struct conntrack_watch *other;
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid) {
		if (seteuid(65534))
			_exit(1);
		_exit(conntrack_watch_open(&other, &problem) != -EPERM ||
		      !strstr(problem.text, "CAP_NET_ADMIN"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_no_descriptor_left(void **state)
{
	unsigned int before = scratch_open_fds();
	struct conntrack_watch *other;

	(void)state;
	assert_int_equal(conntrack_watch_open(&other, &problem), 0);
	assert_int_equal(scratch_open_fds(), before + 1);
	conntrack_watch_close(other);
	assert_int_equal(scratch_open_fds(), before);
	conntrack_watch_close(NULL);
}

#define WATCH_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const char *reason = scene_enter();
	const struct CMUnitTest tests[] = {
		WATCH_TEST(test_nat_ipv4),
		WATCH_TEST(test_nat_ipv6),
		WATCH_TEST(test_routed_ipv4),
		WATCH_TEST(test_routed_ipv6),
		WATCH_TEST(test_masquerade_of_ports),
		WATCH_TEST(test_mark),
		WATCH_TEST(test_entry_of_netlink),
		WATCH_TEST(test_conntrack_command),
		WATCH_TEST(test_end_by_time),
		WATCH_TEST(test_not_told),
		WATCH_TEST(test_answered_without_assured),
		WATCH_TEST(test_lost),
		WATCH_TEST(test_flood_without_answers),
		WATCH_TEST(test_burst),
		WATCH_TEST(test_ignored_sender),
		WATCH_TEST(test_flow_from_before),
		WATCH_TEST(test_events_forbidden),
		WATCH_TEST(test_no_right),
		WATCH_TEST(test_no_descriptor_left),
	};

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
