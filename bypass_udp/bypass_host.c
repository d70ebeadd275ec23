// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_host.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/pin_names.h"
#include "attachment.h"
#include "bypass_program.h"
#include "bypass_slot.h"
#include "chain.h"
#include "cleanup.h"
#include "nexthops.h"
#include "parse_number.h"

#define ASIDE "_new"

/* Behind all others: it looks at what leaves, not at what somebody is going to change. */
#define OBSERVER_PRIORITY 0xbfff

static int path_of(const char *bpffs, const char *suffix, char ret_path[BPFFS_PATH_SIZE],
		   struct problem *problem)
{
	char base[BPFFS_PATH_SIZE], name[64], with_suffix[80];
	struct network_namespace here;
	int err = network_namespace_current(&here);

	if (err)
		return problem_errno(problem, err, "cannot tell the network namespace");
	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	snprintf(name, sizeof(name), BYPASS_HOST_DIRECTORY, (unsigned long long)here.inode);
	snprintf(with_suffix, sizeof(with_suffix), "%s%s", name, suffix);
	bpffs_join(ret_path, base, with_suffix);
	return 0;
}

int bypass_host_path(const char *bpffs, char ret_path[BPFFS_PATH_SIZE], struct problem *problem)
{
	return path_of(bpffs, "", ret_path, problem);
}

int bypass_host_create(const char *bpffs, uint32_t max_flows, uint32_t max_learned,
		       struct problem *problem)
{
	char path[BPFFS_PATH_SIZE], aside[BPFFS_PATH_SIZE];
	int err = path_of(bpffs, "", path, problem);

	if (!err)
		err = path_of(bpffs, ASIDE, aside, problem);
	if (err)
		return err;
	if (bpffs_exists(path))
		return problem_set(problem, -EEXIST, "%s is there already", path);
	err = bpffs_remove_tree(aside, problem);
	if (err)
		return err;
	err = bpffs_make_directory(aside);
	if (err)
		return problem_errno(problem, err, "cannot create %s", aside);
	err = bypass_program_pin_shared(aside, max_flows, max_learned, problem);
	if (!err)
		err = bypass_host_fill(aside, problem);
	if (!err)
		err = bpffs_rename(aside, path, problem);
	if (err)
		(void)bpffs_remove_tree(aside, NULL);
	return err;
}

struct tc_link bypass_host_observer(const char *directory, uint32_t ifindex)
{
	return (struct tc_link){ .directory = directory,
				 .ifindex = ifindex,
				 .side = TC_LINK_EGRESS,
				 .priority = OBSERVER_PRIORITY };
}

/* Who holds what is in the pin directory. */
struct holders {
	struct interface_list interfaces; /* that have pins, in any namespace */
	uint32_t *attached;               /* indexes of those here that have bypass_udp */
	size_t attached_count;
	uint64_t *namespaces; /* inodes, one for each interface whose record can be read */
	size_t namespace_count;
	bool unknown; /* there are some that cannot be told */
};

static void find_namespace(struct holders *holders, const char *bpffs, const char *interface)
{
	struct ecbpf_chain_identity identity;
	struct chain chain;
	int err;

	chain_init(&chain, bpffs, interface);
	err = chain_open(&chain, NULL);
	if (!err && chain.map[CHAIN_IDENTITY] >= 0)
		err = chain_read_identity(&chain, &identity, NULL);
	else if (!err)
		err = -EPROTO;
	chain_close(&chain);
	if (!err)
		holders->namespaces[holders->namespace_count++] = identity.netns_inode;
	holders->unknown |= err && err != -ENOENT;
}

static int find_holders(struct holders *ret_holders, const char *bpffs, struct problem *problem)
{
	size_t count;
	int err;

	*ret_holders = (struct holders){ 0 };
	err = chain_list(bpffs, &ret_holders->interfaces, problem);
	if (err)
		return err;
	count = ret_holders->interfaces.count;
	ret_holders->attached = calloc(count + 1, sizeof(*ret_holders->attached));
	ret_holders->namespaces = calloc(count + 1, sizeof(*ret_holders->namespaces));
	if (!ret_holders->attached || !ret_holders->namespaces)
		return problem_errno(problem, -ENOMEM, "cannot look at the pins");
	for (size_t i = 0; i < count; i++) {
		const char *name = ret_holders->interfaces.names[i];
		uint32_t ifindex;

		err = bypass_slot_look(bpffs, name, &ifindex);
		if (!err)
			ret_holders->attached[ret_holders->attached_count++] = ifindex;
		ret_holders->unknown |= err && err != -ENOENT;
		find_namespace(ret_holders, bpffs, name);
	}
	return 0;
}

