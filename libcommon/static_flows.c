// SPDX-License-Identifier: GPL-2.0-only
#include "static_flows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "static_entries.h"

static int check_new(const struct flow_host *host, const struct static_entries *entries,
		     struct problem *problem)
{
	char text[FLOW_KEY_TEXT_SIZE];
	struct flow_value value;

	for (size_t i = 0; i < entries->count; i++) {
		const struct flow_key *key = &entries->entry[i].key;

		if (!flow_tables_find(host->tables, FLOW_TABLE_STATIC, key, &value))
			return problem_set(problem, -EEXIST, "%s: there is such a flow already",
					   flow_key_text(key, text));
	}
	return 0;
}

int static_flows_add(const struct flow_host *host, const struct flow_rule_list *rules, bool dry_run,
		     FILE *stream, struct problem *problem)
{
	struct static_entries entries;
	int err = static_entries_fill(&entries, host, rules, dry_run, problem);

	if (!err && dry_run)
		err = check_new(host, &entries, problem);
	if (!err && !dry_run && entries.count)
		err = host->rules->before(host->context, problem);
	if (!err && !dry_run)
		err = flow_tables_add(host->tables, FLOW_TABLE_STATIC, entries.entry, entries.count,
				      problem);
	if (!err && !dry_run)
		err = host->rules->after(host->context, problem);
	if (!err && stream)
		static_entries_tell(&entries, dry_run ? "would add" : "added", stream);
	static_entries_free(&entries);
	return err;
}

static int find_answers(const struct flow_host *host, const struct flow_key *key,
			struct flow_key *ret_answers, struct problem *problem)
{
	char text[FLOW_KEY_TEXT_SIZE];
	struct flow_value value;
	struct flow_key out;
	int err = flow_tables_find(host->tables, FLOW_TABLE_STATIC, key, &value);

	if (err == -ENOENT)
		return problem_set(problem, err, "%s: there is no such static flow",
				   flow_key_text(key, text));
	if (err)
		return problem_errno(problem, err, "cannot read the static flows");
	out = flow_value_out(key, &value);
	*ret_answers = flow_key_reverse(&out);
	return 0;
}

static void tell_removed(const struct flow_entry *last, FILE *stream)
{
	char key[FLOW_KEY_TEXT_SIZE], out[FLOW_OUT_TEXT_SIZE];
	struct flow_counts counts = flow_counts_total(&last->value);

	fprintf(stream, "removed %s => %s: %" PRIu64 " packets, %" PRIu64 " bytes\n",
		flow_key_text(&last->key, key), flow_out_text(&last->key, &last->value, out),
		(uint64_t)counts.packets, (uint64_t)counts.bytes);
}

int static_flows_remove(const struct flow_host *host, const struct flow_key *key, bool both,
			FILE *stream, struct problem *problem)
{
	struct flow_key keys[2] = { *key };
	struct flow_entry last[2];
	size_t count = both ? 2 : 1;
	int err = both ? find_answers(host, key, &keys[1], problem) : 0;

	if (!err)
		err = flow_tables_remove(host->tables, FLOW_TABLE_STATIC, keys, count, last,
					 problem);
	if (!err)
		err = host->rules->after(host->context, problem);
	for (size_t i = 0; !err && i < count; i++)
		tell_removed(&last[i], stream);
	return err;
}

/* Flows that are there before and after. */
static size_t count_kept(const struct flow_host *host, const struct static_entries *entries)
{
	struct flow_value value;
	size_t kept = 0;

	for (size_t i = 0; i < entries->count; i++)
		kept += flow_tables_find(host->tables, FLOW_TABLE_STATIC, &entries->entry[i].key,
					 &value) == 0;
	return kept;
}

int static_flows_replace(const struct flow_host *host, const struct flow_rule_list *rules,
			 uint32_t max_flows, FILE *stream, struct problem *problem)
{
	struct flow_entry_list before = { 0 };
	struct static_entries entries;
	size_t kept = 0;
	int err = static_entries_fill(&entries, host, rules, false, problem);

	if (!err && !max_flows)
		err = flow_tables_capacity(host->tables, FLOW_TABLE_STATIC, &max_flows, problem);
	if (!err)
		err = flow_tables_read(host->tables, FLOW_TABLE_STATIC, &before, problem);
	if (!err && entries.count)
		err = host->rules->before(host->context, problem);
	if (!err)
		err = host->rules->describe(host->context, host->tables, problem);
	if (!err) {
		kept = count_kept(host, &entries);
		err = flow_tables_replace(host->tables, entries.entry, entries.count, max_flows,
					  problem);
	}
	if (!err) {
		err = host->rules->after(host->context, problem);
		if (!err)
			err = static_entries_sweep(&entries, host, problem);
		if (err)
			problem_prefix(problem, err, "the new flows are in force");
	}
	if (!err) {
		static_entries_tell_unusable(&entries, stream);
		fprintf(stream, "static flows: %zu added, %zu stay, %zu removed\n",
			entries.count - kept, kept, before.count - kept);
	}
	flow_entry_list_free(&before);
	static_entries_free(&entries);
	return err;
}
