// SPDX-License-Identifier: GPL-2.0-only
#include "chain_view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "chain_look.h"

/* 0 also where the chain has no maps. */
static int read_open(struct chain_view *view, const struct chain *chain, struct problem *problem)
{
	int err = attachment_read(chain, &view->attachment, problem);

	if (err || !chain_has_maps(chain))
		return err;
	err = slot_table_read(chain, view->slots, problem);
	if (!err)
		err = counters_read(chain, &view->counters, problem);
	/* Without names there are numbers. */
	for (unsigned int slot = 0; !err && slot < ECBPF_SLOT_COUNT; slot++) {
		if (view->slots[slot].program_id)
			(void)reason_names_read(chain, slot, &view->names[slot], NULL);
	}
	return err;
}

static void read_one(struct chain_view *view, const char *bpffs)
{
	struct chain chain;
	int err;

	chain_init(&chain, bpffs, view->interface);
	err = chain_open(&chain, &view->problem);
	if (err == -ENOENT)
		problem_set(&view->problem, err, "%s: no root is attached", view->interface);
	else if (!err)
		err = read_open(view, &chain, &view->problem);
	if (err && !view->problem.text[0])
		problem_errno(&view->problem, err, "%s: cannot be read", view->interface);
	if (err)
		counters_free(&view->counters);
	chain_close(&chain);
}

static int has_any(const struct chain *chain, const void *context)
{
	(void)chain;
	(void)context;
	return 0;
}

static int compare_names(const void *left, const void *right)
{
	return strverscmp(left, right);
}

static int read_all(struct chain_views *ret_views, const char *bpffs,
		    const struct interface_list *list)
{
	struct chain_view *views = calloc(list->count, sizeof(*views));

	if (!views)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		snprintf(views[i].interface, sizeof(views[i].interface), "%s", list->names[i]);
		read_one(&views[i], bpffs);
	}
	*ret_views = (struct chain_views){ views, list->count };
	return 0;
}

int chain_views_read(struct chain_views *ret_views, const char *bpffs,
		     const struct interface_list *wanted, struct problem *problem)
{
	struct interface_list list = { 0 };
	int err;

	*ret_views = (struct chain_views){ 0 };
	/* Not chain_look_list() alone: a chain without maps is to be seen, too. */
	err = wanted->count ? chain_look_list(&list, bpffs, wanted, has_any, NULL, problem) :
			      chain_list(bpffs, &list, problem);
	if (!err && !wanted->count && list.count)
		qsort(list.names, list.count, sizeof(*list.names), compare_names);
	if (!err && list.count && read_all(ret_views, bpffs, &list) < 0)
		err = problem_errno(problem, -ENOMEM, "cannot read the chains");
	interface_list_free(&list);
	return err;
}

void chain_views_free(struct chain_views *views)
{
	for (size_t i = 0; i < views->count; i++)
		counters_free(&views->views[i].counters);
	free(views->views);
	*views = (struct chain_views){ 0 };
}

uint64_t chain_view_action(const struct chain_view *view, unsigned int row, unsigned int action)
{
	return view->counters.total ? counters_action(&view->counters, row, action) : 0;
}

uint64_t chain_view_decided(const struct chain_view *view, unsigned int row)
{
	uint64_t sum = 0;

	for (unsigned int action = 0; action < ECBPF_ACTION_COUNT; action++)
		sum += chain_view_action(view, row, action);
	return sum;
}

uint64_t chain_view_action_all(const struct chain_view *view, unsigned int action)
{
	uint64_t sum = 0;

	for (unsigned int row = 0; row < ECBPF_ROW_COUNT; row++)
		sum += chain_view_action(view, row, action);
	return sum;
}

uint64_t chain_view_seen(const struct chain_view *view, unsigned int place)
{
	const struct slot *slot = &view->slots[place];

	if (!view->counters.total)
		return 0;
	return counters_seen(&view->counters, place, slot->recorded ? slot->record.seen_before : 0);
}

const char *chain_view_state(const struct chain_view *view)
{
	const struct attachment *attachment = &view->attachment;
	bool generic = attachment->running_mode == ECBPF_MODE_GENERIC;

	if (view->problem.text[0])
		return "unreadable";
	if (attachment->has_identity && !attachment->same_namespace)
		return "in another network namespace";
	if (!attachment->ifindex)
		return "no such interface";
	if (!attachment->ours)
		return "not attached";
	if (!view->counters.total)
		return generic ? "generic, no chain" : "native, no chain";
	if (attachment->identity.frags)
		return generic ? "generic, frags" : "native, frags";
	return generic ? "generic" : "native";
}

bool chain_view_is_attached(const struct chain_view *view)
{
	const struct attachment *attachment = &view->attachment;

	return !view->problem.text[0] && attachment->ours &&
	       (!attachment->has_identity || attachment->same_namespace);
}

const char *chain_view_program(const struct chain_view *view, unsigned int place)
{
	const struct slot *slot = &view->slots[place];

	if (!slot->program_id && !slot->pinned_id)
		return "(empty)";
	return slot->name[0] ? slot->name : "(unknown)";
}

const char *chain_view_decider(const struct chain_view *view, unsigned int row)
{
	return row == ECBPF_ROOT_ROW ? "(undecided)" : chain_view_program(view, row);
}

const char *chain_view_reason(const struct chain_view *view, unsigned int row, unsigned int reason)
{
	const char *own = row < ECBPF_SLOT_COUNT ? view->names[row].name[reason] : "";

	return *own ? own : reason_name_general(reason);
}

const char *chain_view_verdict(unsigned int action)
{
	static const char *const verdicts[ECBPF_ACTION_COUNT] = {
		"aborted", "drop", "pass", "tx", "redirect", "invalid"
	};

	return action < ECBPF_ACTION_COUNT ? verdicts[action] : "unknown";
}
