// SPDX-License-Identifier: GPL-2.0-only
#include "flow_value.h"

#include <stdio.h>
#include <string.h>

/* Adds what a sum changes by when `from` becomes `to`. Words that stay add nothing, not even 0xffff:
 * that is no change to a sum, but to how zero is written. */
static uint32_t add_change(uint32_t sum, const void *from, const void *to, size_t size)
{
	for (size_t i = 0; i < size; i += 2) {
		uint16_t old;
		uint16_t new;

		memcpy(&old, (const char *)from + i, sizeof(old));
		memcpy(&new, (const char *)to + i, sizeof(new));
		if (old != new)
			sum += (uint32_t) new + (uint16_t)~old;
	}
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

void flow_value_fill(struct flow_value *ret_value, const struct flow_key *key,
		     const struct flow_key *out)
{
	uint32_t addresses = 0;
	uint32_t ports = 0;

	memset(ret_value, 0, sizeof(*ret_value));
	memcpy(ret_value->source, out->source, sizeof(out->source));
	memcpy(ret_value->destination, out->destination, sizeof(out->destination));
	ret_value->source_port = out->source_port;
	ret_value->destination_port = out->destination_port;
	if (!memcmp(key, out, sizeof(*key)))
		return;

	ret_value->flags = FLOW_NAT;
	addresses = add_change(addresses, key->source, out->source, sizeof(key->source));
	addresses =
		add_change(addresses, key->destination, out->destination, sizeof(key->destination));
	ports = add_change(ports, &key->source_port, &out->source_port, sizeof(key->source_port));
	ports = add_change(ports, &key->destination_port, &out->destination_port,
			   sizeof(key->destination_port));
	ret_value->address_delta = fold(addresses);
	ret_value->port_delta = fold(ports);
}

void flow_value_of_rule(struct flow_value *ret_value, const struct flow_rule *rule)
{
	flow_value_fill(ret_value, &rule->key, &rule->out);
	if (!rule->has_via && !rule->has_mac)
		ret_value->flags |= FLOW_ROUTED;
	if (rule->keep_ttl)
		ret_value->flags |= FLOW_KEEP_TTL;
	if (rule->in_any_tags)
		ret_value->flags |= FLOW_ANY_TAGS;
	memcpy(ret_value->in_vlan, rule->in_vlan, sizeof(ret_value->in_vlan));
}

struct flow_key flow_value_out(const struct flow_key *key, const struct flow_value *value)
{
	struct flow_key out = *key;

	if (!(value->flags & FLOW_NAT))
		return out;
	memcpy(out.source, value->source, sizeof(out.source));
	memcpy(out.destination, value->destination, sizeof(out.destination));
	out.source_port = value->source_port;
	out.destination_port = value->destination_port;
	return out;
}

const char *flow_out_text(const struct flow_key *key, const struct flow_value *value,
			  char ret_text[FLOW_OUT_TEXT_SIZE])
{
	struct flow_key out = flow_value_out(key, value);

	if (value->flags & FLOW_NAT)
		return flow_tuple_text(&out, ret_text);
	snprintf(ret_text, FLOW_OUT_TEXT_SIZE, "l2");
	return ret_text;
}
