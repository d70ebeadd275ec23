// SPDX-License-Identifier: GPL-2.0-only
#include "road.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab.h"

#define TCX_INGRESS 46 /* BPF_TCX_INGRESS, which older headers lack */

static int complain(int err, const char *what)
{
	fprintf(stderr, "bench_offload: lab: %s: %s\n", what, strerror(-err));
	return err;
}

static int open_namespace(struct road *road, unsigned int number, enum road_place place)
{
	static const char *const suffixes[] = {
		[ROAD_ROUTER] = "", [ROAD_CLIENT] = "_client", [ROAD_SERVER] = "_server"
	};
	char path[64];

	(void)snprintf(path, sizeof(path), "/run/netns/" LAB_NAMESPACE "%s", number,
		       suffixes[place]);
	road->namespaces[place] = open(path, O_RDONLY | O_CLOEXEC);
	return road->namespaces[place] < 0 ? complain(-errno, path) : 0;
}

static int find_interface(const struct road *road, enum road_place place, const char *name,
			  __u32 *ret_ifindex)
{
	int err = road_enter(road, place);

	if (err)
		return err;
	*ret_ifindex = if_nametoindex(name);
	return *ret_ifindex ? 0 : complain(-errno, name);
}

int road_open(struct road *ret_road, unsigned int number)
{
	struct road *road = ret_road;
	int err = 0;

	*road = (struct road){ .namespaces = { -1, -1, -1 } };
	for (enum road_place place = 0; place < ROAD_PLACES && !err; place++)
		err = open_namespace(road, number, place);
	if (!err)
		err = find_interface(road, ROAD_CLIENT, "client", &road->client);
	if (!err)
		err = find_interface(road, ROAD_SERVER, "server", &road->server);
	if (!err)
		err = find_interface(road, ROAD_ROUTER, "in", &road->in);
	if (!err)
		err = find_interface(road, ROAD_ROUTER, "out", &road->out);
	return err;
}

void road_close(struct road *road)
{
	for (int place = 0; place < ROAD_PLACES; place++)
		if (road->namespaces[place] >= 0)
			(void)close(road->namespaces[place]);
}

int road_enter(const struct road *road, enum road_place place)
{
	return setns(road->namespaces[place], CLONE_NEWNET) ?
		       complain(-errno, "enter a namespace") :
		       0;
}

int road_attach(__u32 ifindex, int program, int *ret_link)
{
	*ret_link = bpf_link_create(program, (int)ifindex, (enum bpf_attach_type)TCX_INGRESS, NULL);
	if (*ret_link >= 0)
		return 0;
	*ret_link = -1;
	return lab_attach_tc(ifindex, program);
}
