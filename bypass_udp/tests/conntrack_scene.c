// SPDX-License-Identifier: GPL-2.0-only
#include "conntrack_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conntrack_kernel.h"
#include "harness/scratch_bpffs.h"

#define WAIT_MILLISECONDS 10000

static int router = -1, client = -1, server = -1; /* namespaces */
static struct nfct_handle *tracking;

/* A new namespace that the process enters; its descriptor. */
static int make_namespace(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

static int shell_in(int namespace, const char *script)
{
	int status;

	if (setns(namespace, CLONE_NEWNET))
		return -1;
	status = SCRATCH_RUN("sh", "-e", "-c", script);
	return setns(router, CLONE_NEWNET) ? -1 : status;
}

static int connect_all(void)
{
	char script[512];

	snprintf(script, sizeof(script),
		 "ip link set lo up\n"
		 "ip link add r1 type veth peer name c0 netns /proc/%1$d/fd/%2$d\n"
		 "ip link add r2 type veth peer name s0 netns /proc/%1$d/fd/%3$d\n"
		 "ip address add 10.77.1.1/24 dev r1; ip address add fd77:1::1/64 dev r1 nodad\n"
		 "ip address add 10.77.2.1/24 dev r2; ip address add fd77:2::1/64 dev r2 nodad\n"
		 "ip link set r1 up; ip link set r2 up\n",
		 getpid(), client, server);
	if (shell_in(router, script))
		return -1;
	if (shell_in(client,
		     "ip link set lo up; ip link set c0 up\n"
		     "ip address add 10.77.1.2/24 dev c0; ip route add default via 10.77.1.1\n"
		     "ip address add fd77:1::2/64 dev c0 nodad\n"
		     "ip route add default via fd77:1::1\n"))
		return -1;
	return shell_in(server,
			"ip link set lo up; ip link set s0 up\n"
			"ip address add 10.77.2.2/24 dev s0; ip route add default via 10.77.2.1\n"
			"ip address add fd77:2::2/64 dev s0 nodad\n"
			"ip route add default via fd77:2::1\n");
}

/* What an earlier scene_enter() has left open. */
static void leave(void)
{
	if (!tracking)
		return;
	nfct_close(tracking);
	tracking = NULL;
	close(client);
	close(server);
	close(router);
}

const char *scene_enter(void)
{
	struct problem problem;

	leave();
	client = make_namespace();
	server = make_namespace();
	router = make_namespace();
	if (client < 0 || server < 0 || router < 0)
		return "no right to make a network namespace (CAP_SYS_ADMIN)";
	if (conntrack_kernel_check(&problem))
		return "the kernel has no connection tracking, or no netlink for it";
	if (SCRATCH_RUN("sh", "-c", "nft list ruleset >/dev/null 2>&1"))
		return "no nft command, or no nftables in the kernel";
	if (connect_all())
		return "no veth, or no ip command";
	scene_sysctl("net/ipv4/ip_forward", "1");
	scene_sysctl("net/ipv6/conf/all/forwarding", "1");
	/* So that every namespace's packets are tracked. */
	assert_int_equal(
		scene_nft("add table inet track; add chain inet track look "
			  "{ type filter hook prerouting priority 0; ct state invalid drop; }"),
		0);
	tracking = nfct_open(CONNTRACK, 0);
	assert_non_null(tracking);
	return NULL;
}

void scene_nat(void)
{
	assert_int_equal(
		scene_nft(
			"table inet nat {\n"
			"chain to { type nat hook prerouting priority -100\n"
			"iifname r1 meta nfproto ipv4 udp dport 5353 dnat ip to 10.77.2.2:6000\n"
			"iifname r1 meta nfproto ipv6 udp dport 5353 dnat ip6 to [fd77:2::2]:6000\n"
			"}\n"
			"chain from { type nat hook postrouting priority 100\n"
			"oifname r2 udp dport 6000 ct status dnat masquerade\n"
			"}\n"
			"}\n"),
		0);
}

int scene_nft(const char *text)
{
	return SCRATCH_RUN("nft", text);
}

void scene_sysctl(const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, value, strlen(value)), strlen(value));
	close(fd);
}

void scene_flush(void)
{
	const uint32_t families[] = { AF_INET, AF_INET6 };

	for (int i = 0; i < 2; i++)
		assert_int_equal(nfct_query(tracking, NFCT_Q_FLUSH, &families[i]), 0);
}

static socklen_t fill_address(struct sockaddr_storage *ret, const char *address, uint16_t port)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, address, &ipv4->sin_addr) == 1) {
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons(port);
		return sizeof(*ipv4);
	}
	assert_int_equal(inet_pton(AF_INET6, address, &ipv6->sin6_addr), 1);
	ipv6->sin6_family = AF_INET6;
	ipv6->sin6_port = htons(port);
	return sizeof(*ipv6);
}

static int open_socket(int namespace, const char *address, uint16_t port)
{
	struct sockaddr_storage local;
	socklen_t size = fill_address(&local, address, port);
	int fd;

	assert_int_equal(setns(namespace, CLONE_NEWNET), 0);
	fd = socket(local.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(setns(router, CLONE_NEWNET), 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&local, size), 0);
	return fd;
}

