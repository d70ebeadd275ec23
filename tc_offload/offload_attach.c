// SPDX-License-Identifier: GPL-2.0-only
#include "offload_attach.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "offload_flows.h"
#include "offload_host_internal.h"
#include "offload_interfaces.h"
#include "offload_program.h"
#include "offload_sysctls.h"
#include "pin_lock.h"
#include "static_flows.h"

/* A place on the command line. */
struct target {
	struct offload_interface interface;
	enum offload_side side;
	bool was_there; /* attached before */
	bool is_done;
};

/* What one attach is about. */
struct work {
	const char *bpffs;
	const struct offload_attach_wish *wish;
	struct target *targets;
	size_t count;
	struct offload_host host;
	bool knows_ipv6_flag;
};

static bool is_at(enum offload_at_choice at, enum offload_side side)
{
	return at == OFFLOAD_AT_BOTH || (at == OFFLOAD_AT_EGRESS) == (side == OFFLOAD_EGRESS);
}

static const char *kind_name(enum tc_link_kind kind)
{
	return kind == TC_LINK_TCX ? "tcx" : "clsact";
}

/* Everything that is known to fail fails here. */
static int find_targets(struct work *work, struct problem *problem)
{
	struct interface_list list;
	int err = offload_interfaces_expand(work->wish->interfaces, &list, problem);

	if (err)
		return err;
	work->targets = calloc(2 * list.count + 1, sizeof(*work->targets));
	if (!work->targets)
		err = problem_errno(problem, -ENOMEM, "cannot attach");
	for (size_t i = 0; work->targets && !err && i < 2 * list.count; i++) {
		struct target *target = &work->targets[work->count];

		target->side = i % 2 ? OFFLOAD_EGRESS : OFFLOAD_INGRESS;
		if (!is_at(work->wish->at, target->side))
			continue;
		err = offload_interface_find(list.names[i / 2], &target->interface, problem);
		work->count++;
	}
	interface_list_free(&list);
	return err;
}

static int add_flows(struct work *work, struct problem *problem)
{
	struct offload_flows flows;
	int err;

	if (!work->wish->flows || !work->wish->flows->count)
		return 0;
	err = offload_flows_open(&flows, &work->host, problem);
	return err ? err : static_flows_add(&flows.flows, work->wish->flows, false, NULL, problem);
}

static int open_host(struct work *work, struct problem *problem)
{
	uint32_t max_flows = work->wish->max_flows ? work->wish->max_flows : OFFLOAD_FLOWS_DEFAULT;
	char path[BPFFS_PATH_SIZE];
	bool is_first;
	int err = offload_host_path(work->bpffs, path, problem);

	if (err)
		return err;
	is_first = !bpffs_exists(path);
	if (is_first)
		err = offload_host_create(work->bpffs, max_flows, problem);
	if (!err)
		err = offload_host_open(&work->host, work->bpffs, problem);
	if (!err && is_first)
		return add_flows(work, problem);
	if (!err)
		err = flow_tables_settle(&work->host.flows, problem);
	return err ? err : offload_program_pin_edit(work->host.directory, problem);
}

static int attach_program(const struct work *work, struct target *target,
			  const struct offload_at *at, struct problem *problem)
{
	struct tc_link link = offload_host_link(&work->host, at->ifindex, target->side);
	struct tc_link_state before;
	struct offload_program program;
	int err = tc_link_query(&link, &before, problem);

	if (err)
		return err;
	target->was_there = before.kind != TC_LINK_NONE;
	err = offload_program_load(&program, work->host.directory, at, problem);
	if (!err)
		err = tc_link_attach(&link, offload_program_fd(&program), problem);
	target->is_done = !err;
	if (!err)
		err = offload_program_pin_counters(&program, work->host.directory, at, problem);
	offload_program_close(&program);
	return err;
}

