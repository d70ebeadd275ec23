// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "flow_rule_words.h"
#include "parse_number.h"
#include "printable.h"

/* One side of a tuple. */
struct end {
	uint8_t family; /* 0: any address, "*" */
	__be32 address[4];
	__be16 port;
	bool any_port;
};

/* "10.0.0.1", or "fd00::1" where there were brackets around it. */
static int parse_host(const struct flow_words *words, const char *host, bool brackets,
		      struct end *ret_end)
{
	ret_end->family = brackets ? FLOW_IPV6 : FLOW_IPV4;
	if (inet_pton(brackets ? AF_INET6 : AF_INET, host, ret_end->address) == 1)
		return 0;
	if (strchr(host, ':') && !brackets)
		return flow_words_refuse(words,
					 "is no address and port: IPv6 is written [fd00::1]:5000");
	return flow_words_refuse(words, brackets ?
						"does not begin with an IPv6 address in brackets" :
						"does not begin with an IPv4 address");
}

/* ADDRESS:PORT, both perhaps "*". */
static int parse_end(const struct flow_words *words, bool stars, struct end *ret_end)
{
	char host[sizeof(words->word)];
	const char *colon = strrchr(words->word, ':');
	size_t length = colon ? (size_t)(colon - words->word) : 0;
	bool brackets = length >= 2 && words->word[0] == '[' && words->word[length - 1] == ']';
	uint64_t port = 0;

	memset(ret_end, 0, sizeof(*ret_end));
	if (strchr(words->word, '>') && words->word[0] != '>')
		return flow_words_refuse(words, "has a '>' in it: put spaces around > and =>");
	if (!length)
		return flow_words_refuse(words, "is no address and port: write 10.0.0.1:5000, or "
						"[fd00::1]:5000 for IPv6");
	length -= brackets ? 2 : 0;
	memcpy(host, words->word + (brackets ? 1 : 0), length);
	host[length] = '\0';
	ret_end->any_port = stars && !strcmp(colon + 1, "*");
	if (!ret_end->any_port && parse_number(colon + 1, 0, UINT16_MAX, &port) < 0)
		return flow_words_refuse(words, "does not end in a port from 1 to 65535");
	ret_end->port = htons((uint16_t)port);
	if (stars && !brackets && !strcmp(host, "*"))
		return 0;
	return parse_host(words, host, brackets, ret_end);
}

/* From the word that is there to the second address and port. */
static int parse_ends(struct flow_words *words, bool stars, struct end ret_ends[2])
{
	int err = parse_end(words, stars, &ret_ends[0]);

	if (err)
		return err;
	flow_words_next(words);
	if (strcmp(words->word, ">") != 0)
		return flow_words_refuse(words,
					 "where a '>' between source and destination belongs");
	flow_words_next(words);
	return parse_end(words, stars, &ret_ends[1]);
}

static int parse_in(struct flow_words *words, struct flow_rule *rule)
{
	struct flow_key *key = &rule->key;
	struct end ends[2];
	int err;

	if (!flow_words_next(words))
		return problem_set(words->problem, -EINVAL,
				   "nothing there: a flow is written 10.0.0.1:5000 > 10.0.0.2:53");
	err = parse_ends(words, false, ends);
	if (err)
		return err;
	if (ends[0].family != ends[1].family)
		return problem_set(words->problem, -EINVAL,
				   "from IPv%u to IPv%u: source and destination of a flow are both "
				   "IPv4 or both IPv6",
				   ends[0].family, ends[1].family);
	key->family = ends[0].family;
	key->protocol = IPPROTO_UDP;
	memcpy(key->source, ends[0].address, sizeof(key->source));
	memcpy(key->destination, ends[1].address, sizeof(key->destination));
	key->source_port = ends[0].port;
	key->destination_port = ends[1].port;
	rule->in_any_tags = true;
	return flow_words_options(words, flow_in_options, rule);
}

