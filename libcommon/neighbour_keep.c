// SPDX-License-Identifier: GPL-2.0-only
#include "neighbour_keep.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

/* A dump that meets a change is begun again this often. */
#define DUMP_TRIES 100

static struct ndmsg *header_of(struct nlmsghdr *request)
{
	return mnl_nlmsg_get_payload(request);
}

static bool is_ours(const struct network_neighbour *neighbour)
{
	return neighbour->protocol == NEIGHBOUR_KEEP_PROTOCOL &&
	       !(neighbour->state & (NUD_PERMANENT | NUD_NOARP)) &&
	       (neighbour->managed || neighbour->flags & NTF_EXT_LEARNED);
}

bool neighbour_keep_foreign(const struct network_neighbour *neighbour)
{
	if (neighbour->state & (NUD_PERMANENT | NUD_NOARP))
		return true;
	return (neighbour->managed || neighbour->flags & NTF_EXT_LEARNED) && !is_ours(neighbour);
}

int neighbour_keep_use(struct neighbour_keep *keep, const struct network_neighbour *neighbour)
{
	struct network_message message;
	struct nlmsghdr *request =
		network_neighbour_request(&message, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE,
					  neighbour);

	/* NTF_USE for kernels that do not know managed ones, which ignore the other flag. */
	header_of(request)->ndm_flags = NTF_USE | NTF_EXT_LEARNED;
	if (keep->means != NEIGHBOUR_KEEP_USED)
		mnl_attr_put_u32(request, NDA_FLAGS_EXT, NTF_EXT_MANAGED);
	mnl_attr_put_u8(request, NDA_PROTOCOL, NEIGHBOUR_KEEP_PROTOCOL);
	return network_ask(keep->socket, request, NULL, NULL);
}

int neighbour_keep_look(struct neighbour_keep *keep, struct network_neighbour *neighbour)
{
	int err;

	neighbour->state = NUD_NONE;
	neighbour->has_mac = neighbour->managed = false;
	neighbour->flags = neighbour->protocol = 0;
	err = network_neighbour_ask(keep->socket, neighbour);
	return err == -ENOENT ? 0 : err;
}

int neighbour_keep_add(struct neighbour_keep *keep, struct network_neighbour *neighbour)
{
	int err = neighbour_keep_look(keep, neighbour);

	if (err || neighbour_keep_foreign(neighbour))
		return err;
	if (!is_ours(neighbour) || !neighbour->managed) {
		err = neighbour_keep_use(keep, neighbour);
		if (!err)
			err = neighbour_keep_look(keep, neighbour);
	}
	if (!err && keep->means == NEIGHBOUR_KEEP_UNKNOWN && is_ours(neighbour))
		keep->means = neighbour->managed ? NEIGHBOUR_KEEP_MANAGED : NEIGHBOUR_KEEP_USED;
	return err;
}

int neighbour_keep_release(struct neighbour_keep *keep, const struct network_neighbour *neighbour)
{
	struct network_neighbour now = *neighbour;
	struct network_message message;
	struct nlmsghdr *request;
	int err = neighbour_keep_look(keep, &now);

	if (err || !is_ours(&now))
		return err;
	if (!now.has_mac) {
		request = network_neighbour_request(&message, RTM_DELNEIGH, 0, &now);
	} else {
		/* Not deleted: others may be using it. A change without our flags takes them away. */
		request = network_neighbour_request(&message, RTM_NEWNEIGH, NLM_F_REPLACE, &now);
		header_of(request)->ndm_state = NUD_STALE;
		header_of(request)->ndm_flags = now.flags & NTF_ROUTER;
		mnl_attr_put(request, NDA_LLADDR, sizeof(now.mac), now.mac);
	}
	err = network_ask(keep->socket, request, NULL, NULL);
	return err == -ENOENT ? 0 : err;
}

struct ours {
	struct network_neighbour *list;
	size_t count, space;
};

static int take_ours(const struct nlmsghdr *message, void *context)
{
	struct network_neighbour neighbour, *list;
	struct ours *ours = context;

	if (!network_neighbour_read(message, &neighbour) || !is_ours(&neighbour))
		return MNL_CB_OK;
	if (ours->count == ours->space) {
		ours->space = ours->space ? 2 * ours->space : 64;
		list = reallocarray(ours->list, ours->space, sizeof(*list));
		if (!list) {
			errno = ENOMEM;
			return MNL_CB_ERROR;
		}
		ours->list = list;
	}
	ours->list[ours->count++] = neighbour;
	return MNL_CB_OK;
}

int neighbour_keep_release_all(struct neighbour_keep *keep)
{
	struct ours ours = { 0 };
	int err = -EINTR;

	for (int tries = 0; err == -EINTR && tries < DUMP_TRIES; tries++) {
		ours.count = 0;
		err = network_neighbours_dump(keep->socket, take_ours, &ours);
	}
	for (size_t i = 0; !err && i < ours.count; i++) {
		err = neighbour_keep_release(keep, &ours.list[i]);
		if (err == -ENODEV)
			err = 0;
	}
	free(ours.list);
	return err;
}
