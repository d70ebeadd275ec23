// SPDX-License-Identifier: GPL-2.0-only
#include "offload_subject.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "abi/nexthop.h"
#include "flow_value.h"
#include "tc_offload.h"
#include "tc_offload.skel.h"

#define NEXTHOP_THERE 1
#define NEXTHOP_BACK 2

static int complain(const struct offload_case *what, int err, const char *text)
{
	if (err)
		fprintf(stderr, "bench_offload: %s: %s: %s\n", what->flow.name, text,
			strerror(-err));
	return err;
}

static int set_nexthop(struct bpf_object *object, const struct offload_case *what, __u32 index,
		       __u32 ifindex)
{
	const bool back = index == NEXTHOP_BACK;
	const int nexthops = bpf_object__find_map_fd_by_name(object, OFFLOAD_MAP_NEXTHOPS);
	struct flow_nexthop nexthop = {
		.device = ifindex,
		.way[0] = { .ifindex = ifindex, .mtu = 1500, .state = FLOW_WAY_USABLE },
		.family = what->flow.ipv6 ? FLOW_IPV6 : FLOW_IPV4,
		.flags = what->out == OFFLOAD_OUT_PEER ? FLOW_NEXTHOP_PEER : 0,
	};

	if (what->out == OFFLOAD_OUT_HERE)
		nexthop.way[0].state = FLOW_WAY_LOCAL;
	memcpy(nexthop.way[0].destination_mac, back ? flow_mac_client : flow_mac_server, 6);
	memcpy(nexthop.way[0].source_mac, back ? flow_mac_in : flow_mac_out, 6);
	(void)inet_pton(what->flow.ipv6 ? AF_INET6 : AF_INET,
			what->flow.ipv6 ? "fd30:2::1" : "10.30.2.1", nexthop.neighbour);
	return bpf_map_update_elem(nexthops, &index, &nexthop, BPF_ANY);
}

static int put_flow(struct bpf_object *object, const struct flow_key *key,
		    const struct flow_key *out, __u32 nexthop)
{
	const bool ipv4 = key->family == FLOW_IPV4;
	const int table =
		bpf_object__find_map_fd_by_name(object, ipv4 ? "static_ipv4" : "static_ipv6");
	const struct flow_key_ipv4 narrow = flow_key_narrow(key);
	struct flow_value value;

	flow_value_fill(&value, key, out);
	value.nexthop = nexthop;
	return bpf_map_update_elem(table, ipv4 ? (const void *)&narrow : key, &value, BPF_NOEXIST);
}

static struct flow_key turned(const struct flow_key *key)
{
	struct flow_key back = *key;

	memcpy(back.source, key->destination, sizeof(back.source));
	memcpy(back.destination, key->source, sizeof(back.destination));
	back.source_port = key->destination_port;
	back.destination_port = key->source_port;
	return back;
}

static int put_pair(struct bpf_object *object, const struct flow_case *what)
{
	/* Unknown: a flow behind all those that packets have. */
	const __u32 number = what->unknown ? FLOW_COUNT_LIMIT : 0;
	const struct flow_key key = flow_case_key(what, number), out = flow_case_out(what, number);
	const struct flow_key back = turned(&out), back_out = turned(&key);
	int err = put_flow(object, &key, &out, NEXTHOP_THERE);

	return err ? err : put_flow(object, &back, &back_out, NEXTHOP_BACK);
}

/* Where the object, not loaded yet, says it is. */
static int set_place(struct bpf_object *object, const struct flow_place *place)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");
	struct tc_offload__rodata *rodata;
	size_t size;

	rodata = map ? (void *)bpf_map__initial_value(map, &size) : NULL;
	if (!rodata || size < sizeof(*rodata))
		return -ENOENT;
	rodata->offload_at = (struct offload_at){ .ifindex = place->in,
						  .side = OFFLOAD_INGRESS,
						  .link_header = 14 };
	return 0;
}

