// SPDX-License-Identifier: GPL-2.0-only
#include "offload_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define LOOPBACK 1 /* ifindex, in every network namespace */
#define LINK_MTU 9000
#define PATIENCE 10000 /* milliseconds; devices hand over at once */

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	assert_true(write(fd, text, strlen(text)) > 0);
	close(fd);
}

static void set_interface(unsigned long request, struct ifreq *change)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, request, change), 0);
	close(fd);
}

static void bring_up(const char *name)
{
	struct ifreq change = { .ifr_flags = IFF_UP };

	strncpy(change.ifr_name, name, IFNAMSIZ - 1);
	set_interface(SIOCSIFFLAGS, &change);
}

static void make_hooks(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	assert_int_equal(bpf_tc_hook_create(&hook), 0);
}

const char *wire_namespace(void)
{
	if (unshare(CLONE_NEWNET))
		return "no right to make a network namespace";
	if (access("/dev/net/tun", R_OK | W_OK))
		return "there are no tun devices here";
	/* Neighbour discovery would be read for packets. */
	write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	write_text("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	bring_up("lo");
	make_hooks(LOOPBACK);
	return NULL;
}

void wire_open(struct offload_wire *wire, const char *name, bool has_link_header)
{
	struct ifreq change = { .ifr_flags = (short)(IFF_NO_PI | IFF_VNET_HDR |
						     (has_link_header ? IFF_TAP : IFF_TUN)) };

	*wire = (struct offload_wire){ .fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC) };
	assert_true(wire->fd >= 0);
	strncpy(change.ifr_name, name, IFNAMSIZ - 1);
	assert_int_equal(ioctl(wire->fd, TUNSETIFF, &change), 0);
	wire->ifindex = if_nametoindex(name);
	if (has_link_header) {
		assert_int_equal(ioctl(wire->fd, SIOCGIFHWADDR, &change), 0);
		memcpy(wire->mac, change.ifr_hwaddr.sa_data, 6);
	}
	change.ifr_mtu = LINK_MTU;
	set_interface(SIOCSIFMTU, &change);
	wire_takes_unfinished(wire, false);
	bring_up(name);
	make_hooks(wire->ifindex);
}

void wire_close(struct offload_wire *wire)
{
	close(wire->fd);
}

void wire_takes_unfinished(const struct offload_wire *wire, bool unfinished)
{
	assert_int_equal(ioctl(wire->fd, TUNSETOFFLOAD, unfinished ? TUN_F_CSUM : 0), 0);
}

void wire_attach(uint32_t ifindex, bool egress, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = program);

	assert_int_equal(bpf_tc_attach(&hook, &filter), 0);
}

static bool write_frame(int fd, const struct wire_frame *frame)
{
	const struct iovec parts[] = {
		{ (void *)&frame->state, sizeof(frame->state) },
		{ (void *)frame->bytes, frame->length },
	};

	return writev(fd, parts, 2) == (ssize_t)(sizeof(frame->state) + frame->length);
}

bool wire_arrive(const struct offload_wire *wire, const struct wire_frame *frame)
{
	if (write_frame(wire->fd, frame))
		return true;
	assert_int_equal(errno, EINVAL);
	assert_int_not_equal(frame->state.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	return false;
}

void wire_send(uint32_t ifindex, const struct wire_frame *frame)
{
	const struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), one = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	assert_true(write_frame(fd, frame));
	close(fd);
}

bool wire_receive(const struct offload_wire *wire, struct wire_frame *ret_frame)
{
	struct pollfd ready = { .fd = wire->fd, .events = POLLIN };
	struct iovec parts[] = {
		{ &ret_frame->state, sizeof(ret_frame->state) },
		{ ret_frame->bytes, sizeof(ret_frame->bytes) },
	};
	ssize_t got;

	if (poll(&ready, 1, PATIENCE) != 1)
		return false;
	got = readv(wire->fd, parts, 2);
	assert_true(got > (ssize_t)sizeof(ret_frame->state));
	ret_frame->length = (size_t)got - sizeof(ret_frame->state);
	return true;
}
