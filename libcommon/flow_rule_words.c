// SPDX-License-Identifier: GPL-2.0-only
#include "flow_rule_words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "parse_number.h"

#define WHITE_SPACE " \t\r\n\v\f"
#define VLAN_ID_MAX 4094

bool flow_words_next(struct flow_words *words)
{
	const char *start = words->rest + strspn(words->rest, WHITE_SPACE);
	size_t length = *start == '#' ? 0 : strcspn(start, WHITE_SPACE);

	words->rest = start + length;
	if (length >= sizeof(words->word))
		length = sizeof(words->word) - 1;
	memcpy(words->word, start, length);
	words->word[length] = '\0';
	return length > 0;
}

int flow_words_refuse(const struct flow_words *words, const char *why)
{
	if (!words->word[0])
		return problem_set(words->problem, -EINVAL, "the end %s", why);
	return problem_set(words->problem, -EINVAL, "'%s' %s", words->word, why);
}

static int parse_vlan(const struct flow_words *words, uint16_t ret_vlan[2])
{
	char text[sizeof(words->word)];
	char *dot;
	uint64_t outer;
	uint64_t inner = 0;

	if (!strcmp(words->word, "none")) {
		ret_vlan[0] = ret_vlan[1] = 0;
		return 0;
	}
	strcpy(text, words->word);
	dot = strchr(text, '.');
	if (dot)
		*dot = '\0';
	if (parse_number(text, 1, VLAN_ID_MAX, &outer) < 0 ||
	    (dot && parse_number(dot + 1, 1, VLAN_ID_MAX, &inner) < 0))
		return flow_words_refuse(words,
					 "is no VLAN: write an id from 1 to 4094, two like 10.20 with "
					 "the outer one first, or none");
	ret_vlan[0] = (uint16_t)outer;
	ret_vlan[1] = (uint16_t)inner;
	return 0;
}

static int parse_device(const struct flow_words *words, char ret_device[INTERFACE_NAME_SIZE])
{
	if (!interface_name_valid(words->word))
		return flow_words_refuse(words, "is no name of a device");
	strcpy(ret_device, words->word);
	return 0;
}

static int take_udp(struct flow_words *words, struct flow_rule *rule)
{
	(void)words;
	rule->key.protocol = IPPROTO_UDP;
	return 0;
}

static int take_tcp(struct flow_words *words, struct flow_rule *rule)
{
	(void)words;
	rule->key.protocol = IPPROTO_TCP;
	return 0;
}

static int take_on(struct flow_words *words, struct flow_rule *rule)
{
	return parse_device(words, rule->in_device);
}

static int take_in_vlan(struct flow_words *words, struct flow_rule *rule)
{
	if (!strcmp(words->word, "any"))
		return 0;
	rule->in_any_tags = false;
	return parse_vlan(words, rule->in_vlan);
}

static int take_via(struct flow_words *words, struct flow_rule *rule)
{
	bool ipv6 = strchr(words->word, ':') != NULL;

	rule->has_via = true;
	rule->via_family = ipv6 ? FLOW_IPV6 : FLOW_IPV4;
	if (inet_pton(ipv6 ? AF_INET6 : AF_INET, words->word, rule->via) != 1)
		return flow_words_refuse(words, "behind via is no address");
	return 0;
}

static int take_dev(struct flow_words *words, struct flow_rule *rule)
{
	return parse_device(words, rule->device);
}

static int take_mac(struct flow_words *words, struct flow_rule *rule)
{
	static const char shape[] = "00:00:00:00:00:00";
	size_t length = strspn(words->word, "0123456789abcdefABCDEF:");

	rule->has_mac = true;
	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		if (length != sizeof(shape) - 1 || (words->word[i] == ':') != (shape[i] == ':'))
			return flow_words_refuse(words, "is no MAC address like 02:00:00:00:00:01");
	}
	for (size_t i = 0; i < sizeof(rule->mac); i++)
		sscanf(words->word + 3 * i, "%2hhx", &rule->mac[i]);
	return 0;
}

static int take_vlan(struct flow_words *words, struct flow_rule *rule)
{
	rule->has_vlan = true;
	return parse_vlan(words, rule->vlan);
}

static int take_both(struct flow_words *words, struct flow_rule *rule)
{
	(void)words;
	rule->both = true;
	return 0;
}

static int take_peer(struct flow_words *words, struct flow_rule *rule)
{
	(void)words;
	rule->peer = true;
	return 0;
}

static int take_keep_ttl(struct flow_words *words, struct flow_rule *rule)
{
	(void)words;
	rule->keep_ttl = true;
	return 0;
}

const struct flow_option flow_in_options[] = {
	{ "udp", 1 << 0, NULL, take_udp },
	{ "tcp", 1 << 0, NULL, take_tcp },
	{ "on", 1 << 1, "a device", take_on },
	{ "vlan", 1 << 2, "a VLAN", take_in_vlan },
	{ .name = NULL },
};

const struct flow_option flow_out_options[] = {
	{ "both", 1 << 4, NULL, take_both }, /* first: where it may not stand, it is left out */
	{ "via", 1 << 0, "an address", take_via },
	{ "dev", 1 << 1, "a device", take_dev },
	{ "mac", 1 << 2, "a MAC address", take_mac },
	{ "vlan", 1 << 3, "a VLAN", take_vlan },
	{ "peer", 1 << 5, NULL, take_peer },
	{ "keep-ttl", 1 << 6, NULL, take_keep_ttl },
	{ .name = NULL },
};

static int refuse_option(const struct flow_words *words, const struct flow_option *options)
{
	char names[64] = "";

	for (; options->name; options++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 names[0] ? ", " : "", options->name);
	return problem_set(words->problem, -EINVAL, "'%s' where one of %s may stand", words->word,
			   names);
}

static int take_option(struct flow_words *words, const struct flow_option *option,
		       struct flow_rule *rule)
{
	if (option->value && !flow_words_next(words))
		return problem_set(words->problem, -EINVAL, "%s wants %s behind it", option->name,
				   option->value);
	return option->take(words, rule);
}

/* Until the end, or behind the arrow. */
int flow_words_options(struct flow_words *words, const struct flow_option *options,
		       struct flow_rule *rule)
{
	unsigned int given = 0;

	while (flow_words_next(words) && strcmp(words->word, FLOW_ARROW) != 0) {
		const struct flow_option *option = options;
		int err;

		while (option->name && strcmp(option->name, words->word) != 0)
			option++;
		if (!option->name)
			return refuse_option(words, options);
		if (given & option->group)
			return flow_words_refuse(words,
						 "is one too many: the same was said before it");
		given |= option->group;
		err = take_option(words, option, rule);
		if (err)
			return err;
	}
	return 0;
}