static int attach_target(const struct work *work, struct target *target, struct problem *problem)
{
	const struct offload_at at = {
		.ifindex = target->interface.ifindex,
		.side = target->side,
		.link_header = target->interface.has_ethernet ? ETH_HLEN : 0,
		.is_loopback = target->interface.is_loopback,
		.has_ipv6_flag = work->knows_ipv6_flag,
	};
	int err = attach_program(work, target, &at, problem);

	return err ? problem_prefix(problem, err, "%s (%s)", target->interface.name,
				    offload_side_name(target->side)) :
		     0;
}

static int attach_all(struct work *work, struct problem *problem)
{
	struct offload_sysctls before;
	int err = offload_program_probe_flag(OFFLOAD_FLAG_IPV6, &work->knows_ipv6_flag, problem);

	if (!err)
		err = offload_host_read_sysctls(&work->host, &before, problem);
	if (err)
		return err;
	/* In front of the first packet that needs them. */
	if (work->wish->set_sysctls)
		err = offload_sysctls_set(&work->host, problem);
	for (size_t i = 0; !err && i < work->count; i++)
		err = attach_target(work, &work->targets[i], problem);
	if (err)
		(void)offload_sysctls_undo(&work->host, &before, NULL);
	return err;
}

static void undo(const struct work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		const struct target *target = &work->targets[i];

		if (target->is_done && !target->was_there)
			(void)offload_host_clear_place(&work->host, target->interface.ifindex,
						       target->side, NULL);
	}
	(void)offload_host_tidy(work->bpffs, NULL);
}

/* The tables are as large as the first --attach has made them. */
static void tell_size(const struct work *work, FILE *stream)
{
	uint32_t capacity, wanted = work->wish->max_flows;

	if (!wanted || flow_tables_capacity(&work->host.flows, FLOW_TABLE_STATIC, &capacity, NULL))
		return;
	if (wanted != capacity)
		fprintf(stream,
			"tc_offload: the tables have room for %u flows already, not %u: max_flows in "
			"the configuration file and --reload change that\n",
			capacity, wanted);
}

static void tell_attached(const struct work *work, FILE *stream)
{
	tell_size(work, stream);
	for (size_t i = 0; i < work->count; i++) {
		const struct target *target = &work->targets[i];
		struct tc_link link =
			offload_host_link(&work->host, target->interface.ifindex, target->side);
		struct tc_link_state now;

		if (tc_link_query(&link, &now, NULL))
			continue;
		fprintf(stream, "tc_offload: %s %s (%s, %s)%s\n",
			target->was_there ? "upgraded on" : "attached to", target->interface.name,
			offload_side_name(target->side), kind_name(now.kind),
			target->was_there ? "; flows and counters stay" : "");
	}
}

int offload_attach(FILE *stream, const char *bpffs, const struct offload_attach_wish *wish,
		   struct problem *problem)
{
	struct work work = { .bpffs = bpffs, .wish = wish, .host = OFFLOAD_HOST_CLOSED };
	int err, lock = offload_host_lock(bpffs, "attach", problem);

	if (lock < 0)
		return lock;
	err = find_targets(&work, problem);
	if (!err)
		err = offload_host_tidy(bpffs, problem);
	if (!err) {
		err = open_host(&work, problem);
		if (!err)
			err = attach_all(&work, problem);
		if (err)
			undo(&work);
		else
			tell_attached(&work, stream);
	}
	offload_host_close(&work.host);
	free(work.targets);
	pin_lock_release(bpffs, lock);
	return err;
}

/* Which of the places a detach is about. */
struct chosen {
	struct offload_place *places;
	bool *is_meant; /* of each */
	size_t count;
};

/* `name` NULL: all. -ENOENT: nothing of ours is there. */
static int choose(const struct chosen *chosen, const char *name, enum offload_at_choice at,
		  struct problem *problem)
{
	uint32_t ifindex = 0;
	bool found = false;

