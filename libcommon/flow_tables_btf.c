// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "flow_tables.h"

int flow_tables_describe(struct flow_tables *tables, struct bpf_object *object,
			 struct problem *problem)
{
	const struct bpf_map *ipv4 = bpf_object__find_map_by_name(object, FLOW_STATIC_IPV4_PIN);
	const struct bpf_map *ipv6 = bpf_object__find_map_by_name(object, FLOW_STATIC_IPV6_PIN);
	struct btf *btf = bpf_object__btf(object);
	int fd;

	if (!ipv4 || !ipv6 || !btf)
		return problem_set(problem, -ENOENT, "%s: no BTF of %s and %s",
				   bpf_object__name(object), FLOW_STATIC_IPV4_PIN,
				   FLOW_STATIC_IPV6_PIN);
	if (btf__fd(btf) < 0 && btf__load_into_kernel(btf) < 0)
		return problem_errno(problem, -errno, "%s: the kernel does not take the BTF",
				     bpf_object__name(object));
	fd = fcntl(btf__fd(btf), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return problem_errno(problem, -errno, "cannot keep the BTF of %s",
				     bpf_object__name(object));
	if (tables->btf >= 0)
		close(tables->btf);
	tables->btf = fd;
	tables->key_type[FLOW_FAMILY_IPV4] = bpf_map__btf_key_type_id(ipv4);
	tables->key_type[FLOW_FAMILY_IPV6] = bpf_map__btf_key_type_id(ipv6);
	tables->value_type = bpf_map__btf_value_type_id(ipv6);
	return 0;
}
