// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flow_rule.h"
#include "flow_value.h"
#include "printable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* Rules come without anything in their padding. */
static bool same_bytes(const void *a, const void *b, size_t size)
{
	return memcmp(a, b, size) == 0;
}

/* What is told is one readable line, and the same error comes when nobody listens. */
static void check_refusal(const char *text, int err, const struct problem *problem,
			  const struct flow_rule *rule)
{
	static const struct flow_rule untouched;
	struct flow_rule ignored;
	char *printable = printable_copy(problem->text, PRINTABLE_FOR_TERMINAL);

	expect(err == -EINVAL && problem->text[0]);
	expect(printable && !strcmp(printable, problem->text));
	free(printable);
	expect(flow_rule_parse(text, &ignored, NULL) == err);
	expect(same_bytes(rule, &untouched, sizeof(untouched)));
}

static void check_reverse(const struct flow_rule *rule)
{
	struct flow_rule reverse = flow_rule_reverse(rule);
	struct flow_rule again = flow_rule_reverse(&reverse);

	expect(flow_rule_check(&reverse, NULL) == 0);
	expect(!memcmp(&again.key, &rule->key, sizeof(rule->key)));
	expect(!memcmp(&again.out, &rule->out, sizeof(rule->out)));
	expect(memcmp(&reverse.key, &rule->key, sizeof(rule->key)) != 0);
}

static void check_texts(const struct flow_rule *rule)
{
	char text[FLOW_RULE_TEXT_SIZE];
	char in[FLOW_IN_TEXT_SIZE];
	char out[FLOW_OUT_TEXT_SIZE];
	char key_text[FLOW_KEY_TEXT_SIZE];
	struct flow_rule again;
	struct flow_key key;
	struct problem problem = { 0 };

	expect(flow_rule_parse(flow_rule_text(rule, text), &again, &problem) == 0);
	expect(same_bytes(&again, rule, sizeof(again)));
	expect(!flow_rule_parse_sides(flow_rule_in_text(rule, in), flow_rule_out_text(rule, out),
				      &again, &problem));
	again.both = rule->both;
	expect(same_bytes(&again, rule, sizeof(again)));
	expect(flow_key_parse(flow_key_text(&rule->key, key_text), &key, &problem) == 0);
	expect(!memcmp(&key, &rule->key, sizeof(key)));
	expect(!problem.text[0]);
}

static void check_value(const struct flow_rule *rule)
{
	struct flow_value value;
	struct flow_key out;
	char text[FLOW_OUT_TEXT_SIZE];

	flow_value_of_rule(&value, rule);
	out = flow_value_out(&rule->key, &value);
	expect(!memcmp(&out, &rule->out, sizeof(out)));
	expect(((value.flags & FLOW_NAT) != 0) == rule->nat);
	flow_out_text(&rule->key, &value, text);
	expect(!strcmp(text, "l2") == !rule->nat);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct problem problem = { 0 };
	struct flow_rule rule;
	int err;

	if (!text)
		return 0;
	memset(&rule, 0, sizeof(rule));
	err = flow_rule_parse(text, &rule, &problem);
	if (err) {
		check_refusal(text, err, &problem, &rule);
	} else {
		expect(!problem.text[0]);
		expect(flow_rule_check(&rule, NULL) == 0);
		check_texts(&rule);
		check_reverse(&rule);
		check_value(&rule);
	}
	free(text);
	return 0;
}