	if (name && interface_index(name, &ifindex))
		return problem_set(problem, -ENOENT,
				   "%s: there is no such interface in this network namespace",
				   name);
	for (size_t i = 0; i < chosen->count; i++) {
		if ((name && chosen->places[i].ifindex != ifindex) ||
		    !is_at(at, chosen->places[i].side))
			continue;
		chosen->is_meant[i] = true;
		found = true;
	}
	if (found)
		return 0;
	return problem_set(
		problem, -ENOENT,
		"tc_offload is not attached to %s%s; tc_offload --status shows where it is",
		name ? name : "any interface of this network namespace",
		at == OFFLOAD_AT_BOTH    ? "" :
		at == OFFLOAD_AT_INGRESS ? " (ingress)" :
					   " (egress)");
}

static int choose_all(const struct chosen *chosen, const struct interface_list *interfaces,
		      enum offload_at_choice at, struct problem *problem)
{
	int err = 0;

	for (size_t i = 0; !err && i < interfaces->count; i++) {
		const char *name = interfaces->names[i];

		err = choose(chosen, strcmp(name, OFFLOAD_ALL_INTERFACES) != 0 ? name : NULL, at,
			     problem);
	}
	return err;
}

static int clear_place(const struct offload_host *host, const struct offload_place *place,
		       FILE *stream, struct problem *problem)
{
	char name[INTERFACE_NAME_SIZE];
	int err = offload_host_clear_place(host, place->ifindex, place->side, problem);

	if (interface_name_of(place->ifindex, name))
		snprintf(name, sizeof(name), "if%u", place->ifindex);
	if (err)
		return problem_prefix(problem, err, "%s (%s)", name,
				      offload_side_name(place->side));
	fprintf(stream, "tc_offload: detached from %s (%s)\n", name,
		offload_side_name(place->side));
	return 0;
}

/* One that fails does not keep the others; the first problem is handed back. */
static int clear_chosen(const struct offload_host *host, const struct chosen *chosen, FILE *stream,
			struct problem *problem)
{
	int err = 0;

	for (size_t i = 0; i < chosen->count; i++) {
		int failed = chosen->is_meant[i] ? clear_place(host, &chosen->places[i], stream,
							       err ? NULL : problem) :
						   0;

		err = err ? err : failed;
	}
	return err;
}

/* Also of a directory that another version has made. */
static int detach(FILE *stream, const char *bpffs, const struct interface_list *interfaces,
		  enum offload_at_choice at, struct problem *problem)
{
	CLEANUP_FREE struct offload_place *places = NULL;
	CLEANUP_FREE bool *is_meant = NULL;
	struct offload_host host = OFFLOAD_HOST_CLOSED;
	struct chosen chosen = { 0 };
	int err = offload_host_path(bpffs, host.directory, problem);

	if (!err && bpffs_exists(host.directory))
		err = offload_host_places(&host, &places, &chosen.count, problem);
	if (err)
		return err;
	is_meant = calloc(chosen.count + 1, sizeof(*is_meant));
	if (!is_meant)
		return problem_errno(problem, -ENOMEM, "cannot detach");
	chosen.places = places;
	chosen.is_meant = is_meant;
	err = choose_all(&chosen, interfaces, at, problem);
	return err ? err : clear_chosen(&host, &chosen, stream, problem);
}

int offload_detach(FILE *stream, const char *bpffs, const struct interface_list *interfaces,
		   enum offload_at_choice at, struct problem *problem)
{
	int err, tidy_err, lock = offload_host_lock(bpffs, "detach", problem);

	if (lock < 0)
		return lock;
	err = detach(stream, bpffs, interfaces, at, problem);
	/* Also where nothing is attached any more: of interfaces that have gone pins are left. */
	tidy_err = offload_host_tidy(bpffs, err ? NULL : problem);
	pin_lock_release(bpffs, lock);
	return err ? err : tidy_err;
}
