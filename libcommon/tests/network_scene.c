// SPDX-License-Identifier: GPL-2.0-only
#include "network_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monotonic_clock.h"

#define NEIGHBOURS 8
#define COMMAND_SIZE 1024

/* A process that does nothing but hold its network namespace. */
static pid_t holders[NEIGHBOURS];

__attribute__((format(printf, 2, 0))) static bool run(const char *prefix, const char *format,
						      va_list arguments)
{
	char command[COMMAND_SIZE];
	int length = snprintf(command, sizeof(command), "%s", prefix);

	vsnprintf(command + length, sizeof(command) - (size_t)length, format, arguments);
	return system(command) == 0;
}

void network_scene_run(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	assert_true(run("", format, arguments));
	va_end(arguments);
}

bool network_scene_try(const char *format, ...)
{
	va_list arguments;
	bool done;

	va_start(arguments, format);
	done = run("exec 2>/dev/null; ", format, arguments);
	va_end(arguments);
	return done;
}

void network_scene_at(unsigned int number, const char *format, ...)
{
	char prefix[64];
	va_list arguments;

	snprintf(prefix, sizeof(prefix), "nsenter -t %d -n ", holders[number]);
	va_start(arguments, format);
	assert_true(run(prefix, format, arguments));
	va_end(arguments);
}

bool network_scene_shows(const char *command, const char *text)
{
	FILE *output = popen(command, "r");
	char shown[16384];
	size_t length;

	assert_non_null(output);
	length = fread(shown, 1, sizeof(shown) - 1, output);
	shown[length] = '\0';
	assert_int_equal(pclose(output), 0);
	return strstr(shown, text);
}

static void write_sysctl(const char *name, const char *value)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(value, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

const char *network_scene_enter(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		return "no right to make a network namespace (CAP_SYS_ADMIN)";
	if (!network_scene_try("ip link add v0 type veth peer name v1"))
		return "no veth, or no ip command";
	if (!network_scene_try("ethtool -K v0 gro on"))
		return "no ethtool command";
	return NULL;
}

static void end_holder(unsigned int number)
{
	if (!holders[number])
		return;
	(void)kill(holders[number], SIGKILL);
	(void)waitpid(holders[number], NULL, 0);
	holders[number] = 0;
}

/* For link-local addresses to be found unique. */
static bool no_waiting(void)
{
	write_sysctl("ipv6/conf/default/accept_dad", "0");
	return true;
}

void network_scene_renew(void)
{
	for (unsigned int i = 0; i < NEIGHBOURS; i++)
		end_holder(i);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	network_scene_run("ip link set lo up");
	write_sysctl("ipv4/ip_forward", "1");
	write_sysctl("ipv6/conf/all/forwarding", "1");
	(void)no_waiting();
}

static void start_holder(unsigned int number)
{
	char ready;
	int pair[2];

	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	holders[number] = fork();
	assert_true(holders[number] >= 0);
	if (!holders[number]) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) == 0 && no_waiting() && write(pair[1], "", 1) == 1) {
			for (;;)
				pause();
		}
		_exit(1);
	}
	close(pair[1]);
	assert_int_equal(read(pair[0], &ready, 1), 1);
	close(pair[0]);
}

/* Few processes: in an emulated machine each takes its time. */
void network_scene_neighbour(unsigned int number, bool gro)
{
	unsigned int n = number;

	start_holder(n);
	network_scene_run("ip -batch - <<END\n"
			  "link add r%u address 02:00:00:00:0%u:01 type veth "
			  "peer name n%u address 02:00:00:00:0%u:02 netns %d\n"
			  "address add 10.0.%u.1/24 dev r%u\n"
			  "address add fd00:%u::1/64 dev r%u nodad\n"
			  "link set r%u up\n"
			  "END",
			  n, n, n, n, holders[n], n, n, n, n, n);
	network_scene_at(n,
			 "ip -batch - <<END\n"
			 "address add 10.0.%u.2/24 dev n%u\n"
			 "address add fd00:%u::2/64 dev n%u nodad\n"
			 "link set n%u up\n"
			 "END",
			 n, n, n, n, n);
	/* While it is down the kernel does not tell the other end. */
	if (gro)
		network_scene_at(n, "ethtool -K n%u gro on", n);
}

void network_scene_delete(unsigned int number)
{
	end_holder(number);
}

struct network_maps network_scene_maps(void)
{
	struct network_maps maps = {
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "flow_nexthops", sizeof(uint32_t),
			       sizeof(struct flow_nexthop), FLOW_NEXTHOP_LIMIT, NULL),
		bpf_map_create(BPF_MAP_TYPE_DEVMAP, "flow_devices", sizeof(uint32_t),
			       sizeof(uint32_t), FLOW_DEVICE_LIMIT, NULL),
	};

	assert_true(maps.nexthops >= 0 && maps.devices >= 0);
	return maps;
}

void network_scene_close_maps(struct network_maps *maps)
{
	close(maps->nexthops);
	close(maps->devices);
}

