// SPDX-License-Identifier: GPL-2.0-only
#include "flow_rule_list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64

/* A slot holds 0, or twice the rule's place in the list plus 1, plus 1 for the key of its reverse. */
static uint32_t slot_content(size_t rule, bool reverse)
{
	return (uint32_t)rule * 2 + reverse + 1;
}

static struct flow_key slot_key(const struct flow_rule_list *list, uint32_t content)
{
	const struct flow_rule *rule = &list->rules[(content - 1) / 2];

	return (content - 1) % 2 ? flow_key_reverse(&rule->out) : rule->key;
}

/* The slot that holds the key, or the empty one where it belongs. */
static uint32_t *find_slot(const struct flow_rule_list *list, const struct flow_key *key)
{
	uint64_t hash = 0;
	uint64_t word;
	size_t slot;

	for (size_t i = 0; i < sizeof(*key); i += sizeof(word)) {
		memcpy(&word, (const char *)key + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 32;
	}
	for (slot = hash & (list->slot_count - 1); list->slots[slot];
	     slot = (slot + 1) & (list->slot_count - 1)) {
		struct flow_key other = slot_key(list, list->slots[slot]);

		if (!memcmp(&other, key, sizeof(other)))
			break;
	}
	return &list->slots[slot];
}

static void enter_keys(struct flow_rule_list *list, size_t first)
{
	for (size_t i = first; i < list->count; i++) {
		const struct flow_rule *rule = &list->rules[i];
		struct flow_key reverse = flow_key_reverse(&rule->out);

		*find_slot(list, &rule->key) = slot_content(i, false);
		if (rule->both)
			*find_slot(list, &reverse) = slot_content(i, true);
		list->key_count += rule->both ? 2 : 1;
	}
}

/* Makes room for one more rule, with half of the slots empty. */
static int make_room(struct flow_rule_list *list)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : ROOM_FIRST;
		struct flow_rule *rules = reallocarray(list->rules, room, sizeof(*rules));

		if (!rules)
			return -ENOMEM;
		list->rules = rules;
		list->room = room;
	}
	if ((list->key_count + 2) * 2 > list->slot_count) {
		size_t slot_count = list->slot_count ? list->slot_count * 2 : ROOM_FIRST;
		uint32_t *slots = calloc(slot_count, sizeof(*slots));

		if (!slots)
			return -ENOMEM;
		free(list->slots);
		list->slots = slots;
		list->slot_count = slot_count;
		list->key_count = 0;
		enter_keys(list, 0);
	}
	return 0;
}

static int check_free(const struct flow_rule_list *list, const struct flow_key *key, bool reverse,
		      struct problem *problem)
{
	uint32_t content = *find_slot(list, key);
	char key_text[FLOW_KEY_TEXT_SIZE];
	char rule_text[FLOW_RULE_TEXT_SIZE];

	if (!content)
		return 0;
	/* Texts take time, and a file may hold a million of these. */
	if (!problem)
		return -EEXIST;
	return problem_set(problem, -EEXIST, "%s%s is there already: %s'%s'",
			   reverse ? "the way back, " : "", flow_key_text(key, key_text),
			   (content - 1) % 2 ? "the way back of " : "",
			   flow_rule_text(&list->rules[(content - 1) / 2], rule_text));
}

int flow_rule_list_add(struct flow_rule_list *list, const struct flow_rule *rule,
		       struct problem *problem)
{
	struct flow_key reverse = flow_key_reverse(&rule->out);
	int err;

	if (list->count == FLOW_RULES_MAX)
		return problem_set(problem, -ENOSPC, "more than %u flows", FLOW_RULES_MAX);
	if (make_room(list) < 0)
		return problem_errno(problem, -ENOMEM, "%zu flows", list->count + 1);
	err = check_free(list, &rule->key, false, problem);
	if (!err && rule->both)
		err = check_free(list, &reverse, true, problem);
	if (err)
		return err;
	memcpy(&list->rules[list->count++], rule, sizeof(*rule));
	enter_keys(list, list->count - 1);
	return 0;
}

void flow_rule_list_cut(struct flow_rule_list *list, size_t count)
{
	if (count >= list->count)
		return;
	list->count = count;
	list->key_count = 0;
	memset(list->slots, 0, list->slot_count * sizeof(*list->slots));
	enter_keys(list, 0);
}

void flow_rule_list_free(struct flow_rule_list *list)
{
	free(list->rules);
	free(list->slots);
	*list = (struct flow_rule_list){ 0 };
}
