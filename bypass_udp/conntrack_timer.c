// SPDX-License-Identifier: GPL-2.0-only
#include "conntrack_timer.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conntrack_kernel.h"
#include "netfilter_socket.h"

/* Messages of one call: so few that an answer to each fits into any receive buffer. */
#define BATCH 128
#define MESSAGE_SIZE 256

struct conntrack_timer {
	struct mnl_socket *socket;
	struct nf_conntrack *object;
	conntrack_timer_gone gone;
	void *context;
	uint32_t count; /* messages that wait, numbered from 0 */
	size_t length;  /* their bytes */
	struct flow_key flows[BATCH];
	char messages[BATCH * MESSAGE_SIZE];
	char answers[NETFILTER_BUFFER_SIZE];
};

int conntrack_timer_open(struct conntrack_timer **ret, conntrack_timer_gone gone, void *context,
			 struct problem *problem)
{
	struct conntrack_timer *timer;
	int err = conntrack_kernel_check(problem);

	if (err)
		return err;
	timer = calloc(1, sizeof(*timer));
	if (!timer)
		return problem_errno(problem, -ENOMEM, "cannot set timers of flows");
	*timer = (struct conntrack_timer){ .gone = gone, .context = context };
	timer->object = nfct_new();
	err = timer->object ? netfilter_socket_open(&timer->socket, 0, 0, problem) :
			      problem_errno(problem, -ENOMEM, "cannot set timers of flows");
	if (err) {
		conntrack_timer_close(timer);
		return err;
	}
	*ret = timer;
	return 0;
}

uint32_t conntrack_timer_port(const struct conntrack_timer *timer)
{
	return mnl_socket_get_portid(timer->socket);
}

/* The object is used again and again: what a message is made of is set each time. */
static void fill_object(struct nf_conntrack *object, const struct flow_key *flow)
{
	struct nfct_attr_grp_ipv6 ipv6;

	if (flow->family == FLOW_IPV4) {
		nfct_set_attr_u32(object, ATTR_ORIG_IPV4_SRC, flow->source[0]);
		nfct_set_attr_u32(object, ATTR_ORIG_IPV4_DST, flow->destination[0]);
	} else {
		memcpy(ipv6.src, flow->source, sizeof(ipv6.src));
		memcpy(ipv6.dst, flow->destination, sizeof(ipv6.dst));
		nfct_set_attr_grp(object, ATTR_GRP_ORIG_IPV6, &ipv6);
	}
	nfct_set_attr_u8(object, ATTR_ORIG_L3PROTO, flow->family == FLOW_IPV4 ? AF_INET : AF_INET6);
	nfct_set_attr_u8(object, ATTR_ORIG_L4PROTO, flow->protocol);
	nfct_set_attr_u16(object, ATTR_ORIG_PORT_SRC, flow->source_port);
	nfct_set_attr_u16(object, ATTR_ORIG_PORT_DST, flow->destination_port);
}

static int add(struct conntrack_timer *timer, uint16_t message_type, const struct flow_key *flow,
	       struct problem *problem)
{
	struct nlmsghdr *message;
	int err = timer->count == BATCH ? conntrack_timer_flush(timer, problem) : 0;

	if (err)
		return err;
	fill_object(timer->object, flow);
	message = netfilter_socket_message(timer->messages + timer->length,
					   (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | message_type), 0,
					   flow->family == FLOW_IPV4 ? AF_INET : AF_INET6);
	message->nlmsg_seq = timer->count;
	if (nfct_nlmsg_build(message, timer->object))
		return problem_errno(problem, -errno, "cannot ask for a flow's timer");
	timer->length += NLMSG_ALIGN(message->nlmsg_len);
	timer->flows[timer->count++] = *flow;
	return 0;
}

int conntrack_timer_set(struct conntrack_timer *timer, const struct flow_key *original,
			uint32_t seconds, struct problem *problem)
{
	nfct_attr_unset(timer->object, ATTR_STATUS);
	nfct_set_attr_u32(timer->object, ATTR_TIMEOUT, seconds);
	return add(timer, IPCTNL_MSG_CT_NEW, original, problem);
}

int conntrack_timer_assure(struct conntrack_timer *timer, const struct flow_key *original,
			   struct problem *problem)
{
	nfct_attr_unset(timer->object, ATTR_TIMEOUT);
	/* The kernel refuses to take away what a flow is already. */
	nfct_set_attr_u32(timer->object, ATTR_STATUS, IPS_CONFIRMED | IPS_SEEN_REPLY | IPS_ASSURED);
	return add(timer, IPCTNL_MSG_CT_NEW, original, problem);
}

int conntrack_timer_ask(struct conntrack_timer *timer, const struct flow_key *original,
			struct problem *problem)
{
	return add(timer, IPCTNL_MSG_CT_GET, original, problem);
}

/* 0, or the negative errno of what is neither a flow that is gone nor one that keeps its timer. */
static int take_answer(struct conntrack_timer *timer, const struct nlmsghdr *answer)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(answer);
	uint32_t index = answer->nlmsg_seq;

	if (answer->nlmsg_type != NLMSG_ERROR || index >= timer->count ||
	    mnl_nlmsg_get_payload_len(answer) < sizeof(*error))
		return 0;
	if (error->error == -ENOENT)
		timer->gone(timer->context, &timer->flows[index]);
	else if (error->error != -EPERM)
		return error->error;
	return 0;
}

/* The kernel has answered before the call that asked returns, and only where something was wrong. */
static int take_answers(struct conntrack_timer *timer)
{
	int fd = mnl_socket_get_fd(timer->socket), err = 0;

	for (;;) {
		ssize_t size = recv(fd, timer->answers, sizeof(timer->answers), MSG_DONTWAIT);
		const struct nlmsghdr *answer = (const void *)timer->answers;
		int left = (int)size;

		if (size < 0 && errno == ENOBUFS)
			err = -ENOBUFS; /* some are lost; the others are not left for later */
		else if (size < 0 && errno != EINTR)
			return err || errno == EAGAIN ? err : -errno;
		for (; mnl_nlmsg_ok(answer, left); answer = mnl_nlmsg_next(answer, &left)) {
			int answered = take_answer(timer, answer);

			err = err ? err : answered;
		}
	}
}

int conntrack_timer_flush(struct conntrack_timer *timer, struct problem *problem)
{
	int err = 0;

	if (!timer->count)
		return 0;
	if (mnl_socket_sendto(timer->socket, timer->messages, timer->length) < 0)
		err = -errno;
	else
		err = take_answers(timer);
	timer->count = 0;
	timer->length = 0;
	return err ? problem_errno(problem, err,
				   "cannot set the timers of flows in connection tracking") :
		     0;
}

void conntrack_timer_close(struct conntrack_timer *timer)
{
	if (timer && timer->socket)
		mnl_socket_close(timer->socket);
	if (timer && timer->object)
		nfct_destroy(timer->object);
	free(timer);
}

int conntrack_stream_timeout(struct problem *problem)
{
	uint64_t seconds;
	int err = conntrack_kernel_setting("nf_conntrack_udp_timeout_stream", &seconds, problem);

	return err ? err : (int)seconds;
}
