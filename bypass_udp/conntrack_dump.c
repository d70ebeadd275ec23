// SPDX-License-Identifier: GPL-2.0-only
#include "conntrack_dump.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "conntrack_kernel.h"
#include "netfilter_socket.h"

/* What the kernel compares of a tuple, in CTA_FILTER_ORIG_FLAGS: no header of it has the names. */
#define COMPARE_PROTOCOL (1u << 3)

struct telling {
	conntrack_told told;
	void *context;
};

static int tell(const struct nlmsghdr *message, void *context)
{
	const struct telling *telling = context;
	struct conntrack_flow flow;
	int err = conntrack_flow_parse(message, &flow);

	if (!err && !flow.dying)
		telling->told(telling->context, CONNTRACK_UPDATED, &flow);
	errno = -err;
	return err == -ENOMEM ? MNL_CB_ERROR : MNL_CB_OK;
}

/* Before Linux 5.8 the kernel knows no filter and sends everything. */
static void put_filter(struct nlmsghdr *message)
{
	struct nlattr *tuple = mnl_attr_nest_start(message, CTA_TUPLE_ORIG);
	struct nlattr *protocol = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
	struct nlattr *filter;

	mnl_attr_put_u8(message, CTA_PROTO_NUM, IPPROTO_UDP);
	mnl_attr_nest_end(message, protocol);
	mnl_attr_nest_end(message, tuple);
	filter = mnl_attr_nest_start(message, CTA_FILTER);
	mnl_attr_put_u32(message, CTA_FILTER_ORIG_FLAGS, COMPARE_PROTOCOL);
	mnl_attr_nest_end(message, filter);
}

static int dump_family(struct mnl_socket *socket, uint8_t family, struct telling *telling)
{
	char buffer[NETFILTER_BUFFER_SIZE];
	struct nlmsghdr *message =
		netfilter_socket_message(buffer, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
					 NLM_F_DUMP, family);
	int more = MNL_CB_OK;

	put_filter(message);
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		ssize_t size = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)size, 0, 0, tell, telling);
	}
	return more < 0 ? -errno : 0;
}

int conntrack_dump(conntrack_told told, void *context, struct problem *problem)
{
	struct telling telling = { .told = told, .context = context };
	struct mnl_socket *socket = NULL;
	int err = conntrack_kernel_check(problem);

	if (!err)
		err = netfilter_socket_open(&socket, 0, 0, problem);
	if (err)
		return err;
	err = dump_family(socket, AF_INET, &telling);
	if (!err)
		err = dump_family(socket, AF_INET6, &telling);
	mnl_socket_close(socket);
	return err ? problem_errno(problem, err, "cannot read connection tracking's flows") : 0;
}
