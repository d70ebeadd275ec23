// SPDX-License-Identifier: GPL-2.0-only
/* The daemon: flows go where the kernel's routes, links and neighbours say now, as long as there is something to
 * follow; alone, and told to its manager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/nexthop.h"
#include "harness/scratch_bpffs.h"
#include "monotonic_clock.h"
#include "offload_change.h"
#include "offload_run.h"
#include "offload_scene.h"
#include "offload_session.h"

#define IN "10.9.0.1:5000 > 10.0.1.1:53"
#define RULE IN " => 10.0.2.1:* > 10.7.0.1:*"
#define IN6 "[fd00:9::1]:5000 > [fd00:1::1]:53 tcp"
#define RULE6 IN6 " => [fd00:2::1]:* > [fd00:7::1]:*"
#define PATIENCE (20 * DAEMON_SECOND)

static struct problem *const problem = &offload_scene_problem;
static struct offload_session *session;
static int epoll = -1;

static void open_session(void)
{
	offload_scene_must(offload_session_open(session, offload_scene_bpffs(), epoll, problem));
}

static int set_up(void **state)
{
	int err = offload_scene_set_up(state);

	offload_scene_run("ip route add 10.7.0.0/16 via 10.0.2.4 && "
			  "ip route add fd00:7::/32 via fd00:2::4");
	session = calloc(1, sizeof(*session));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	assert_true(session && epoll >= 0);
	return err;
}

static int tear_down(void **state)
{
	close(epoll);
	free(session);
	return offload_scene_tear_down(state);
}

/* What a run does: a turn, then a rest until something is to be done. */
static void turn(void)
{
	struct epoll_event event;
	uint64_t wait = 0;

	offload_scene_must(offload_session_turn(session, &wait, problem));
	assert_true(wait <= DAEMON_SECOND);
	(void)epoll_wait(epoll, &event, 1, (int)(wait / DAEMON_MILLISECOND) + 1);
}

/* Of the flow's way. */
static void await(const char *in, uint32_t state, const char *device)
{
	uint64_t end = monotonic_clock_now() + PATIENCE;
	struct flow_way way = offload_scene_way(in);

	while (way.state != state || (device && way.ifindex != offload_scene_ifindex(device))) {
		if (monotonic_clock_now() > end)
			fail_msg("%s: state %u, device %u", in, way.state, way.ifindex);
		turn();
		way = offload_scene_way(in);
	}
}

static void test_beat(void **state)
{
	uint64_t before = monotonic_clock_now();
	struct offload_daemon daemon;

	(void)state;
	open_session();
	/* Nobody trusts what nobody has looked at. */
	assert_int_equal(offload_scene_daemon().alive_until, 0);
	turn();
	daemon = offload_scene_daemon();
	assert_int_equal(daemon.pid, getpid());
	assert_true(daemon.alive_until >= before + 2 * DAEMON_SECOND);
	assert_true(daemon.alive_until <= monotonic_clock_now() + OFFLOAD_SESSION_LASTS);
	for (uint64_t end = before + PATIENCE;
	     offload_scene_daemon().alive_until == daemon.alive_until;) {
		assert_true(monotonic_clock_now() < end);
		turn();
	}
	assert_true(offload_scene_daemon().alive_until >= daemon.alive_until + DAEMON_SECOND);
	offload_session_close(session);
	assert_int_equal(offload_scene_daemon().alive_until, 0);
	assert_int_equal(offload_scene_daemon().pid, 0);
}

static void test_routes(void **state)
{
	(void)state;
	offload_scene_must(offload_scene_add(RULE "\n" RULE6, false));
	await(IN, FLOW_WAY_USABLE, "r2");
	open_session();
	turn();
	offload_scene_run("ip route replace 10.7.0.0/16 via 10.0.1.4");
	await(IN, FLOW_WAY_USABLE, "r1");
	await(IN6, FLOW_WAY_USABLE, "r2");
	offload_scene_run("ip -6 route replace fd00:7::/32 via fd00:1::4 && "
			  "ip -6 route del fd00:7::/32 via fd00:2::4 2>/dev/null; true");
	await(IN6, FLOW_WAY_USABLE, "r1");
	offload_scene_run("ip route replace blackhole 10.7.0.0/16");
	await(IN, FLOW_WAY_FORBIDDEN, NULL);
	offload_scene_run("ip route replace 10.7.0.0/16 via 10.0.2.4");
	await(IN, FLOW_WAY_USABLE, "r2");
	offload_scene_run("ip address add 10.7.0.1/32 dev lo");
	await(IN, FLOW_WAY_LOCAL, NULL);
	offload_session_close(session);
}

static void test_what_changed_while_nobody_looked(void **state)
{
	(void)state;
	offload_scene_must(offload_scene_add(RULE, false));
	offload_scene_run("ip route replace 10.7.0.0/16 via 10.0.1.4");
	open_session();
	await(IN, FLOW_WAY_USABLE, "r1");
	offload_session_close(session);
}

