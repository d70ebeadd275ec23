// SPDX-License-Identifier: GPL-2.0-only
#include "filter_status.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#include "attachment.h"
#include "counters.h"
#include "filter_maps.h"
#include "filter_slot.h"
#include "load_time.h"
#include "log.h"
#include "pin_lock.h"

/* A loader that hangs must not keep the status from being read for long. */
#define LOCK_SECONDS 3

/* Everything about one interface's filter. */
struct filter_state {
	struct chain chain;
	struct filter_slot place;
	struct filter_maps maps;
	struct filter_config config;
	struct drop_list list;
	struct counters counters;
	const char *disagreement; /* why no packet reaches the filter; NULL: they do */
};

static const struct {
	unsigned int reason;
	const char *name;
} counted[] = {
	{ FILTER_REASON_SOURCE_IPV4, "source_ipv4" },
	{ FILTER_REASON_SOURCE_IPV6, "source_ipv6" },
	{ FILTER_REASON_FRAGMENT_IPV4, "fragment_ipv4" },
	{ FILTER_REASON_FRAGMENT_IPV6, "fragment_ipv6" },
	{ ECBPF_REASON_LONG_CHAIN, "long_chain" },
	{ ECBPF_REASON_SHORT_ETHERNET, "short_ethernet" },
	{ ECBPF_REASON_MANY_TAGS, "many_tags" },
	{ ECBPF_REASON_SHORT_IPV4, "short_ipv4" },
	{ ECBPF_REASON_BAD_IPV4, "bad_ipv4" },
	{ ECBPF_REASON_SHORT_IPV6, "short_ipv6" },
	{ ECBPF_REASON_BAD_IPV6, "bad_ipv6" },
	{ ECBPF_REASON_SHORT_EXTENSION, "short_extension" },
};

static const struct report_column drop_columns[] = {
	{ "address", NULL, 0 }, { "prefix_length", NULL, 0 },      { NULL, "PREFIX", -24 },
	{ "tag", "TAG", -24 },  { "load_time", "LOAD TIME", -31 },
};

static void put_place(struct report *report, const struct filter_state *state)
{
	const struct slot *slot = &state->place.slot;
	char time[LOAD_TIME_SIZE];

	report_line(report, "=== xdp_filter on %s ===", state->chain.interface);
	report_number(report, "slot", "slot", state->place.number);
	report_number(report, "program_id", "program id",
		      slot->program_id ? slot->program_id : slot->pinned_id);
	report_string(report, "load_time", "load time",
		      load_time_text(slot->record.loaded_at, time));
	report_number(report, "seen", "packets since then",
		      counters_seen(&state->counters, state->place.number,
				    slot->record.seen_before));
	report_array_begin(report, "disagreements");
	if (state->disagreement)
		report_string(report, NULL, "DISAGREES", state->disagreement);
	report_array_end(report);
}

static void put_config(struct report *report, const struct filter_state *state)
{
	report_object_begin(report, "configuration");
	report_line(report, "Configuration:");
	report_bool(report, "frags_drop", "  frags_drop", state->config.frags_drop);
	report_object_end(report);
}

static void put_counters(struct report *report, const struct filter_state *state)
{
	const struct counters *counters = &state->counters;
	unsigned int row = state->place.number;
	char label[32];

	report_object_begin(report, "stats");
	report_line(report, "Packets:");
	report_number(report, "dropped", "  dropped", counters_action(counters, row, XDP_DROP));
	for (size_t i = 0; i < sizeof(counted) / sizeof(*counted); i++) {
		snprintf(label, sizeof(label), "    %s", counted[i].name);
		report_number(report, counted[i].name, label,
			      counters_cell(counters, row, counted[i].reason, XDP_DROP));
	}
	report_number(report, "aborted", "  aborted", counters_action(counters, row, XDP_ABORTED));
	report_object_end(report);
}

static void put_drop(struct report *report, const struct drop_entry *entry)
{
	char address[ADDRESS_PREFIX_TEXT_SIZE], prefix[ADDRESS_PREFIX_TEXT_SIZE], time[64];

	address_prefix_text(&entry->prefix, prefix, sizeof(prefix));
	snprintf(address, sizeof(address), "%.*s", (int)strcspn(prefix, "/"), prefix);
	report_row_begin(report);
	report_cell_string(report, address);
	report_cell_number(report, entry->prefix.length);
	report_cell_string(report, prefix);
	report_cell_string(report, *entry->tag ? entry->tag : NULL);
	report_cell_string(report, load_time_text(entry->load_time, time));
	report_row_end(report);
}

static void put_list(struct report *report, const struct filter_state *state)
{
	report_line(report, "Dropped sources: %zu", state->list.count);
	if (!state->list.count) { /* no table's head over nothing */
		report_array_begin(report, "source_drops");
		report_array_end(report);
		return;
	}
	report_table_begin(report, "source_drops", drop_columns,
			   sizeof(drop_columns) / sizeof(*drop_columns));
	for (size_t i = 0; i < state->list.count; i++)
		put_drop(report, &state->list.entries[i]);
	report_table_end(report);
}