struct flow_nexthop network_scene_entry(const struct network_maps *maps, uint32_t index)
{
	struct flow_nexthop value;

	assert_int_equal(bpf_map_lookup_elem(maps->nexthops, &index, &value), 0);
	return value;
}

bool network_scene_has_device(const struct network_maps *maps, uint32_t ifindex)
{
	uint32_t value;

	return !bpf_map_lookup_elem(maps->devices, &ifindex, &value);
}

void network_scene_address(const char *text, __be32 ret_address[4])
{
	memset(ret_address, 0, 4 * sizeof(*ret_address));
	assert_int_equal(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, ret_address), 1);
}

struct flow_key network_scene_flow(const char *destination)
{
	struct flow_key key = { .source_port = htons(5000),
				.destination_port = htons(53),
				.protocol = IPPROTO_UDP };

	key.family = strchr(destination, ':') ? FLOW_IPV6 : FLOW_IPV4;
	network_scene_address(key.family == FLOW_IPV4 ? "10.0.0.9" : "fd00::9", key.source);
	network_scene_address(destination, key.destination);
	return key;
}

void network_scene_mac(unsigned int number, bool of_neighbour, uint8_t ret_mac[6])
{
	const uint8_t mac[6] = { 2, 0, 0, 0, (uint8_t)number, of_neighbour ? 2 : 1 };

	memcpy(ret_mac, mac, sizeof(mac));
}

void network_scene_round(struct nexthops *nexthops, struct nexthops_news *news)
{
	struct pollfd event = { .fd = nexthops_fd(nexthops), .events = POLLIN };
	struct problem problem = { 0 };
	struct nexthops_news more;

	(void)poll(&event, 1, 100);
	assert_int_equal(nexthops_follow(nexthops, &more, &problem), 0);
	assert_int_equal(nexthops_tick(nexthops, monotonic_clock_now(), &problem), 0);
	news->routes_changed |= more.routes_changed;
	news->ways_changed |= more.ways_changed;
}

struct flow_way network_scene_await(struct nexthops *nexthops, const struct network_maps *maps,
				    uint32_t index, uint32_t state)
{
	uint64_t until = monotonic_clock_now() + SCENE_PATIENCE * 1000000ull;
	struct nexthops_news news = { 0 };
	struct flow_nexthop value;

	for (;;) {
		value = network_scene_entry(maps, index);
		if (value.way[value.current].state == state)
			return value.way[value.current];
		if (monotonic_clock_now() > until)
			fail_msg("entry %u is %s, not %s", index,
				 flow_way_state_name(value.way[value.current].state),
				 flow_way_state_name(state));
		network_scene_round(nexthops, &news);
	}
}

void network_scene_await_routes(struct nexthops *nexthops)
{
	uint64_t until = monotonic_clock_now() + SCENE_PATIENCE * 1000000ull;
	struct nexthops_news news = { 0 };

	while (!news.routes_changed) {
		assert_true(monotonic_clock_now() < until);
		network_scene_round(nexthops, &news);
	}
}

void network_scene_follow(struct nexthops *nexthops, struct nexthops_news *ret_news)
{
	struct pollfd event = { .fd = nexthops_fd(nexthops), .events = POLLIN };

	*ret_news = (struct nexthops_news){ 0 };
	while (poll(&event, 1, 0) == 1)
		network_scene_round(nexthops, ret_news);
}

struct network_scene scene;

void network_scene_open(void)
{
	struct problem problem = { 0 };

	assert_int_equal(nexthops_open(&scene.nexthops, scene.maps.nexthops, scene.maps.devices,
				       NEXTHOPS_DAEMON, &problem),
			 0);
}

int network_scene_set_up(void **state)
{
	(void)state;
	network_scene_renew();
	network_scene_neighbour(1, true);
	network_scene_neighbour(2, true);
	scene.maps = network_scene_maps();
	network_scene_open();
	return 0;
}

int network_scene_tear_down(void **state)
{
	(void)state;
	nexthops_close(scene.nexthops);
	network_scene_close_maps(&scene.maps);
	return 0;
}

uint32_t network_scene_ask(const char *destination)
{
	struct nexthop_question question = { .leaves = network_scene_flow(destination) };

	return nexthops_of_route(scene.nexthops, &question);
}

uint32_t network_scene_made(const char *destination)
{
	uint32_t index = network_scene_ask(destination);

	assert_in_range(index, NEXTHOPS_DAEMON_FIRST, NEXTHOPS_TOOL_FIRST - 1);
	return index;
}

struct flow_way network_scene_usable(uint32_t index)
{
	return network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_USABLE);
}

void network_scene_expect(const struct flow_way *way, unsigned int number)
{
	uint8_t source[6], destination[6];
	char name[16];

	snprintf(name, sizeof(name), "r%u", number);
	network_scene_mac(number, false, source);
	network_scene_mac(number, true, destination);
	assert_int_equal(way->ifindex, if_nametoindex(name));
	assert_memory_equal(way->source_mac, source, 6);
	assert_memory_equal(way->destination_mac, destination, 6);
	assert_int_equal(way->tags, 0);
}
