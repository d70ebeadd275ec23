// SPDX-License-Identifier: GPL-2.0-only
#include "reason_names.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "cleanup.h"
#include "pinned_map.h"
#include "slot_table.h"

static const char *const general[ECBPF_REASON_OWN] = {
	[ECBPF_REASON_NONE] = "none",
	[ECBPF_REASON_IMPOSSIBLE] = "impossible",
	[ECBPF_REASON_SHORT_ETHERNET] = "short_ethernet",
	[ECBPF_REASON_SHORT_IPV4] = "short_ipv4",
	[ECBPF_REASON_SHORT_IPV6] = "short_ipv6",
	[ECBPF_REASON_NOT_IP] = "not_ip",
	[ECBPF_REASON_NO_MAP] = "no_map",
	[ECBPF_REASON_SHORT_EXTENSION] = "short_extension",
	[ECBPF_REASON_SHORT_TRANSPORT] = "short_transport",
	[ECBPF_REASON_BAD_IPV4] = "bad_ipv4",
	[ECBPF_REASON_BAD_IPV6] = "bad_ipv6",
	[ECBPF_REASON_LONG_CHAIN] = "long_chain",
	[ECBPF_REASON_MANY_TAGS] = "many_tags",
};

const char *reason_name_general(unsigned int reason)
{
	return reason < ECBPF_REASON_OWN ? general[reason] : NULL;
}

int reason_names_create(const struct reason_names *names, struct problem *problem)
{
	__u32 only_entry = 0;
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, ECBPF_PIN_REASON_NAMES, sizeof(only_entry),
				sizeof(*names), 1, NULL);
	int err = fd;

	if (fd >= 0 && bpf_map_update_elem(fd, &only_entry, names, BPF_ANY) == 0)
		return fd;
	if (fd >= 0) {
		err = -errno;
		close(fd);
	}
	return problem_errno(problem, err, "cannot keep the names of reasons in a map");
}

int reason_names_read(const struct chain *chain, unsigned int slot, struct reason_names *ret_names,
		      struct problem *problem)
{
	static const struct map_shape shape = { ECBPF_PIN_REASON_NAMES, BPF_MAP_TYPE_ARRAY,
						sizeof(__u32), sizeof(*ret_names), 1 };
	char directory[BPFFS_PATH_SIZE];
	__u32 only_entry = 0;
	int fd CLEANUP_CLOSE = -1;

	memset(ret_names, 0, sizeof(*ret_names));
	slot_table_path(chain, slot, "", directory);
	fd = pinned_map_open(directory, &shape, problem);
	if (fd < 0)
		return fd;
	if (bpf_map_lookup_elem(fd, &only_entry, ret_names) < 0)
		return problem_errno(problem, -errno, "%s: cannot read %s", directory, shape.name);
	for (unsigned int i = 0; i < ECBPF_REASON_LIMIT; i++)
		ret_names->name[i][REASON_NAME_SIZE - 1] = '\0';
	return 0;
}
