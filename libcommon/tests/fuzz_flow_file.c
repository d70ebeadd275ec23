// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_file.h"
#include "printable.h"

#define KNOWN_RULE "192.0.2.1:1 > 192.0.2.2:2 => l2 both"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static int read_bytes(const void *data, size_t size, struct flow_rule_list *list,
		      struct problem *problem)
{
	FILE *stream = fmemopen((void *)(uintptr_t)data, size, "r");
	int err;

	expect(stream != NULL);
	err = flow_file_read(stream, "fuzz", list, problem);
	fclose(stream);
	return err;
}

/* Rules come without anything in their padding. */
static bool same_bytes(const void *a, const void *b, size_t size)
{
	return memcmp(a, b, size) == 0;
}

/* No key twice, that of a reverse counted. */
static void check_distinct(const struct flow_rule_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct flow_key way_back = flow_key_reverse(&list->rules[i].out);

		for (size_t j = 0; j < list->count; j++) {
			struct flow_key other = flow_key_reverse(&list->rules[j].out);
			const struct flow_key *key = &list->rules[j].key;

			if (i == j)
				continue;
			expect(memcmp(key, &list->rules[i].key, sizeof(*key)) != 0);
			if (list->rules[i].both)
				expect(memcmp(key, &way_back, sizeof(*key)) != 0);
			if (list->rules[i].both && list->rules[j].both)
				expect(memcmp(&other, &way_back, sizeof(other)) != 0);
		}
	}
}

/* What was read, printed as lines, is read as the same. */
static void check_lines(const struct flow_rule_list *list)
{
	struct flow_rule_list again = { 0 };
	char rule_text[FLOW_RULE_TEXT_SIZE];
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	expect(stream != NULL);
	for (size_t i = 0; i < list->count; i++)
		fprintf(stream, "%s\n", flow_rule_text(&list->rules[i], rule_text));
	fclose(stream);
	if (size) {
		expect(read_bytes(text, size, &again, NULL) == 0);
		expect(again.count == list->count);
		expect(same_bytes(again.rules, list->rules, list->count * sizeof(*list->rules)));
	}
	free(text);
	flow_rule_list_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_rule_list list = { 0 };
	struct problem problem = { 0 };
	struct flow_rule known;
	int err;

	if (!size)
		return 0;
	memset(&known, 0, sizeof(known));
	expect(flow_rule_parse(KNOWN_RULE, &known, &problem) == 0);
	expect(flow_rule_list_add(&list, &known, &problem) == 0);
	err = read_bytes(data, size, &list, &problem);
	expect(list.count >= 1 && same_bytes(&list.rules[0], &known, sizeof(known)));
	if (err) {
		char *printable = printable_copy(problem.text, PRINTABLE_FOR_JSON);

		expect(err == -EINVAL && !strncmp(problem.text, "fuzz: line ", 11));
		expect(printable && !strcmp(printable, problem.text));
		free(printable);
		expect(list.count == 1);
	} else {
		expect(!problem.text[0]);
		check_distinct(&list);
		check_lines(&list);
	}
	/* As good as before, whatever came of it. */
	expect(flow_rule_list_add(&list, &known, NULL) == -EEXIST);
	flow_rule_list_free(&list);
	return 0;
}
