// SPDX-License-Identifier: GPL-2.0-only
#include "root_status.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "chain_health.h"
#include "counters.h"
#include "load_time.h"
#include "reason_names.h"

static const struct report_column slot_columns[] = {
	{ "slot", "SLOT", 4 },
	{ "prog_loaded", NULL, 0 },
	{ "id", "ID", 6 },
	{ "name", "NAME", -24 },
	{ "load_time", "LOAD TIME", -31 },
	{ "seen", "SEEN", 16 },
	{ "statistics.XDP_ABORTED", "XDP_ABORTED", 16 },
	{ "statistics.XDP_DROP", "XDP_DROP", 16 },
	{ "statistics.XDP_PASS", "XDP_PASS", 16 },
	{ "statistics.XDP_TX", "XDP_TX", 16 },
	{ "statistics.XDP_REDIRECT", "XDP_REDIRECT", 16 },
	{ "statistics.XDP_INVALID_ACTION", "XDP_INVALID_ACTION", 16 },
	{ "object", NULL, 0 },
	{ "kit", NULL, 0 },
};

/* It decides nothing, so its line ends where those of the slots have their counters. */
static const struct report_column exit_hook_columns[] = {
	{ NULL, "SLOT", 4 },
	{ "prog_loaded", NULL, 0 },
	{ "id", "ID", 6 },
	{ "name", "NAME", -24 },
	{ "load_time", "LOAD TIME", -31 },
	{ "seen", "SEEN", 16 },
	{ "object", NULL, 0 },
	{ "kit", NULL, 0 },
};

static const struct report_column reason_columns[] = {
	{ "slot", "SLOT", 4 },       { "reason", "REASON", 6 },    { "name", "NAME", -20 },
	{ "action", "ACTION", -18 }, { "packets", "PACKETS", 16 },
};

#define COLUMNS(array) (array), sizeof(array) / sizeof(*(array))

static void put_actions(struct report *report, const struct counters *counters, unsigned int row)
{
	for (unsigned int action = 0; action < ECBPF_ACTION_COUNT; action++)
		report_cell_number(report, counters_action(counters, row, action));
}

/* The cells from "prog_loaded" to "seen". */
static void put_program(struct report *report, const struct slot *slot, unsigned int i,
			const struct counters *counters)
{
	const struct ecbpf_program_record *record = slot->recorded ? &slot->record : NULL;
	char time[LOAD_TIME_SIZE];

	report_cell_bool(report, slot->program_id != 0);
	if (slot->program_id)
		report_cell_number(report, slot->program_id);
	else
		report_cell_none(report);
	report_cell_string(report, slot->program_id && *slot->name ? slot->name : NULL);
	report_cell_string(report, slot->program_id && record ?
					   load_time_text(record->loaded_at, time) :
					   NULL);
	if (slot->program_id && record)
		report_cell_number(report, counters_seen(counters, i, record->seen_before));
	else
		report_cell_none(report);
}

/* The cells after the counters, and the row's end. */
static void put_origin(struct report *report, const struct slot *slot)
{
	report_cell_string(report, slot->recorded ? slot->record.object : NULL);
	if (slot->recorded)
		report_cell_bool(report, slot->record.kit);
	else
		report_cell_none(report);
	report_row_end(report);
}

static void put_slot(struct report *report, const struct slot *slot, unsigned int i,
		     const struct counters *counters)
{
	report_row_begin(report);
	report_cell_number(report, i);
	put_program(report, slot, i, counters);
	put_actions(report, counters, i);
	put_origin(report, slot);
}

static void put_exit_hook(struct report *report, const struct slot *hook,
			  const struct counters *counters)
{
	if (!hook->program_id && !hook->pinned_id) {
		report_null(report, "exit_hook");
		return;
	}
	report_lone_row_begin(report, "exit_hook", COLUMNS(exit_hook_columns));
	report_cell_string(report, "exit");
	put_program(report, hook, ECBPF_EXIT_HOOK, counters);
	put_origin(report, hook);
}

