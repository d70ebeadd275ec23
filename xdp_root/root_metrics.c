// SPDX-License-Identifier: GPL-2.0-only
#include "root_metrics.h"

#include <stdio.h>
#include <string.h>

#include "counters.h"
#include "reason_names.h"
#include "root_list.h"

static const struct metric_family packets = {
	.name = "ecbpf_chain_packets",
	.kind = METRIC_COUNTER,
	.help = "Packets by the program that decided them, what it decided and why",
};
static const struct metric_family seen = {
	.name = "ecbpf_chain_seen_packets",
	.kind = METRIC_COUNTER,
	.help = "Packets that reached a slot since its program came",
};
static const struct metric_family loaded = {
	.name = "ecbpf_chain_program_loaded_timestamp_seconds",
	.kind = METRIC_GAUGE,
	.unit = "seconds",
	.help = "When the program of a slot, or the root, was loaded, in seconds since 1970",
};
static const struct metric_family attached = {
	.name = "ecbpf_chain_attached",
	.kind = METRIC_GAUGE,
	.help = "1: the root, or the NOP root, runs on the interface",
};
static const struct metric_family disagreements = {
	.name = "ecbpf_chain_disagreements",
	.kind = METRIC_GAUGE,
	.help = "Where pins, attachment and intent disagree, as xdp_root_loader --status tells; 0: healthy",
};
static const struct metric_family chain_info = {
	.name = "ecbpf_chain",
	.kind = METRIC_INFO,
	.help = "How the root is attached",
};

static const char *const verdicts[ECBPF_ACTION_COUNT] = { "aborted", "drop",     "pass",
							  "tx",      "redirect", "invalid" };

/* The slot's label: "3", "root", "exit". */
#define SLOT_SIZE 8

static const char *slot_label(unsigned int row, const char *other, char text[SLOT_SIZE])
{
	if (row >= ECBPF_SLOT_COUNT)
		return other;
	snprintf(text, SLOT_SIZE, "%u", row);
	return text;
}

/* What the program in a row calls it; "": nobody knows. */
static const char *name_of(const struct reason_names *own, unsigned int reason)
{
	const char *general = reason_name_general(reason);

	return own->name[reason][0] ? own->name[reason] : general ? general : "";
}

/* The label: its name, or the number where it has none, or one that another reason has already. */
static const char *reason_label(const struct reason_names *own, unsigned int reason,
				char text[REASON_NAME_SIZE])
{
	const char *name = name_of(own, reason);
	bool is_free = *name;

	for (unsigned int i = 0; i < reason; i++)
		is_free &= strcmp(name_of(own, i), name) != 0;
	if (is_free)
		return name;
	snprintf(text, REASON_NAME_SIZE, "%u", reason);
	return text;
}

/* What nobody has had yet would be thousands of zeros. */
static void add_row(struct metrics *metrics, const struct chain_health *health,
		    const struct counters *counters, unsigned int row)
{
	const char *program = row == ECBPF_ROOT_ROW ? "xdp_root" : health->slots[row].name;
	struct reason_names own = { 0 };
	char slot[SLOT_SIZE], reason_text[REASON_NAME_SIZE];

	if (row < ECBPF_SLOT_COUNT)
		(void)reason_names_read(&health->chain, row, &own, NULL);
	for (unsigned int reason = 0; reason < ECBPF_REASON_LIMIT; reason++) {
		const char *label = reason_label(&own, reason, reason_text);

		for (unsigned int action = 0; action < ECBPF_ACTION_COUNT; action++) {
			uint64_t value = counters_cell(counters, row, reason, action);

			if (value)
				metrics_add(metrics, &packets, value, "interface",
					    health->chain.interface, "slot",
					    slot_label(row, "root", slot), "program",
					    *program ? program : NULL, "verdict", verdicts[action],
					    "reason", label, NULL);
		}
	}
}

static void add_place(struct metrics *metrics, const struct chain_health *health,
		      const struct counters *counters, unsigned int place)
{
	const struct slot *slot = &health->slots[place];
	const char *interface = health->chain.interface, *name = *slot->name ? slot->name : NULL;
	char text[SLOT_SIZE];
	const char *label = slot_label(place, "exit", text);

	if (!slot->program_id || !slot->recorded)
		return;
	metrics_add(metrics, &seen, counters_seen(counters, place, slot->record.seen_before),
		    "interface", interface, "slot", label, "program", name, NULL);
	metrics_add_duration(metrics, &loaded, slot->record.loaded_at, "interface", interface,
			     "slot", label, "program", name, NULL);
}

static void add_root(struct metrics *metrics, const struct chain_health *health)
{
	const struct attachment *attachment = &health->attachment;
	const char *interface = health->chain.interface;

	metrics_add(metrics, &attached, attachment->ours, "interface", interface, NULL);
	metrics_add(metrics, &disagreements, health->disagreement_count, "interface", interface,
		    NULL);
	if (!attachment->ours)
		return;
	metrics_add(metrics, &chain_info, 1, "interface", interface, "mode",
		    attachment->running_mode == ECBPF_MODE_GENERIC ? "generic" : "native", "frags",
		    attachment->identity.frags ? "on" : "off", "root",
		    health->is_nop ? "nop" : "full", NULL);
	if (!health->is_nop && attachment->has_identity)
		metrics_add_duration(metrics, &loaded, attachment->identity.attached_at,
				     "interface", interface, "slot", "root", "program", "xdp_root",
				     NULL);
}

static int add_chain(void *context, const struct chain_health *health, struct problem *problem)
{
	struct metrics *metrics = context;
	struct counters counters = { 0 };
	int err;

	add_root(metrics, health);
	if (!chain_has_maps(&health->chain))
		return 0;
	err = counters_read(&health->chain, &counters, problem);
	for (unsigned int row = 0; !err && row < ECBPF_ROW_COUNT; row++)
		add_row(metrics, health, &counters, row);
	for (unsigned int place = 0; !err && place < ECBPF_PLACE_COUNT; place++)
		add_place(metrics, health, &counters, place);
	counters_free(&counters);
	return err;
}

int root_metrics(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	return root_list_each(bpffs, add_chain, metrics, problem);
}