/* What is not "*" replaces what the key says. */
static int rewrite_end(const struct flow_words *words, const struct end *end, uint8_t family,
		       __be32 address[4], __be16 *port)
{
	if (end->family && end->family != family)
		return problem_set(words->problem, -EINVAL,
				   "from IPv%u to IPv%u: a flow stays what it is", family,
				   end->family);
	if (end->family)
		memcpy(address, end->address, sizeof(end->address));
	if (!end->any_port)
		*port = end->port;
	return 0;
}

static int parse_out(struct flow_words *words, const struct flow_option *options,
		     struct flow_rule *rule)
{
	struct flow_key *out = &rule->out;
	struct end ends[2];
	int err = 0;

	*out = rule->key;
	if (!flow_words_next(words))
		return problem_set(words->problem, -EINVAL,
				   "nothing behind '=>': write l2, or what the packets leave with");
	rule->nat = strcmp(words->word, "l2") != 0;
	if (rule->nat)
		err = parse_ends(words, true, ends);
	if (!err && rule->nat)
		err = rewrite_end(words, &ends[0], out->family, out->source, &out->source_port);
	if (!err && rule->nat)
		err = rewrite_end(words, &ends[1], out->family, out->destination,
				  &out->destination_port);
	if (!err)
		err = flow_words_options(words, options, rule);
	if (!err && words->word[0])
		err = flow_words_refuse(words, "comes twice");
	return err ? err : flow_rule_check(rule, words->problem);
}

/* Hands over what was understood; else makes what was quoted fit to be read. */
static int finish(int err, const struct flow_rule *rule, struct flow_rule *ret_rule,
		  struct problem *problem)
{
	char *text CLEANUP_FREE = NULL;

	if (!err) {
		memcpy(ret_rule, rule, sizeof(*rule));
	} else if (problem) {
		text = printable_copy(problem->text, PRINTABLE_FOR_TERMINAL);
		problem_set(problem, err, "%s", text ? text : "not a flow");
	}
	return err;
}

int flow_rule_parse(const char *text, struct flow_rule *ret_rule, struct problem *problem)
{
	struct flow_words words = { .rest = text, .problem = problem };
	struct flow_rule rule;
	int err;

	memset(&rule, 0, sizeof(rule));
	err = parse_in(&words, &rule);
	if (!err && !words.word[0])
		err = problem_set(problem, -EINVAL,
				  "no '=>': a rule is written IN => OUT, OUT may be l2");
	if (!err)
		err = parse_out(&words, flow_out_options, &rule);
	return finish(err, &rule, ret_rule, problem);
}

static int parse_in_alone(const char *in, struct flow_rule *rule, struct problem *problem)
{
	struct flow_words words = { .rest = in, .problem = problem };
	int err;

	memset(rule, 0, sizeof(*rule));
	err = parse_in(&words, rule);
	if (!err && words.word[0])
		err = flow_words_refuse(&words,
					"does not belong here: only what packets arrive with does");
	return err;
}

int flow_rule_parse_in(const char *in, struct flow_rule *ret_rule, struct problem *problem)
{
	struct flow_rule rule;
	int err = parse_in_alone(in, &rule, problem);

	return finish(err, &rule, ret_rule, problem);
}

int flow_rule_parse_sides(const char *in, const char *out, struct flow_rule *ret_rule,
			  struct problem *problem)
{
	struct flow_words words = { .rest = out, .problem = problem };
	struct flow_rule rule;
	int err = parse_in_alone(in, &rule, problem);

	if (!err)
		err = parse_out(&words, flow_out_options + 1, &rule);
	return finish(err, &rule, ret_rule, problem);
}

int flow_key_parse(const char *text, struct flow_key *ret_key, struct problem *problem)
{
	struct flow_rule rule;
	int err = flow_rule_parse_in(text, &rule, problem);

	if (!err && (rule.in_device[0] || !rule.in_any_tags))
		err = problem_set(problem, -EINVAL,
				  "on and vlan have no meaning here: give what tells the flow, "
				  "10.0.0.1:5000 > 10.0.0.2:53");
	if (!err)
		*ret_key = rule.key;
	return err;
}