static void put_root(struct report *report, const struct chain_health *health,
		     const struct counters *counters)
{
	char time[LOAD_TIME_SIZE];

	report_lone_row_begin(report, "root", COLUMNS(slot_columns));
	report_cell_string(report, "root");
	report_cell_bool(report, health->attachment.ours);
	if (health->root_id)
		report_cell_number(report, health->root_id);
	else
		report_cell_none(report);
	report_cell_string(report, "xdp_root");
	report_cell_string(report, load_time_text(health->attachment.identity.attached_at, time));
	report_cell_number(report, counters_seen(counters, 0, 0));
	put_actions(report, counters, ECBPF_ROOT_ROW);
	report_cell_none(report);
	report_cell_bool(report, true);
	report_row_end(report);
}

static void put_totals(struct report *report, const struct counters *counters)
{
	report_object_begin(report, "statistics");
	for (unsigned int action = 0; action < ECBPF_ACTION_COUNT; action++) {
		uint64_t sum = 0;

		for (unsigned int row = 0; row < ECBPF_ROW_COUNT; row++)
			sum += counters_action(counters, row, action);
		report_number(report, counters_action_names[action], NULL, sum);
	}
	report_object_end(report);
}

static void put_reason(struct report *report, const struct counters *counters, unsigned int row,
		       unsigned int reason, const char *name)
{
	for (unsigned int action = 0; action < ECBPF_ACTION_COUNT; action++) {
		uint64_t packets = counters_cell(counters, row, reason, action);

		if (!packets)
			continue;
		report_row_begin(report);
		if (row == ECBPF_ROOT_ROW)
			report_cell_string(report, "root");
		else
			report_cell_number(report, row);
		report_cell_number(report, reason);
		report_cell_string(report, name);
		report_cell_string(report, counters_action_names[action]);
		report_cell_number(report, packets);
		report_row_end(report);
	}
}

/* What the program in a row calls it; NULL: nobody knows. */
static const char *name_of(const struct reason_names *own, unsigned int reason)
{
	return own->name[reason][0] ? own->name[reason] : reason_name_general(reason);
}

static void put_reasons(struct report *report, const struct chain *chain,
			const struct counters *counters)
{
	report_table_begin(report, "reasons", COLUMNS(reason_columns));
	for (unsigned int row = 0; row < ECBPF_ROW_COUNT; row++) {
		struct reason_names own = { 0 };

		if (row < ECBPF_SLOT_COUNT)
			(void)reason_names_read(chain, row, &own, NULL);
		for (unsigned int reason = 0; reason < ECBPF_REASON_LIMIT; reason++)
			put_reason(report, counters, row, reason, name_of(&own, reason));
	}
	report_table_end(report);
}

static void put_findings(struct report *report, const struct chain_health *health)
{
	report_array_begin(report, "disagreements");
	for (size_t i = 0; i < health->disagreement_count; i++)
		report_string(report, NULL, "DISAGREES", health->disagreements[i]);
	report_array_end(report);
	report_array_begin(report, "notes");
	for (size_t i = 0; i < health->note_count; i++)
		report_string(report, NULL, "note", health->notes[i]);
	report_array_end(report);
}

static const char *mode_name(__u32 mode)
{
	return mode == ECBPF_MODE_NATIVE ? "native" : mode == ECBPF_MODE_GENERIC ? "generic" : NULL;
}