static void test_links_and_neighbours(void **state)
{
	static const uint8_t after[6] = { 2, 0, 0, 0, 9, 9 };
	struct flow_way way;

	(void)state;
	/* A next hop that somebody named is followed as well. */
	offload_scene_must(offload_scene_add(IN " => 10.0.2.1:* > 10.7.0.1:* via 10.0.2.4", false));
	open_session();
	turn();
	offload_scene_run("ip link set p2 down");
	await(IN, FLOW_WAY_LINK_DOWN, NULL);
	offload_scene_run("ip link set p2 up && "
			  "ip neigh replace 10.0.2.4 lladdr 02:00:00:00:09:09 dev r2");
	await(IN, FLOW_WAY_USABLE, "r2");
	for (uint64_t end = monotonic_clock_now() + PATIENCE;
	     way = offload_scene_way(IN), memcmp(way.destination_mac, after, sizeof(after)) != 0;) {
		assert_true(monotonic_clock_now() < end);
		turn();
	}
	offload_session_close(session);
}

static void test_flows_that_come_later(void **state)
{
	(void)state;
	open_session();
	turn();
	offload_scene_must(offload_scene_add(RULE, false));
	assert_int_equal(session->statics.list.count, 0);
	for (uint64_t end = monotonic_clock_now() + PATIENCE; !session->statics.list.count;) {
		assert_true(monotonic_clock_now() < end);
		turn();
	}
	offload_scene_run("ip route replace 10.7.0.0/16 via 10.0.1.4");
	await(IN, FLOW_WAY_USABLE, "r1");
	/* Once for each change, not with each turn. */
	assert_int_equal(session->static_version, offload_scene_settings().static_version);
	offload_session_close(session);
}

static void test_read_again(void **state)
{
	uint64_t at_latest;

	(void)state;
	open_session();
	turn();
	turn();
	session->next_tick = at_latest = monotonic_clock_now() + 100 * DAEMON_SECOND;
	session->next_beat = 0;
	offload_session_reread(session);
	turn();
	assert_true(session->next_tick < at_latest);
	assert_true(session->is_listed);
	offload_session_close(session);
}

static void test_unused_nexthops_go(void **state)
{
	struct flow_nexthop nexthop;
	struct flow_value value;
	FILE *stream;

	(void)state;
	offload_scene_must(offload_scene_add(RULE, false));
	assert_true(offload_scene_find(IN, &value));
	open_session();
	turn();
	stream = offload_scene_listen();
	offload_scene_must(
		offload_change_flow_del(stream, offload_scene_bpffs(), IN, false, problem));
	fclose(stream);
	for (uint64_t end = monotonic_clock_now() + PATIENCE;;) {
		session->next_keep = 0;
		turn();
		assert_int_equal(bpf_map_lookup_elem(session->host.fd[OFFLOAD_NEXTHOPS],
						     &value.nexthop, &nexthop),
				 0);
		if (!nexthop.device)
			break;
		assert_true(monotonic_clock_now() < end);
	}
	offload_session_close(session);
}

static void test_used_nexthops_stay(void **state)
{
	(void)state;
	offload_scene_must(offload_scene_add(RULE, false));
	open_session();
	for (int i = 0; i < 5; i++) {
		session->next_keep = session->next_second = session->next_tick = 0;
		turn();
	}
	assert_int_equal(offload_scene_way(IN).state, FLOW_WAY_USABLE);
	offload_session_close(session);
}

/* Programs in any language may write the maps. */
static void test_entries_of_others(void **state)
{
	struct flow_nexthop nexthop = { .device = offload_scene_ifindex("r2"),
					.family = FLOW_IPV4 };
	const uint32_t index = NEXTHOPS_TOOL_FIRST + 5;
	uint64_t end;
	int map;

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "10.0.2.4", nexthop.neighbour), 1);
	open_session();
	map = session->host.fd[OFFLOAD_NEXTHOPS];
	turn();
	assert_int_equal(bpf_map_update_elem(map, &index, &nexthop, BPF_ANY), 0);
	end = monotonic_clock_now() + PATIENCE;
	while (nexthop.way[nexthop.current & 1].state != FLOW_WAY_USABLE) {
		assert_true(monotonic_clock_now() < end);
		turn();
		assert_int_equal(bpf_map_lookup_elem(map, &index, &nexthop), 0);
	}
	offload_session_close(session);
}

static void test_one_each(void **state)
{
	struct offload_session *other = calloc(1, sizeof(*other));
	char text[64];

	(void)state;
	assert_non_null(other);
	open_session();
	turn();
	assert_int_equal(offload_session_open(other, offload_scene_bpffs(), epoll, problem),
			 -EBUSY);
	(void)snprintf(text, sizeof(text), "(process %d)", getpid());
	offload_scene_says(text);
	/* It has left the record of the first alone. */
	assert_int_equal(offload_scene_daemon().pid, getpid());
	offload_session_close(session);
	offload_scene_must(offload_session_open(other, offload_scene_bpffs(), epoll, problem));
	offload_session_close(other);
	free(other);
}

