// SPDX-License-Identifier: GPL-2.0-only
#include "offload_host_internal.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/pin_names.h"
#include "capability.h"
#include "cleanup.h"
#include "interface.h"
#include "nexthops.h"
#include "offload_program.h"
#include "offload_sysctls.h"
#include "parse_number.h"
#include "pin_lock.h"

#define ASIDE "_new"
#define LOCK_SECONDS 30

static int path_of(const char *bpffs, const char *suffix, char ret_path[BPFFS_PATH_SIZE],
		   struct problem *problem)
{
	char name[BPFFS_PATH_SIZE];
	struct network_namespace here;
	int err = network_namespace_current(&here);

	if (err)
		return problem_errno(problem, err, "cannot tell the network namespace");
	snprintf(name, sizeof(name), "%s/" OFFLOAD_HOST_DIRECTORY "%s", ECBPF_PIN_BASE,
		 (unsigned long long)here.inode, suffix);
	bpffs_join(ret_path, bpffs, name);
	return 0;
}

int offload_host_path(const char *bpffs, char ret_path[BPFFS_PATH_SIZE], struct problem *problem)
{
	return path_of(bpffs, "", ret_path, problem);
}

/* Everything that packets need is there before the directory has its name. */
static int make_aside(const char *aside, uint32_t max_flows, struct problem *problem)
{
	struct offload_host host = OFFLOAD_HOST_CLOSED;
	int err = bpffs_make_directory(aside);

	if (err)
		return problem_errno(problem, err, "cannot create %s", aside);
	snprintf(host.directory, sizeof(host.directory), "%s", aside);
	err = offload_program_pin_shared(aside, max_flows, problem);
	if (!err)
		err = offload_host_fill(&host, problem);
	offload_host_close(&host);
	return err;
}

int offload_host_create(const char *bpffs, uint32_t max_flows, struct problem *problem)
{
	char aside[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	int err = path_of(bpffs, ASIDE, aside, problem);

	if (!err)
		err = offload_host_path(bpffs, path, problem);
	if (!err && bpffs_exists(path))
		err = problem_set(problem, -EEXIST, "%s is there already", path);
	if (!err)
		err = bpffs_remove_tree(aside, problem);
	if (err)
		return err;
	err = make_aside(aside, max_flows, problem);
	if (!err)
		err = bpffs_rename(aside, path, problem);
	if (err)
		(void)bpffs_remove_tree(aside, NULL);
	return err;
}

int offload_host_lock(const char *bpffs, const char *verb, struct problem *problem)
{
	int err = bpffs_check(bpffs, problem);

	if (!err)
		err = capability_require(verb, problem);
	return err ? err : pin_lock_take(bpffs, LOCK_SECONDS, problem);
}

const char *offload_side_name(enum offload_side side)
{
	return side == OFFLOAD_INGRESS ? "ingress" : "egress";
}

struct tc_link offload_host_link(const struct offload_host *host, uint32_t ifindex,
				 enum offload_side side)
{
	return (struct tc_link){
		.directory = host->directory,
		.ifindex = ifindex,
		.side = side == OFFLOAD_INGRESS ? TC_LINK_INGRESS : TC_LINK_EGRESS,
		.priority = OFFLOAD_PRIORITY,
	};
}

int offload_host_clear_place(const struct offload_host *host, uint32_t ifindex,
			     enum offload_side side, struct problem *problem)
{
	struct tc_link link = offload_host_link(host, ifindex, side);
	char name[OFFLOAD_COUNTERS_NAME_SIZE], path[BPFFS_PATH_SIZE];
	int err;

	/* First: whoever is killed here leaves a place that is found by its link. */
	offload_host_counters_name(ifindex, side, name);
	bpffs_join(path, host->directory, name);
	err = bpffs_unpin(path, problem);
	return err ? err : tc_link_detach(&link, problem);
}

/* Whether this side has a pin of its own. */
static bool has_pins(const char *directory, uint32_t ifindex, enum offload_side side)
{
	static const char *const kinds[] = { "link", "program", "aside", "cpu" };
	char name[32], path[BPFFS_PATH_SIZE];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		snprintf(name, sizeof(name), "%s_%s_%u", offload_side_name(side), kinds[i],
			 ifindex);
		bpffs_join(path, directory, name);
		if (bpffs_exists(path))
			return true;
	}
	return false;
}

