// SPDX-License-Identifier: GPL-2.0-only
#include "rules_watch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>

#include "netfilter_socket.h"

/* Messages of one rules_watch_take(). */
#define TAKE_LIMIT 4096

struct rules_watch {
	struct mnl_socket *socket;
	char buffer[NETFILTER_BUFFER_SIZE];
};

int rules_watch_open(struct rules_watch **ret, struct problem *problem)
{
	struct rules_watch *watch;
	int err = netfilter_socket_probe("nftables (CONFIG_NF_TABLES)",
					 NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, problem);

	if (err)
		return err;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return problem_errno(problem, -ENOMEM, "cannot follow nftables");
	/* What does not fit is a change too: the size does not matter. */
	err = netfilter_socket_open(&watch->socket, 1u << (NFNLGRP_NFTABLES - 1), 0, problem);
	if (err) {
		rules_watch_close(watch);
		return err;
	}
	*ret = watch;
	return 0;
}

int rules_watch_fd(const struct rules_watch *watch)
{
	return mnl_socket_get_fd(watch->socket);
}

int rules_watch_take(struct rules_watch *watch, bool *ret_changed, struct problem *problem)
{
	*ret_changed = false;
	for (int i = 0; i < TAKE_LIMIT; i++) {
		if (mnl_socket_recvfrom(watch->socket, watch->buffer, sizeof(watch->buffer)) >= 0 ||
		    errno == ENOBUFS || errno == ENOSPC)
			*ret_changed = true;
		else if (errno == EAGAIN || errno == EINTR)
			return 0;
		else
			return problem_errno(problem, -errno, "cannot read what nftables tells");
	}
	return 0;
}

void rules_watch_close(struct rules_watch *watch)
{
	if (watch && watch->socket)
		mnl_socket_close(watch->socket);
	free(watch);
}