static void test_detached(void **state)
{
	uint64_t wait;

	(void)state;
	assert_true(offload_scene_daemon().pid == 0);
	open_session();
	turn();
	offload_scene_detach();
	session->next_tick = 0;
	assert_int_equal(offload_session_turn(session, &wait, problem), -ENOENT);
	offload_scene_says("detached from the last");
	offload_session_close(session);
	assert_int_equal(offload_session_open(session, offload_scene_bpffs(), epoll, problem),
			 -ENOENT);
	offload_scene_attach();
	open_session();
	turn();
	/* Another one at the same place is none of this session's. */
	offload_scene_detach();
	offload_scene_attach();
	session->next_tick = 0;
	assert_int_equal(offload_session_turn(session, &wait, problem), -ENOENT);
	offload_session_close(session);
	assert_int_equal(offload_scene_daemon().pid, 0);
}

/* The service manager of a daemon in a process of its own. */
struct manager {
	pid_t pid;
	int socket;
};

static struct manager start_daemon(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct manager manager;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/ecbpf-offload-%d",
		       getpid());
	(void)unlink(address.sun_path);
	manager.socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(manager.socket, (struct sockaddr *)&address, sizeof(address)), 0);
	manager.pid = fork();
	assert_true(manager.pid >= 0);
	if (!manager.pid) {
		const struct offload_run_wish wish = { offload_scene_bpffs() };
		struct problem found = { 0 };

		/* Not to outlive a test that has failed. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)setenv("NOTIFY_SOCKET", address.sun_path, 1);
		_exit(offload_run(&wish, &found) ? 1 : 0);
	}
	return manager;
}

/* Until it has said so. */
static void hear(const struct manager *manager, const char *wanted)
{
	struct pollfd event = { .fd = manager->socket, .events = POLLIN };
	char text[1024] = "";

	while (!strstr(text, wanted)) {
		ssize_t length;

		if (poll(&event, 1, (int)(PATIENCE / DAEMON_MILLISECOND)) != 1)
			fail_msg("no %s; last: %s", wanted, text);
		length = recv(manager->socket, text, sizeof(text) - 1, 0);
		assert_true(length >= 0);
		text[length] = '\0';
	}
}

static void end_daemon(const struct manager *manager, int signal)
{
	char path[64];
	int status;

	assert_int_equal(kill(manager->pid, signal), 0);
	hear(manager, "STOPPING=1");
	assert_int_equal(waitpid(manager->pid, &status, 0), manager->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	(void)snprintf(path, sizeof(path), "/tmp/ecbpf-offload-%d", getpid());
	(void)unlink(path);
	close(manager->socket);
}

/* A look each poll interval, until another process has done it. */
static void rest(uint64_t end)
{
	assert_true(monotonic_clock_now() < end);
	(void)poll(NULL, 0, 10);
}

static void test_run(void **state)
{
	const uint64_t end = monotonic_clock_now() + 2 * PATIENCE;
	struct manager manager;

	(void)state;
	offload_scene_must(offload_scene_add(RULE, false));
	manager = start_daemon();
	hear(&manager, "READY=1");
	hear(&manager, "follows the next hops of 1 flows");
	while (offload_scene_daemon().pid != (uint32_t)manager.pid)
		rest(end);
	/* What it does with news needs no rights that it gave up. */
	offload_scene_run("ip route replace 10.7.0.0/16 via 10.0.1.4");
	while (offload_scene_way(IN).ifindex != offload_scene_ifindex("r1"))
		rest(end);
	assert_int_equal(kill(manager.pid, SIGHUP), 0);
	hear(&manager, "RELOADING=1");
	hear(&manager, "READY=1");
	end_daemon(&manager, SIGTERM);
	assert_int_equal(offload_scene_daemon().alive_until, 0);
	assert_int_equal(offload_scene_way(IN).state, FLOW_WAY_USABLE);
}

static void test_run_waits(void **state)
{
	struct manager manager;

	(void)state;
	offload_scene_detach();
	manager = start_daemon();
	hear(&manager, "READY=1");
	hear(&manager, "waits: tc_offload is attached to no interface");
	offload_scene_attach();
	hear(&manager, "follows the next hops of 0 flows");
	offload_scene_detach();
	hear(&manager, "waits: tc_offload was detached");
	end_daemon(&manager, SIGINT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_beat),
		TEST(test_routes),
		TEST(test_what_changed_while_nobody_looked),
		TEST(test_links_and_neighbours),
		TEST(test_flows_that_come_later),
		TEST(test_read_again),
		TEST(test_unused_nexthops_go),
		TEST(test_used_nexthops_stay),
		TEST(test_entries_of_others),
		TEST(test_one_each),
		TEST(test_detached),
		TEST(test_run),
		TEST(test_run_waits),
	};
	const char *reason = offload_scene_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	offload_scene_leave();
	return failed;
}
