// SPDX-License-Identifier: GPL-2.0-only
#include "static_follow.h"

#include <string.h>

#include "flow_value.h"

#define ASK_AT_ONCE 512

void static_follow_begin(struct static_follow *follow, struct flow_entry_list *list)
{
	flow_entry_list_free(&follow->list);
	follow->list = *list;
	*list = (struct flow_entry_list){ 0 };
	follow->next = 0;
	follow->asks_again = false;
}

void static_follow_close(struct static_follow *follow)
{
	flow_entry_list_free(&follow->list);
	follow->next = 0;
}

static uint32_t ask_route(struct static_follow *follow, const struct flow_entry *entry)
{
	const struct flow_value *value = &entry->value;
	const struct flow_nexthop *now = follow->hands->nexthop(follow->context, value->nexthop);
	struct nexthop_question question = { .leaves = flow_value_out(&entry->key, value),
					     .arrives = entry->key };

	if (value->in_ifindex)
		question.in_ifindex =
			follow->hands->input_device(follow->context, value->in_ifindex,
						    value->in_vlan);
	if (now && now->flags & FLOW_NEXTHOP_TAGS) {
		question.has_vlan = true;
		memcpy(question.vlan, now->vlan, sizeof(question.vlan));
	}
	return follow->hands->of_route(follow->context, &question);
}

int static_follow_work(struct static_follow *follow, bool *ret_more, struct problem *problem)
{
	struct flow_edit edits[FLOW_EDIT_LIMIT];
	size_t count = 0;

	for (int asked = 0;
	     follow->next < follow->list.count && asked < ASK_AT_ONCE && count < FLOW_EDIT_LIMIT;) {
		const struct flow_entry *entry = &follow->list.entry[follow->next++];
		uint32_t nexthop;

		if (!(entry->value.flags & FLOW_ROUTED))
			continue;
		asked++;
		nexthop = ask_route(follow, entry);
		/* No answer is no reason to stop the flow. */
		if (nexthop == FLOW_WAY_UNRESOLVED)
			follow->asks_again = true;
		else if (nexthop != entry->value.nexthop)
			edits[count++] = (struct flow_edit){ .key = entry->key,
							     .table = FLOW_TABLE_STATIC,
							     .what = FLOW_EDIT_NEXTHOP,
							     .nexthop = nexthop };
	}
	*ret_more = follow->next < follow->list.count;
	return count ? follow->hands->edit(follow->context, edits, count, problem) : 0;
}
