// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "flow_rule.h"

#define END_TEXT_SIZE (INET6_ADDRSTRLEN + sizeof("[]:65535"))
#define VLAN_TEXT_SIZE sizeof(" vlan 65535.65535")

static const char *address_text(const __be32 *address, uint8_t family, char *ret_text)
{
	if (!inet_ntop(family == FLOW_IPV6 ? AF_INET6 : AF_INET, address, ret_text,
		       INET6_ADDRSTRLEN))
		snprintf(ret_text, INET6_ADDRSTRLEN, "?");
	return ret_text;
}

static const char *end_text(const __be32 *address, uint8_t family, __be16 port,
			    char ret_text[END_TEXT_SIZE])
{
	char text[INET6_ADDRSTRLEN];

	address_text(address, family, text);
	snprintf(ret_text, END_TEXT_SIZE, family == FLOW_IPV6 ? "[%s]:%u" : "%s:%u", text,
		 ntohs(port));
	return ret_text;
}

const char *flow_tuple_text(const struct flow_key *key, char ret_text[FLOW_KEY_TEXT_SIZE])
{
	char source[END_TEXT_SIZE];
	char destination[END_TEXT_SIZE];

	snprintf(ret_text, FLOW_KEY_TEXT_SIZE, "%s > %s",
		 end_text(key->source, key->family, key->source_port, source),
		 end_text(key->destination, key->family, key->destination_port, destination));
	return ret_text;
}

const char *flow_key_text(const struct flow_key *key, char ret_text[FLOW_KEY_TEXT_SIZE])
{
	char tuple[FLOW_KEY_TEXT_SIZE];
	char protocol[sizeof(" protocol 255")] = "";

	if (key->protocol == IPPROTO_TCP)
		snprintf(protocol, sizeof(protocol), " tcp");
	else if (key->protocol != IPPROTO_UDP)
		snprintf(protocol, sizeof(protocol), " protocol %u", key->protocol);
	flow_tuple_text(key, tuple);
	snprintf(ret_text, FLOW_KEY_TEXT_SIZE, "%.*s%s",
		 (int)(FLOW_KEY_TEXT_SIZE - sizeof(protocol)), tuple, protocol);
	return ret_text;
}

static const char *vlan_text(const uint16_t vlan[2], char ret_text[VLAN_TEXT_SIZE])
{
	if (!vlan[0])
		snprintf(ret_text, VLAN_TEXT_SIZE, " vlan none");
	else if (!vlan[1])
		snprintf(ret_text, VLAN_TEXT_SIZE, " vlan %u", vlan[0]);
	else
		snprintf(ret_text, VLAN_TEXT_SIZE, " vlan %u.%u", vlan[0], vlan[1]);
	return ret_text;
}

const char *flow_rule_in_text(const struct flow_rule *rule, char ret_text[FLOW_IN_TEXT_SIZE])
{
	char key[FLOW_KEY_TEXT_SIZE];
	char vlan[VLAN_TEXT_SIZE] = "";

	if (!rule->in_any_tags)
		vlan_text(rule->in_vlan, vlan);
	snprintf(ret_text, FLOW_IN_TEXT_SIZE, "%s%s%s%s", flow_key_text(&rule->key, key),
		 rule->in_device[0] ? " on " : "", rule->in_device, vlan);
	return ret_text;
}

static const char *mac_text(const uint8_t mac[6], char ret_text[sizeof(" mac 00:00:00:00:00:00")])
{
	snprintf(ret_text, sizeof(" mac 00:00:00:00:00:00"), " mac %02x:%02x:%02x:%02x:%02x:%02x",
		 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return ret_text;
}

const char *flow_rule_out_text(const struct flow_rule *rule, char ret_text[FLOW_OUT_TEXT_SIZE])
{
	char tuple[FLOW_KEY_TEXT_SIZE];
	char via[INET6_ADDRSTRLEN] = "";
	char mac[sizeof(" mac 00:00:00:00:00:00")] = "";
	char vlan[VLAN_TEXT_SIZE] = "";

	if (rule->has_via)
		address_text(rule->via, rule->via_family, via);
	if (rule->has_mac)
		mac_text(rule->mac, mac);
	if (rule->has_vlan)
		vlan_text(rule->vlan, vlan);
	snprintf(ret_text, FLOW_OUT_TEXT_SIZE, "%s%s%s%s%s%s%s%s%s",
		 rule->nat ? flow_tuple_text(&rule->out, tuple) : "l2", via[0] ? " via " : "", via,
		 rule->device[0] ? " dev " : "", rule->device, mac, vlan, rule->peer ? " peer" : "",
		 rule->keep_ttl ? " keep-ttl" : "");
	return ret_text;
}

const char *flow_rule_text(const struct flow_rule *rule, char ret_text[FLOW_RULE_TEXT_SIZE])
{
	char in[FLOW_IN_TEXT_SIZE];
	char out[FLOW_OUT_TEXT_SIZE];

	snprintf(ret_text, FLOW_RULE_TEXT_SIZE, "%s => %s%s", flow_rule_in_text(rule, in),
		 flow_rule_out_text(rule, out), rule->both ? " both" : "");
	return ret_text;
}