static void expect_byte(int fd, struct sockaddr_storage *ret_sender)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	socklen_t size = sizeof(*ret_sender);
	char byte;

	assert_int_equal(poll(&waiting, 1, WAIT_MILLISECONDS), 1);
	assert_int_equal(recvfrom(fd, &byte, 1, 0, (struct sockaddr *)ret_sender, &size), 1);
}

static void send_byte(int fd, const struct sockaddr_storage *to)
{
	socklen_t size =
		to->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

	assert_int_equal(sendto(fd, "x", 1, 0, (const struct sockaddr *)to, size), 1);
}

void scene_talk(const char *address, uint16_t port, uint16_t client_port, bool is_answered)
{
	bool is_ipv6 = strchr(address, ':');
	int asks = open_socket(client, is_ipv6 ? SCENE_CLIENT6 : SCENE_CLIENT4, client_port);
	int answers =
		open_socket(server, is_ipv6 ? SCENE_SERVER6 : SCENE_SERVER4, SCENE_SERVER_PORT);
	struct sockaddr_storage to, sender;

	fill_address(&to, address, port);
	send_byte(asks, &to);
	expect_byte(answers, &sender);
	if (is_answered) {
		send_byte(answers, &sender);
		expect_byte(asks, &sender);
	}
	close(asks);
	close(answers);
}

void scene_send(const char *address, uint16_t port, uint16_t client_port)
{
	int fd = open_socket(client, strchr(address, ':') ? SCENE_CLIENT6 : SCENE_CLIENT4,
			     client_port);
	struct sockaddr_storage to;

	fill_address(&to, address, port);
	send_byte(fd, &to);
	close(fd);
}

struct flow_key scene_original(const struct scene_flow *flow)
{
	char destination[64];

	snprintf(destination, sizeof(destination), flow->is_ipv6 ? "fd99::%x:%x" : "10.99.%u.%u",
		 flow->number >> 8, flow->number & 255);
	return scene_key(flow->is_ipv6 ? "fd98::1" : "10.98.0.1", 1000, destination, 2000);
}

static struct nf_conntrack *object_of(const struct scene_flow *flow)
{
	struct nf_conntrack *object = nfct_new();
	struct flow_key key = scene_original(flow);

	assert_non_null(object);
	nfct_set_attr_u8(object, ATTR_L3PROTO, flow->is_ipv6 ? AF_INET6 : AF_INET);
	nfct_set_attr_u8(object, ATTR_L4PROTO, flow->protocol ? flow->protocol : IPPROTO_UDP);
	if (flow->is_ipv6) {
		nfct_set_attr(object, ATTR_IPV6_SRC, key.source);
		nfct_set_attr(object, ATTR_IPV6_DST, key.destination);
	} else {
		nfct_set_attr_u32(object, ATTR_IPV4_SRC, key.source[0]);
		nfct_set_attr_u32(object, ATTR_IPV4_DST, key.destination[0]);
	}
	nfct_set_attr_u16(object, ATTR_PORT_SRC, key.source_port);
	nfct_set_attr_u16(object, ATTR_PORT_DST, key.destination_port);
	if (flow->zone)
		nfct_set_attr_u16(object, ATTR_ZONE, flow->zone);
	return object;
}

void scene_insert(const struct scene_flow *flow)
{
	struct nf_conntrack *object = object_of(flow);

	nfct_setobjopt(object, NFCT_SOPT_SETUP_REPLY);
	nfct_set_attr_u32(object, ATTR_STATUS,
			  flow->status ? flow->status : IPS_SEEN_REPLY | IPS_ASSURED);
	nfct_set_attr_u32(object, ATTR_TIMEOUT, flow->timeout ? flow->timeout : 100);
	if (flow->protocol == IPPROTO_TCP)
		nfct_set_attr_u8(object, ATTR_TCP_STATE, TCP_CONNTRACK_ESTABLISHED);
	assert_int_equal(nfct_query(tracking, NFCT_Q_CREATE, object), 0);
	nfct_destroy(object);
}

void scene_insert_others(void)
{
	const struct scene_flow flows[] = {
		{ .number = 10, .protocol = IPPROTO_TCP },
		{ .number = 11, .protocol = IPPROTO_UDPLITE },
		{ .number = 12, .zone = 7 },
		{ .number = 13, .status = IPS_CONFIRMED },
		{ .number = 14, .is_ipv6 = true, .zone = 1 },
		{ .number = 15, .is_ipv6 = true, .protocol = IPPROTO_TCP },
	};

	for (size_t i = 0; i < sizeof(flows) / sizeof(*flows); i++)
		scene_insert(&flows[i]);
}

void scene_delete(const struct scene_flow *flow)
{
	struct nf_conntrack *object = object_of(flow);

	assert_int_equal(nfct_query(tracking, NFCT_Q_DESTROY, object), 0);
	nfct_destroy(object);
}

struct flow_key scene_key(const char *source, uint16_t source_port, const char *destination,
			  uint16_t destination_port)
{
	bool is_ipv6 = strchr(source, ':');
	struct flow_key key = {
		.source_port = htons(source_port),
		.destination_port = htons(destination_port),
		.protocol = IPPROTO_UDP,
		.family = is_ipv6 ? FLOW_IPV6 : FLOW_IPV4,
	};

	assert_int_equal(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, source, key.source), 1);
	assert_int_equal(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, destination, key.destination), 1);
	return key;
}

void scene_key_equal(const struct flow_key *key, const struct flow_key *expected)
{
	assert_memory_equal(key, expected, sizeof(*key));
}
