// SPDX-License-Identifier: GPL-2.0-only
#include "conntrack_watch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "conntrack_kernel.h"
#include "netfilter_socket.h"

/* Some 25,000 events. */
#define RECEIVE_SIZE (16 << 20)
/* Events of one conntrack_watch_take(). */
#define TAKE_LIMIT 4096
/* No socket has this port. */
#define NOBODY UINT32_MAX

struct conntrack_watch {
	struct mnl_socket *socket;
	char buffer[NETFILTER_BUFFER_SIZE];
};

struct taking {
	conntrack_told told;
	void *context;
};

/* Instructions of the filter. */
enum { DROP = 22, PASS = 23 };
#define JUMP_TO(target, here) ((target) - (here)-1)

/* What may pass: UDP, of another sender than `ignored`, and answered or assured. The library's own
 * filter knows the protocol only, and a flood of packets that nobody answers would wake the reader
 * twice for each of them. A message without these attributes passes. */
static int attach_filter(int fd, uint32_t ignored)
{
	const uint32_t value = sizeof(struct nlattr);
	const uint32_t attributes = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	const uint32_t find = (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR);
	const uint32_t find_in = (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR_NEST);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(ignored), JUMP_TO(DROP, 1), 0),
		BPF_STMT(BPF_LD | BPF_IMM, attributes),
		BPF_STMT(BPF_LDX | BPF_IMM, CTA_TUPLE_ORIG),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, find),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, JUMP_TO(PASS, 5), 0),
		BPF_STMT(BPF_LDX | BPF_IMM, CTA_TUPLE_PROTO),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, find_in),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, JUMP_TO(PASS, 8), 0),
		BPF_STMT(BPF_LDX | BPF_IMM, CTA_PROTO_NUM),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, find_in),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, JUMP_TO(PASS, 11), 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, value),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, JUMP_TO(DROP, 14)),
		BPF_STMT(BPF_LD | BPF_IMM, attributes),
		BPF_STMT(BPF_LDX | BPF_IMM, CTA_STATUS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, find),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, JUMP_TO(PASS, 18), 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, value),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IPS_SEEN_REPLY | IPS_ASSURED,
			 JUMP_TO(PASS, 21), JUMP_TO(DROP, 21)),
		[DROP] = BPF_STMT(BPF_RET | BPF_K, 0),
		[PASS] = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = { .len = MNL_ARRAY_SIZE(code), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

/* The kernel may have connection tracking, and yet be told not to tell. */
static int check_kernel(struct problem *problem)
{
	uint64_t events;
	int err = conntrack_kernel_check(problem);

	if (err)
		return err;
	err = conntrack_kernel_setting("nf_conntrack_events", &events, problem);
	if (err)
		return err;
	return events ?
		       0 :
		       problem_set(
			       problem, -EOPNOTSUPP,
			       "net.netfilter.nf_conntrack_events is 0: the kernel tells of no flow; "
			       "set it to 1");
}

int conntrack_watch_open(struct conntrack_watch **ret, struct problem *problem)
{
	const uint32_t groups = NF_NETLINK_CONNTRACK_NEW | NF_NETLINK_CONNTRACK_UPDATE |
				NF_NETLINK_CONNTRACK_DESTROY;
	struct conntrack_watch *watch;
	int err = check_kernel(problem);

	if (err)
		return err;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return problem_errno(problem, -ENOMEM, "cannot follow connection tracking");
	err = netfilter_socket_open(&watch->socket, groups, RECEIVE_SIZE, problem);
	if (!err)
		err = conntrack_watch_ignore(watch, NOBODY, problem);
	if (err) {
		conntrack_watch_close(watch);
		return err;
	}
	*ret = watch;
	return 0;
}

int conntrack_watch_ignore(struct conntrack_watch *watch, uint32_t port, struct problem *problem)
{
	int err = attach_filter(mnl_socket_get_fd(watch->socket), port);

	return err ? problem_errno(problem, err, "cannot filter connection tracking's events") : 0;
}

int conntrack_watch_fd(const struct conntrack_watch *watch)
{
	return mnl_socket_get_fd(watch->socket);
}

static int tell(const struct nlmsghdr *message, void *context)
{
	const struct taking *taking = context;
	bool is_gone = NFNL_MSG_TYPE(message->nlmsg_type) == IPCTNL_MSG_CT_DELETE;
	struct conntrack_flow flow;
	int err = conntrack_flow_parse(message, &flow);

	if (!err && (is_gone || !flow.dying))
		taking->told(taking->context, is_gone ? CONNTRACK_GONE : CONNTRACK_UPDATED, &flow);
	errno = -err;
	return err == -ENOMEM ? MNL_CB_ERROR : MNL_CB_OK;
}

int conntrack_watch_take(struct conntrack_watch *watch, conntrack_told told, void *context,
			 bool *ret_lost, struct problem *problem)
{
	struct taking taking = { .told = told, .context = context };

	*ret_lost = false;
	for (int i = 0; i < TAKE_LIMIT; i++) {
		ssize_t size =
			mnl_socket_recvfrom(watch->socket, watch->buffer, sizeof(watch->buffer));

		if (size < 0 && errno == ENOBUFS)
			*ret_lost = true;
		else if (size < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		else if (size < 0 ||
			 mnl_cb_run(watch->buffer, (size_t)size, 0, 0, tell, &taking) < 0)
			return problem_errno(problem, -errno,
					     "cannot read connection tracking's events");
	}
	return 0;
}

void conntrack_watch_close(struct conntrack_watch *watch)
{
	if (watch && watch->socket)
		mnl_socket_close(watch->socket);
	free(watch);
}