static void free_holders(struct holders *holders)
{
	interface_list_free(&holders->interfaces);
	free(holders->attached);
	free(holders->namespaces);
}

static bool is_attached(const struct holders *holders, uint32_t ifindex)
{
	for (size_t i = 0; i < holders->attached_count; i++) {
		if (holders->attached[i] == ifindex)
			return true;
	}
	return false;
}

static int tidy_observers(const char *path, const struct holders *holders, struct problem *problem)
{
	CLEANUP_FREE uint32_t *ifindexes = NULL;
	size_t count;
	int err = tc_link_list(path, &ifindexes, &count, problem);

	for (size_t i = 0; !err && i < count; i++) {
		struct tc_link observer = bypass_host_observer(path, ifindexes[i]);

		if (!is_attached(holders, ifindexes[i]))
			err = tc_link_detach(&observer, problem);
	}
	return err;
}

static int tidy_own(const char *bpffs, const struct holders *holders, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE], aside[BPFFS_PATH_SIZE];
	int err = path_of(bpffs, "", path, problem);

	if (!err)
		err = path_of(bpffs, ASIDE, aside, problem);
	if (!err)
		err = bpffs_remove_tree(aside, problem);
	if (err || holders->unknown || !bpffs_exists(path))
		return err;
	err = tidy_observers(path, holders, problem);
	if (err || holders->attached_count)
		return err;
	err = nexthops_release_neighbours(problem);
	return err ? err : bpffs_remove_tree(path, problem);
}

/* The inode of the namespace that a directory is for; 0: it is none of ours. */
static uint64_t inode_of(const char *name)
{
	static const char begin[] = "bypass_udp_";
	char digits[32];
	uint64_t inode;

	if (strncmp(name, begin, strlen(begin)) != 0)
		return 0;
	snprintf(digits, sizeof(digits), "%s", name + strlen(begin));
	if (strlen(digits) > strlen(ASIDE) &&
	    !strcmp(digits + strlen(digits) - strlen(ASIDE), ASIDE))
		digits[strlen(digits) - strlen(ASIDE)] = '\0';
	return parse_number(digits, 1, UINT64_MAX, &inode) ? 0 : inode;
}

static bool is_held(const struct holders *holders, uint64_t inode)
{
	for (size_t i = 0; i < holders->namespace_count; i++) {
		if (holders->namespaces[i] == inode)
			return true;
	}
	return false;
}

/* A namespace without any chain has no use for its directory; mostly it has gone itself. */
static int tidy_others(const char *bpffs, const struct holders *holders, struct problem *problem)
{
	char base[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	struct network_namespace here;
	struct dirent *entry;
	DIR *directory;
	int err = network_namespace_current(&here);

	if (err)
		return problem_errno(problem, err, "cannot tell the network namespace");
	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	directory = opendir(base);
	if (!directory)
		return problem_errno(problem, -errno, "cannot open %s", base);
	while (!err && (entry = readdir(directory))) {
		uint64_t inode = inode_of(entry->d_name);

		if (!inode || inode == here.inode || is_held(holders, inode))
			continue;
		bpffs_join(path, base, entry->d_name);
		err = bpffs_remove_tree(path, problem);
	}
	closedir(directory);
	return err;
}

int bypass_host_tidy(const char *bpffs, struct problem *problem)
{
	struct holders holders;
	int err = find_holders(&holders, bpffs, problem);

	if (!err)
		err = tidy_own(bpffs, &holders, problem);
	if (!err && !holders.unknown)
		err = tidy_others(bpffs, &holders, problem);
	free_holders(&holders);
	return err;
}
