// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "flow_subject.h"
#include "flow_value.h"

static struct bare_ports ports_of(const struct flow_value *value, bool same_port)
{
	struct bare_ports ports = { .source = value->source_port,
				    .destination = value->destination_port,
				    .address_delta = value->address_delta,
				    .port_delta = value->port_delta };
	unsigned char *macs = (unsigned char *)ports.macs;

	memcpy(macs, same_port ? flow_mac_client : flow_mac_server, 6);
	memcpy(macs + 6, same_port ? flow_mac_in : flow_mac_out, 6);
	return ports;
}

static int put_flow(int map, const struct flow_case *what, __u32 number)
{
	const struct flow_key key = flow_case_key(what, number), out = flow_case_out(what, number);
	struct bare_key_ipv6 key_ipv6 = { .source_port = key.source_port,
					  .destination_port = key.destination_port };
	struct bare_key_ipv4 key_ipv4 = { key.source[0], key.destination[0], key.source_port,
					  key.destination_port };
	struct bare_value_ipv6 value_ipv6;
	struct bare_value_ipv4 value_ipv4;
	struct flow_value value;

	flow_value_fill(&value, &key, &out);
	if (!what->ipv6) {
		value_ipv4 = (struct bare_value_ipv4){ .ports = ports_of(&value, what->same_port),
						       .source = value.source[0],
						       .destination = value.destination[0] };
		return bpf_map_update_elem(map, &key_ipv4, &value_ipv4, BPF_NOEXIST);
	}
	memcpy(key_ipv6.source, key.source, sizeof(key.source));
	memcpy(key_ipv6.destination, key.destination, sizeof(key.destination));
	value_ipv6.ports = ports_of(&value, what->same_port);
	memcpy(value_ipv6.source, value.source, sizeof(value.source));
	memcpy(value_ipv6.destination, value.destination, sizeof(value.destination));
	return bpf_map_update_elem(map, &key_ipv6, &value_ipv6, BPF_NOEXIST);
}

/* Only the program of the case's family. */
static int load(struct program_set *set, const struct flow_case *what,
		const struct flow_place *place, struct bpf_map **ret_flows)
{
	const bool tc = what->subject == SUBJECT_TC;
	struct bpf_object *object = program_set_open(set, tc ? "bare_tc" : "bare_flow");
	struct bare_settings *settings =
		object ? program_set_data(object, ".rodata.bare", sizeof(*settings)) : NULL;
	struct bpf_program *program;
	char name[32];
	int err;

	if (!settings)
		return -ENOENT;
	*settings = (struct bare_settings){ .transmit = what->same_port, .ifindex = place->out };
	*ret_flows = bpf_object__find_map_by_name(object, what->ipv6 ? "bare_flows_ipv6" :
								       "bare_flows_ipv4");
	err = bpf_map__set_max_entries(*ret_flows, what->flows ? what->flows : 1);
	if (!err)
		err = program_set_enter(set, object);
	(void)snprintf(name, sizeof(name), "bare_%s_ipv%d", tc ? "tc" : "flow", what->ipv6 ? 6 : 4);
	program = bpf_object__find_program_by_name(object, name);
	if (!err)
		set->entry = bpf_program__fd(program);
	if (err || tc)
		return err;
	return program_set_update(object, "bare_device", &place->out);
}

int flow_subject_bare(struct program_set *set, const struct flow_case *what,
		      const struct flow_place *place)
{
	struct bpf_map *flows;
	int err = load(set, what, place, &flows);

	for (__u32 i = 0; i < (what->flows ? what->flows : 1) && !err; i++)
		err = put_flow(bpf_map__fd(flows), what, i);
	if (err)
		fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what->name,
			strerror(-err));
	return err;
}
