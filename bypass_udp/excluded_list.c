// SPDX-License-Identifier: GPL-2.0-only
#include "excluded_list.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "parse_address.h"

typedef int (*prefix_work)(struct bypass_excluded *excluded, const struct address_prefix *prefix,
			   struct problem *problem);

/* Index of a prefix, or the count: it is not there. */
static uint32_t find(const struct bypass_excluded *excluded, const struct address_prefix *prefix)
{
	uint8_t family = prefix->family == AF_INET ? FLOW_IPV4 : FLOW_IPV6;
	uint32_t i;

	for (i = 0; i < excluded->count; i++) {
		if (excluded->prefix[i].family == family &&
		    excluded->prefix[i].length == prefix->length &&
		    !memcmp(excluded->prefix[i].address, prefix->address, sizeof(prefix->address)))
			break;
	}
	return i;
}

static int add_one(struct bypass_excluded *excluded, const struct address_prefix *prefix,
		   struct problem *problem)
{
	uint32_t at = find(excluded, prefix);

	if (at < excluded->count)
		return 0;
	if (at == BYPASS_EXCLUDED_LIMIT)
		return problem_set(problem, -ENOSPC, "there is room for %d excluded prefixes",
				   BYPASS_EXCLUDED_LIMIT);
	excluded->prefix[at].family = prefix->family == AF_INET ? FLOW_IPV4 : FLOW_IPV6;
	excluded->prefix[at].length = prefix->length;
	memcpy(excluded->prefix[at].address, prefix->address, sizeof(prefix->address));
	excluded->count++;
	return 0;
}

static int remove_one(struct bypass_excluded *excluded, const struct address_prefix *prefix,
		      struct problem *problem)
{
	char text[ADDRESS_PREFIX_TEXT_SIZE];
	uint32_t at = find(excluded, prefix);

	if (at == excluded->count)
		return problem_set(problem, -ENOENT, "%s is not excluded",
				   address_prefix_text(prefix, text, sizeof(text)));
	excluded->count--;
	memmove(&excluded->prefix[at], &excluded->prefix[at + 1],
		(excluded->count - at) * sizeof(*excluded->prefix));
	memset(&excluded->prefix[excluded->count], 0, sizeof(*excluded->prefix));
	return 0;
}

static int parse(const char *text, struct address_prefix *ret_prefix, struct problem *problem)
{
	char meant[ADDRESS_PREFIX_TEXT_SIZE];
	int err = parse_address_prefix(text, ret_prefix);

	if (err == -EDOM)
		return problem_set(problem, -EINVAL,
				   "'%s' has bits set behind its length; %s may be meant", text,
				   address_prefix_text(ret_prefix, meant, sizeof(meant)));
	if (err)
		return problem_set(problem, -EINVAL,
				   "'%s' is not an address or prefix, as 10.0.0.0/8 or 2001:db8::1",
				   text);
	return 0;
}

static int work_on(struct bypass_excluded *excluded, const char *text, prefix_work work,
		   struct problem *problem)
{
	struct bypass_excluded result = *excluded;
	CLEANUP_FREE char *words = strdup(text);
	char *rest = words, *word;
	int err = words ? 0 : problem_errno(problem, -ENOMEM, "excluded prefixes");

	while (!err && (word = strsep(&rest, ","))) {
		struct address_prefix prefix;

		err = parse(word, &prefix, problem);
		if (!err)
			err = work(&result, &prefix, problem);
	}
	if (!err)
		*excluded = result;
	return err;
}

int excluded_list_add(struct bypass_excluded *excluded, const char *text, struct problem *problem)
{
	return work_on(excluded, text, add_one, problem);
}

int excluded_list_remove(struct bypass_excluded *excluded, const char *text,
			 struct problem *problem)
{
	return work_on(excluded, text, remove_one, problem);
}

bool excluded_list_same(const struct bypass_excluded *a, const struct bypass_excluded *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		bool found = false;

		for (uint32_t j = 0; j < b->count; j++)
			found |= !memcmp(&a->prefix[i], &b->prefix[j], sizeof(*a->prefix));
		if (!found)
			return false;
	}
	return true;
}
