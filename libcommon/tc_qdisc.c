// SPDX-License-Identifier: GPL-2.0-only
#include "tc_qdisc.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"

/* True for a message that is looked for. */
typedef bool (*tc_qdisc_match)(const struct nlmsghdr *message, uint32_t ifindex);

static bool is_filter(const struct nlmsghdr *message, uint32_t ifindex)
{
	(void)ifindex;
	return message->nlmsg_type == RTM_NEWTFILTER;
}

static bool is_clsact(const struct nlmsghdr *message, uint32_t ifindex)
{
	const struct tcmsg *tc = NLMSG_DATA(message);
	int left = (int)TCA_PAYLOAD(message);

	if (message->nlmsg_type != RTM_NEWQDISC || tc->tcm_ifindex != (int)ifindex)
		return false;
	for (const struct rtattr *at = TCA_RTA(tc); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
		if (at->rta_type == TCA_KIND)
			return !strncmp(RTA_DATA(at), "clsact", RTA_PAYLOAD(at));
	}
	return false;
}

/* 1 if the answers have a match, 0 if not; or a negative errno. */
static int read_answers(int fd, tc_qdisc_match match, uint32_t ifindex)
{
	union {
		struct nlmsghdr header;
		char bytes[32768];
	} buffer;

	for (;;) {
		ssize_t received = recv(fd, &buffer, sizeof(buffer), 0);
		int left = (int)received;

		if (received < 0)
			return -errno;
		for (const struct nlmsghdr *at = &buffer.header;
		     left > 0 && NLMSG_OK(at, (unsigned int)left); at = NLMSG_NEXT(at, left)) {
			if (at->nlmsg_type == NLMSG_DONE)
				return 0;
			if (at->nlmsg_type == NLMSG_ERROR)
				return ((const struct nlmsgerr *)NLMSG_DATA(at))->error;
			if (match(at, ifindex))
				return 1;
		}
	}
}

static int dump(uint16_t type, uint32_t ifindex, uint32_t parent, tc_qdisc_match match)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = type,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.tc = { .tcm_ifindex = (int)ifindex, .tcm_parent = parent },
	};
	CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0)
		return -errno;
	return read_answers(fd, match, ifindex);
}

int tc_qdisc_is_clsact(uint32_t ifindex)
{
	return dump(RTM_GETQDISC, ifindex, 0, is_clsact);
}

int tc_qdisc_has_filters(uint32_t ifindex, enum tc_link_side side)
{
	uint32_t minor = side == TC_LINK_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS;

	return dump(RTM_GETTFILTER, ifindex, TC_H_MAKE(TC_H_CLSACT, minor), is_filter);
}