static int read_disagreement(struct filter_state *state, struct problem *problem)
{
	struct attachment attachment;
	int err = attachment_read(&state->chain, &attachment, problem);

	if (err)
		return err;
	if (!attachment.ours)
		state->disagreement = "the root is not attached, so no packet gets here; "
				      "run: xdp_root_loader --attach";
	else if (!state->place.slot.program_id)
		state->disagreement = "its slot was emptied by someone else; "
				      "run: xdp_root_loader --attach";
	return 0;
}

static int read_state(struct filter_state *state, unsigned int slot, struct problem *problem)
{
	const char *interface = state->chain.interface;
	uint32_t ifindex;
	int err;

	err = chain_open(&state->chain, problem);
	if (err && err != -ENOENT)
		return err;
	if (err && interface_index(interface, &ifindex) < 0)
		return problem_set(problem, -ENODEV,
				   "%s: no such interface in this network namespace", interface);
	if (err || !chain_has_maps(&state->chain))
		return problem_set(problem, -ENOENT,
				   "%s: no root array, or one without its pins; run: "
				   "xdp_root_loader --attach --interface %s",
				   interface, interface);
	err = filter_slot_find(&state->chain, slot, &state->place, problem);
	if (!err)
		err = filter_maps_open(&state->maps, &state->chain, state->place.number, problem);
	if (!err)
		err = filter_maps_read_config(&state->maps, &state->config, problem);
	if (!err)
		err = filter_maps_read_list(&state->maps, &state->list, problem);
	if (!err)
		err = counters_read(&state->chain, &state->counters, problem);
	return err ? err : read_disagreement(state, problem);
}

/* Under the lock, as a replacement takes pins away for a moment, and an entry that is removed hides
 * others from whoever is reading the list. */
/* The lock's fd; -ETIMEDOUT, with a warning, when it is read without: lists may then look shorter than
 * they are while someone removes from them. */
static int take_lock(const char *bpffs, struct problem *problem)
{
	int lock = pin_lock_take(bpffs, LOCK_SECONDS, problem);

	if (lock == -ETIMEDOUT)
		log_warning("a loader has been changing the pins for more than %d s: the status "
			    "is read beside it",
			    LOCK_SECONDS);
	return lock;
}

static int read_locked(struct filter_state *state, const char *bpffs, unsigned int slot,
		       struct problem *problem)
{
	int err, lock = take_lock(bpffs, problem);

	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	err = read_state(state, slot, problem);
	if (lock >= 0)
		pin_lock_release(bpffs, lock);
	return err;
}

static void free_state(struct filter_state *state)
{
	counters_free(&state->counters);
	drop_list_free(&state->list);
	filter_maps_close(&state->maps);
	chain_close(&state->chain);
}

static int put_interface(struct report *report, const char *bpffs, const char *interface,
			 unsigned int slot, unsigned int *sick, struct problem *problem)
{
	struct filter_state state = { .maps = FILTER_MAPS_CLOSED };
	int err;

	chain_init(&state.chain, bpffs, interface);
	/* Not while printing: a reader may take its time. */
	err = read_locked(&state, bpffs, slot, problem);
	if (!err) {
		report_object_begin(report, interface);
		put_place(report, &state);
		put_config(report, &state);
		put_counters(report, &state);
		put_list(report, &state);
		report_line(report, "%s", "");
		report_object_end(report);
		*sick += state.disagreement != NULL;
	}
	free_state(&state);
	return err;
}

/* True if there is a filter on the interface, or something that keeps us from knowing. */
static bool has_filter(const char *bpffs, const char *interface, unsigned int slot)
{
	struct filter_slot place;
	struct chain chain;
	int err;

	chain_init(&chain, bpffs, interface);
	err = chain_open(&chain, NULL);
	if (!err && !chain_has_maps(&chain))
		err = -ENOENT;
	if (!err)
		err = filter_slot_find(&chain, slot, &place, NULL);
	chain_close(&chain);
	return err != -ENOENT && err != -EBUSY;
}

static int list_all(struct interface_list *list, const char *bpffs, unsigned int slot,
		    struct problem *problem)
{
	int err, lock = take_lock(bpffs, problem);
	struct interface_list pinned = { 0 };

	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	err = chain_list(bpffs, &pinned, problem);
	for (size_t i = 0; !err && i < pinned.count; i++) {
		if (has_filter(bpffs, pinned.names[i], slot))
			err = interface_list_add(list, pinned.names[i], problem);
	}
	if (lock >= 0)
		pin_lock_release(bpffs, lock);
	interface_list_free(&pinned);
	return err;
}

int filter_status(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		  unsigned int slot, unsigned int *ret_sick, struct problem *problem)
{
	struct interface_list all = { 0 };
	int err = 0, first_err = 0;

	*ret_sick = 0;
	if (!interfaces->count) {
		err = list_all(&all, bpffs, slot, problem);
		interfaces = &all;
	}
	report_object_begin(report, "interfaces");
	if (!err && !interfaces->count)
		report_line(report, "xdp_filter is not loaded on any interface.");
	for (size_t i = 0; !err && i < interfaces->count; i++) {
		char name[INTERFACE_NAME_SIZE];
		struct problem one = { 0 };

		interface_real_name(interfaces->names[i], name);
		/* One interface that cannot be read must not hide the others. */
		if (put_interface(report, bpffs, name, slot, ret_sick, &one) && !first_err)
			first_err = problem_set(problem, -EIO, "%s", one.text);
	}
	report_object_end(report);
	interface_list_free(&all);
	return err ? err : first_err;
}