/* Adds the interfaces of which nothing but counters is pinned: somebody has removed the pin of the link. */
static int add_counted(const char *directory, uint32_t **ifindexes, size_t *count)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	int err = 0;

	if (!stream)
		return -errno;
	while (!err && (entry = readdir(stream))) {
		uint32_t ifindex, *more;
		bool is_known = false;

		if (sscanf(entry->d_name, "%*[a-z]_cpu_%" SCNu32, &ifindex) != 1)
			continue;
		for (size_t i = 0; i < *count; i++)
			is_known |= (*ifindexes)[i] == ifindex;
		more = is_known ? NULL : realloc(*ifindexes, (*count + 1) * sizeof(*more));
		if (more) {
			*ifindexes = more;
			more[(*count)++] = ifindex;
		} else if (!is_known) {
			err = -ENOMEM;
		}
	}
	(void)closedir(stream);
	return err;
}

/* Both sides of every interface that has pins, also of one that has nothing but the mark of its qdisc. */
static int find_sides(const struct offload_host *host, struct offload_place **ret_places,
		      size_t *ret_count, struct problem *problem)
{
	CLEANUP_FREE uint32_t *ifindexes = NULL;
	struct offload_place *places;
	size_t count;
	int err = tc_link_list(host->directory, &ifindexes, &count, problem);

	*ret_places = NULL;
	*ret_count = 0;
	if (!err && add_counted(host->directory, &ifindexes, &count))
		err = problem_set(problem, -ENOMEM, "cannot list %s", host->directory);
	if (err)
		return err;
	places = calloc(2 * count + 1, sizeof(*places));
	if (!places)
		return problem_errno(problem, -ENOMEM, "cannot list %s", host->directory);
	for (size_t i = 0; !err && i < 2 * count; i++) {
		enum offload_side side = i % 2 ? OFFLOAD_EGRESS : OFFLOAD_INGRESS;
		struct tc_link link = offload_host_link(host, ifindexes[i / 2], side);

		places[i] = (struct offload_place){ .ifindex = link.ifindex, .side = side };
		err = tc_link_query(&link, &places[i].state, problem);
	}
	if (err) {
		free(places);
		return err;
	}
	*ret_places = places;
	*ret_count = 2 * count;
	return 0;
}

int offload_host_places(const struct offload_host *host, struct offload_place **ret_places,
			size_t *ret_count, struct problem *problem)
{
	struct offload_place *places;
	size_t count, kept = 0;
	int err = find_sides(host, &places, &count, problem);

	for (size_t i = 0; i < count; i++) {
		if (places[i].state.kind != TC_LINK_NONE ||
		    has_pins(host->directory, places[i].ifindex, places[i].side))
			places[kept++] = places[i];
	}
	*ret_places = places;
	*ret_count = kept;
	return err;
}

/* An interface takes its tcx links along to another network namespace. */
static bool is_here(uint32_t ifindex)
{
	char name[INTERFACE_NAME_SIZE];

	return !interface_name_of(ifindex, name);
}

/* Counts the places of this directory where something is attached; clears the others. */
static int clear_dead_places(const struct offload_host *host, size_t *ret_attached,
			     struct problem *problem)
{
	CLEANUP_FREE struct offload_place *sides = NULL;
	size_t count;
	int err = find_sides(host, &sides, &count, problem);

	*ret_attached = 0;
	for (size_t i = 0; !err && i < count; i++) {
		if (sides[i].state.kind != TC_LINK_NONE && is_here(sides[i].ifindex))
			++*ret_attached;
		else
			err = offload_host_clear_place(host, sides[i].ifindex, sides[i].side,
						       problem);
	}
	return err;
}

