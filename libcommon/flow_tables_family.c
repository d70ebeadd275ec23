// SPDX-License-Identifier: GPL-2.0-only
/* Where the families differ: which map, and what a key is in it. */
#include <bpf/bpf.h>
#include <errno.h>

#include "flow_tables_internal.h"

enum flow_family flow_family_of(const struct flow_key *key)
{
	return key->family == FLOW_IPV4 ? FLOW_FAMILY_IPV4 : FLOW_FAMILY_IPV6;
}

int flow_map_of(const struct flow_tables *tables, enum flow_table table, const struct flow_key *key)
{
	return tables->table[flow_family_of(key)][table];
}

/* The key as the map of its family has it; in *space if that is not the key itself. */
static const void *map_key(const struct flow_key *key, struct flow_key_ipv4 *space)
{
	if (flow_family_of(key) != FLOW_FAMILY_IPV4)
		return key;
	*space = flow_key_narrow(key);
	return space;
}

int flow_map_lookup(int fd, const struct flow_key *key, struct flow_value *ret_value)
{
	struct flow_key_ipv4 space;

	return bpf_map_lookup_elem(fd, map_key(key, &space), ret_value) < 0 ? -errno : 0;
}

int flow_map_insert(int fd, const struct flow_key *key, const struct flow_value *value)
{
	struct flow_key_ipv4 space;

	return bpf_map_update_elem(fd, map_key(key, &space), value, BPF_NOEXIST) < 0 ? -errno : 0;
}

int flow_map_delete(int fd, const struct flow_key *key)
{
	struct flow_key_ipv4 space;

	return bpf_map_delete_elem(fd, map_key(key, &space)) < 0 ? -errno : 0;
}
