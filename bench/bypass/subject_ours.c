// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/nexthop.h"
#include "bypass_udp.h"
#include "flow_subject.h"
#include "flow_value.h"

#define NEXTHOP 32768 /* the first of the tools */
#define EPOCH 1
#define IDLE_NANOSECONDS 60000000000ULL

static int set_nexthop(struct bpf_object *object, const struct flow_case *what,
		       const struct flow_place *place)
{
	const __u32 index = NEXTHOP, ifindex = what->same_port ? place->in : place->out;
	struct flow_nexthop nexthop = {
		.device = ifindex,
		.way[0] = { .ifindex = ifindex,
			    .mtu = 1500,
			    .state = FLOW_WAY_USABLE,
			    .tags = (__u8)what->tags_out,
			    .tag = { { __builtin_bswap16(0x8100), __builtin_bswap16(9) },
				     { __builtin_bswap16(0x8100), __builtin_bswap16(10) } } },
		.family = what->ipv6 ? FLOW_IPV6 : FLOW_IPV4,
		.flags = FLOW_NEXTHOP_MAC,
	};
	struct flow_way *way = &nexthop.way[0];
	int nexthops = bpf_object__find_map_fd_by_name(object, BYPASS_MAP_NEXTHOPS);
	int devices = bpf_object__find_map_fd_by_name(object, BYPASS_MAP_DEVICES);
	int err;

	memcpy(way->destination_mac, what->same_port ? flow_mac_client : flow_mac_server, 6);
	memcpy(way->source_mac, what->same_port ? flow_mac_in : flow_mac_out, 6);
	err = bpf_map_update_elem(nexthops, &index, &nexthop, BPF_ANY);
	return err ? err : bpf_map_update_elem(devices, &place->out, &place->out, BPF_ANY);
}

static int set_state(struct bpf_object *object, const struct flow_case *what,
		     const struct flow_place *place)
{
	const struct bypass_daemon daemon = { .alive_until = ~0ULL, .epoch = EPOCH };
	struct bypass_config config = { .ifindex = place->in, .monitor = what->monitor };
	struct bypass_settings settings = { .tables = 1U << (what->learned ? FLOW_TABLE_LEARNED :
									     FLOW_TABLE_STATIC) };
	int err;

	memcpy(config.mac, flow_mac_in, sizeof(config.mac));
	for (int i = 0; i < BYPASS_CLASS_COUNT; i++)
		settings.idle[i] = IDLE_NANOSECONDS;
	err = program_set_update(object, BYPASS_MAP_CONFIG, &config);
	if (!err)
		err = program_set_update(object, BYPASS_MAP_SETTINGS, &settings);
	return err ? err : program_set_update(object, BYPASS_MAP_DAEMON, &daemon);
}

static int put_flow(int table, const struct flow_key *key, const struct flow_value *value)
{
	const struct flow_key_ipv4 narrow = flow_key_narrow(key);

	return bpf_map_update_elem(table, key->family == FLOW_IPV4 ? (const void *)&narrow : key,
				   value, BPF_NOEXIST);
}

static int fill_table(int table, const struct flow_case *what)
{
	for (__u32 i = 0; i < (what->flows ? what->flows : 1); i++) {
		/* Unknown: a flow behind all those that packets have. */
		const __u32 number = what->unknown ? FLOW_COUNT_LIMIT + i : i;
		const struct flow_key key = flow_case_key(what, number);
		const struct flow_key out = flow_case_out(what, number);
		struct flow_value value;
		int err;

		flow_value_fill(&value, &key, &out);
		value.nexthop = NEXTHOP;
		value.flags |= FLOW_ANY_TAGS;
		if (what->learned) {
			value.flags |= FLOW_LEARNED | FLOW_ROUTED;
			value.epoch = EPOCH;
		}
		err = put_flow(table, &key, &value);
		if (err)
			return err;
	}
	return 0;
}

/* A table of its own, as large as it has to be. */
static int set_flows(struct bpf_object *object, const struct flow_case *what)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	const __u32 index = what->learned ? FLOW_TABLE_LEARNED : FLOW_TABLE_STATIC;
	const __u32 room = what->flows > FLOW_TABLE_DEFAULT ? what->flows : FLOW_TABLE_DEFAULT;
	const __u32 key_size = what->ipv6 ? sizeof(struct flow_key) : sizeof(struct flow_key_ipv4);
	int tables = bpf_object__find_map_fd_by_name(object, what->ipv6 ? BYPASS_MAP_TABLES_IPV6 :
									  BYPASS_MAP_TABLES_IPV4);
	int table = bpf_map_create(BPF_MAP_TYPE_HASH, "bench_flows", key_size,
				   sizeof(struct flow_value), room, &options);
	int err;

	if (table < 0)
		return table;
	err = fill_table(table, what);
	if (!err)
		err = bpf_map_update_elem(tables, &index, &table, BPF_ANY);
	(void)close(table);
	return err;
}

int flow_subject_ours(struct program_set *set, const struct flow_case *what,
		      const struct flow_place *place)
{
	int err = program_set_chain(set, "xdp_root", BYPASS_PROGRAM, 1U << BYPASS_SLOT_DEFAULT);
	struct bpf_object *object = set->objects[1];

	if (err)
		return err;
	err = set_nexthop(object, what, place);
	if (!err)
		err = set_state(object, what, place);
	if (!err)
		err = set_flows(object, what);
	if (err)
		fprintf(stderr, "bench_bypass: %s: %s\n", what->name, strerror(-err));
	return err;
}