static int tidy_here(const char *bpffs, struct problem *problem)
{
	struct offload_host host = OFFLOAD_HOST_CLOSED;
	char aside[BPFFS_PATH_SIZE];
	size_t attached = 0;
	int err = path_of(bpffs, ASIDE, aside, problem);

	if (!err)
		err = bpffs_remove_tree(aside, problem);
	if (!err)
		err = offload_host_path(bpffs, host.directory, problem);
	if (err || !bpffs_exists(host.directory))
		return err;
	err = clear_dead_places(&host, &attached, problem);
	if (err || attached)
		return err;
	/* What another version has made goes, too; what it has set nobody knows. */
	if (!offload_host_open_map(&host, OFFLOAD_SYSCTLS, NULL))
		err = offload_sysctls_restore(&host, problem);
	offload_host_close(&host);
	if (!err)
		err = nexthops_release_neighbours(problem);
	return err ? err : bpffs_remove_tree(host.directory, problem);
}

/* Nobody can tell from here what else uses another network namespace. What can be told is that the links of its
 * directory have no interface any more; of a clsact filter not even that, nor whether a sysctl waits to be
 * restored where the namespace is still there. */
static bool is_abandoned(const char *directory)
{
	struct offload_host host = OFFLOAD_HOST_CLOSED;
	CLEANUP_FREE struct offload_place *sides = NULL;
	struct offload_sysctls sysctls = { 0 };
	bool abandoned = true;
	size_t count;

	snprintf(host.directory, sizeof(host.directory), "%s", directory);
	if (find_sides(&host, &sides, &count, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		char name[32], path[BPFFS_PATH_SIZE];

		snprintf(name, sizeof(name), "clsact_%u", sides[i].ifindex);
		bpffs_join(path, directory, name);
		abandoned &= sides[i].state.kind == TC_LINK_NONE && !bpffs_exists(path);
		snprintf(name, sizeof(name), "%s_program_%u", offload_side_name(sides[i].side),
			 sides[i].ifindex);
		bpffs_join(path, directory, name);
		abandoned &= !bpffs_exists(path);
	}
	if (offload_host_open_map(&host, OFFLOAD_SYSCTLS, NULL) ||
	    offload_host_read_sysctls(&host, &sysctls, NULL))
		abandoned = false;
	for (int i = 0; i < OFFLOAD_SYSCTL_COUNT; i++)
		abandoned &= !sysctls.sysctl[i].is_set;
	offload_host_close(&host);
	return abandoned;
}

/* The inode that a directory's name tells, 0: it is none of ours; ret_aside: it was never finished. */
static uint64_t inode_of(const char *name, bool *ret_aside)
{
	const size_t begin = strlen(OFFLOAD_TOOL "_"), aside = strlen(ASIDE);
	size_t length = strlen(name);
	char digits[32];
	uint64_t inode;

	*ret_aside = length > aside && !strcmp(name + length - aside, ASIDE);
	if (strncmp(name, OFFLOAD_TOOL "_", begin) != 0)
		return 0;
	length -= begin + (*ret_aside ? aside : 0);
	snprintf(digits, sizeof(digits), "%.*s", (int)length, name + begin);
	return parse_number(digits, 1, UINT64_MAX, &inode) ? 0 : inode;
}

static int tidy_others(const char *bpffs, struct problem *problem)
{
	char base[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	struct network_namespace here;
	struct dirent *entry;
	DIR *stream;
	int err = network_namespace_current(&here);

	if (err)
		return problem_errno(problem, err, "cannot tell the network namespace");
	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	stream = opendir(base);
	if (!stream)
		return problem_errno(problem, -errno, "cannot open %s", base);
	while (!err && (entry = readdir(stream))) {
		bool aside;
		uint64_t inode = inode_of(entry->d_name, &aside);

		bpffs_join(path, base, entry->d_name);
		if (inode && inode != here.inode && (aside || is_abandoned(path)))
			err = bpffs_remove_tree(path, problem);
	}
	closedir(stream);
	return err;
}

int offload_host_tidy(const char *bpffs, struct problem *problem)
{
	int err = tidy_here(bpffs, problem);

	return err ? err : tidy_others(bpffs, problem);
}