static int load_ours(struct program_set *set, const struct offload_case *what,
		     const struct flow_place *place)
{
	const struct offload_settings settings = { .tables = 1U << FLOW_TABLE_STATIC };
	const struct offload_daemon daemon = {
		.alive_until = what->out == OFFLOAD_OUT_NEIGHBOUR ? 0 : ~0ULL,
	};
	struct bpf_object *object = program_set_open(set, OFFLOAD_PROGRAM);
	int err = object ? set_place(object, place) : -ENOENT;

	if (!err)
		err = program_set_enter(set, object);
	if (!err)
		err = program_set_update(object, OFFLOAD_MAP_SETTINGS, &settings);
	if (!err)
		err = program_set_update(object, OFFLOAD_MAP_DAEMON, &daemon);
	if (!err)
		err = set_nexthop(object, what, NEXTHOP_THERE, place->out);
	if (!err)
		err = set_nexthop(object, what, NEXTHOP_BACK, place->in);
	if (!err)
		err = put_pair(object, &what->flow);
	return complain(what, err, "set up tc_offload");
}

/* What flow_subject.c calls ours. */
int flow_subject_ours(struct program_set *set, const struct flow_case *what,
		      const struct flow_place *place)
{
	const struct offload_case plain = { .flow = *what, .out = OFFLOAD_OUT_DEVICE };

	return load_ours(set, &plain, place);
}

/* Behind bare_tc, whose flows it has. */
static int load_bare_peer(struct program_set *set, const struct offload_case *what,
			  const struct flow_place *place)
{
	const char *flows = what->flow.ipv6 ? "bare_flows_ipv6" : "bare_flows_ipv4";
	struct bpf_object *object = program_set_open(set, "bare_peer");
	struct bare_settings *settings =
		object ? program_set_data(object, ".rodata.bare", sizeof(*settings)) : NULL;
	int err;

	if (!settings)
		return complain(what, -ENOENT, "find .rodata.bare");
	settings->ifindex = place->out;
	err = bpf_map__reuse_fd(bpf_object__find_map_by_name(object, flows),
				bpf_object__find_map_fd_by_name(set->objects[0], flows));
	if (!err)
		err = program_set_enter(set, object);
	if (!err)
		set->entry = bpf_program__fd(
			bpf_object__find_program_by_name(object, what->flow.ipv6 ?
									 "bare_peer_ipv6" :
									 "bare_peer_ipv4"));
	return complain(what, err, "load the bare program");
}

int offload_subject_load(struct program_set *set, const struct offload_case *what,
			 const struct flow_place *place)
{
	int err;

	switch (what->flow.subject) {
	case SUBJECT_OURS:
		return load_ours(set, what, place);
	case SUBJECT_DROP:
		return program_set_single(set, "drop_in_stack");
	case SUBJECT_TC:
		err = flow_subject_bare(set, &what->flow, place);
		return err || what->out != OFFLOAD_OUT_PEER ? err :
							      load_bare_peer(set, what, place);
	default:
		return 0;
	}
}

#define CPUS 64

/* A packet in a thousand may be something else: neighbours that are looked for, multicast groups. */
static bool is_nearly_all(__u64 packets, __u64 others)
{
	return packets > others * 1000;
}

int offload_subject_check(const struct program_set *set, const struct offload_case *what)
{
	static struct offload_cpu cpus[CPUS];
	const __u32 only_entry = 0;
	__u64 sent = 0, no_flow = 0, others = 0;
	int fd;

	if (what->flow.subject != SUBJECT_OURS)
		return 0;
	fd = bpf_object__find_map_fd_by_name(set->objects[0], OFFLOAD_MAP_CPU);
	if (libbpf_num_possible_cpus() > CPUS || bpf_map_lookup_elem(fd, &only_entry, cpus))
		return complain(what, -EINVAL, "read its counters");
	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++) {
		sent += cpus[cpu].sent[what->out];
		no_flow += cpus[cpu].up[OFFLOAD_UP_NO_FLOW];
		for (int i = 0; i < OFFLOAD_UP_COUNT; i++)
			others += i == OFFLOAD_UP_NO_FLOW ? 0 : cpus[cpu].up[i];
	}
	if (what->flow.unknown ? is_nearly_all(no_flow, sent + others) :
				 is_nearly_all(sent, no_flow + others))
		return 0;
	fprintf(stderr, "%llu sent, %llu without a flow, %llu others: ", sent, no_flow, others);
	return complain(what, -EINVAL, "not what was to be measured");
}