static void put_attachment(struct report *report, const struct chain_health *health)
{
	const struct attachment *attachment = &health->attachment;
	const char *name = health->chain.interface;
	bool root_loaded = attachment->ours && !health->is_nop;
	__u32 mode = attachment->ours ? attachment->running_mode : attachment->identity.mode;

	report_bool(report, "attached", NULL, attachment->ours);
	report_bool(report, "root_loaded", NULL, root_loaded);
	report_bool(report, "nop", NULL, attachment->ours && health->is_nop);
	report_number(report, "ifindex", NULL, attachment->ifindex);
	report_number(report, "xdp_program_id", NULL, attachment->running_id);
	report_string(report, "mode", NULL, mode_name(mode));
	report_bool(report, "frags", NULL, attachment->identity.frags);
	report_string(report, "pins", NULL, health->has_pins ? health->chain.pins : NULL);
	if (root_loaded)
		report_line(report, "Interface %s status: %s mode, frags %s", name,
			    mode_name(mode) ? mode_name(mode) : "unknown",
			    attachment->identity.frags ? "on" : "off");
	else if (attachment->ours && health->is_nop)
		report_line(report,
			    "Interface %s status: NOP root attached, %s mode; every packet passes.",
			    name, mode_name(mode) ? mode_name(mode) : "unknown");
	else
		report_line(report, "Interface %s status:", name);
	if (!attachment->ours)
		report_line(report, "Root array not attached to interface %s.", name);
}

static int put_interface(struct report *report, const char *bpffs, const char *name, bool reasons,
			 unsigned int *sick, struct problem *problem)
{
	struct counters counters = { 0 };
	struct chain_health health;
	int err;

	err = chain_health_settled(&health, bpffs, name, problem);
	if (!err && !health.attachment.ifindex && !health.has_pins)
		err = problem_set(problem, -ENODEV,
				  "%s: no such interface in this network namespace", name);
	if (!err && chain_has_maps(&health.chain))
		err = counters_read(&health.chain, &counters, problem);
	if (!err) {
		report_object_begin(report, name);
		put_attachment(report, &health);
		if (counters.total) {
			report_table_begin(report, "subprograms", COLUMNS(slot_columns));
			for (unsigned int i = 0; i < ECBPF_SLOT_COUNT; i++)
				put_slot(report, &health.slots[i], i, &counters);
			report_table_end(report);
			put_root(report, &health, &counters);
			put_exit_hook(report, &health.slots[ECBPF_EXIT_HOOK], &counters);
			put_totals(report, &counters);
			if (reasons)
				put_reasons(report, &health.chain, &counters);
		}
		put_findings(report, &health);
		report_line(report, "%s", "");
		report_object_end(report);
		*sick += health.disagreement_count != 0;
	}
	counters_free(&counters);
	chain_health_close(&health);
	return err;
}

/* Every interface of this namespace but loopback, and every one with pins. */
static int list_all(struct interface_list *list, const char *bpffs, struct problem *problem)
{
	struct if_nameindex *all = if_nameindex();
	int err = 0;

	if (!all)
		return problem_errno(problem, -errno, "cannot list the interfaces");
	for (size_t i = 0; !err && all[i].if_index; i++) {
		if (strcmp(all[i].if_name, "lo"))
			err = interface_list_add(list, all[i].if_name, problem);
	}
	if_freenameindex(all);
	return err ? err : chain_list(bpffs, list, problem);
}

/* The interfaces' own names, each once. */
static int list_real_names(struct interface_list *list, const struct interface_list *names,
			   struct problem *problem)
{
	char name[INTERFACE_NAME_SIZE];
	int err = 0;

	for (size_t i = 0; !err && i < names->count; i++) {
		interface_real_name(names->names[i], name);
		err = interface_list_add(list, name, problem);
	}
	return err;
}

int root_status(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		bool reasons, unsigned int *ret_sick, struct problem *problem)
{
	struct interface_list list = { 0 };
	int err, first_err = 0;

	*ret_sick = 0;
	err = interfaces->count ? list_real_names(&list, interfaces, problem) :
				  list_all(&list, bpffs, problem);
	report_object_begin(report, "interfaces");
	for (size_t i = 0; !err && i < list.count; i++) {
		struct problem one = { 0 };

		/* One interface that cannot be read must not hide the others. */
		if (put_interface(report, bpffs, list.names[i], reasons, ret_sick, &one) &&
		    !first_err)
			first_err = problem_set(problem, -EIO, "%s", one.text);
	}
	report_object_end(report);
	interface_list_free(&list);
	return err ? err : first_err;
}
