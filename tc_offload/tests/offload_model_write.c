// SPDX-License-Identifier: GPL-2.0-only
#include "offload_model_write.h"

#include <string.h>

#define UDP 17
#define TCP 6
#define ICMP 1

/* A sum of 16-bit words, modulo 65535: what is right comes to 0. An odd byte at the end has a zero behind it. */
static uint32_t sum(const uint8_t *from, const uint8_t *to)
{
	uint64_t total = 0;

	for (; from + 1 < to; from += 2)
		total += model_word(from);
	if (from < to)
		total += (uint32_t)*from << 8;
	return (uint32_t)(total % 65535);
}

/* Makes a checksum field again what the sum of all that it covers was, without it `now`. As an unfinished one
 * was wrong it stays wrong, by as much. */
static void settle(uint8_t *field, uint32_t was, uint32_t now, bool zero_means_none)
{
	uint32_t value = (was + 65535 - now) % 65535;

	if (!value && zero_means_none)
		value = 0xffff;
	field[0] = (uint8_t)(value >> 8);
	field[1] = (uint8_t)value;
}

static size_t addresses_at(bool ipv6)
{
	return ipv6 ? 8 : 12;
}

static size_t addresses_end(bool ipv6)
{
	return ipv6 ? 40 : 20;
}

static size_t checksum_at(uint8_t protocol)
{
	return protocol == UDP ? 6 : protocol == TCP ? 16 : 2;
}

/* All that the checksum behind the IP header covers; the sum of what never changes beside it left out or not, it
 * comes to the same before and after, but only with it is a right sum 0. */
static uint32_t transport_sum(const struct model_reading *reading, const uint8_t *packet)
{
	const uint8_t *ip = packet + reading->network;
	size_t length = reading->end - reading->transport;
	uint32_t total = sum(packet + reading->transport, packet + reading->end);

	if (!reading->ipv6 && reading->protocol == ICMP)
		return total;
	total += sum(ip + addresses_at(reading->ipv6), ip + addresses_end(reading->ipv6));
	return (uint32_t)((total + reading->protocol + length / 65536 + length % 65536) % 65535);
}

bool model_is_right(const struct model_reading *reading)
{
	return transport_sum(reading, reading->bytes) == 0;
}

/* Writes the addresses, and of IPv4 the header's own checksum. */
static void write_ip(uint8_t *ip, bool ipv6, const void *source, const void *destination,
		     bool one_hop)
{
	size_t size = ipv6 ? 16 : 4;
	uint32_t was = sum(ip, ip + 20);
	uint8_t before[40];

	memcpy(before, ip, ipv6 ? 40 : 20);
	memcpy(ip + addresses_at(ipv6), source, size);
	memcpy(ip + addresses_at(ipv6) + size, destination, size);
	if (one_hop)
		ip[ipv6 ? 7 : 8]--;
	if (ipv6 || !memcmp(before, ip, 20))
		return;
	memset(ip + 10, 0, 2);
	settle(ip + 10, was, sum(ip, ip + 20), false);
}

void model_rewrite(const struct model_reading *reading, const struct flow_value *flow, bool one_hop,
		   uint8_t *packet)
{
	uint8_t *transport = packet + reading->transport;
	uint8_t *field = transport + checksum_at(reading->protocol);
	bool has_none = reading->protocol == UDP && !model_word(field);

	write_ip(packet + reading->network, reading->ipv6, flow->source, flow->destination,
		 one_hop);
	if (!(flow->flags & FLOW_NAT))
		return;
	memcpy(transport, &flow->source_port, 2);
	memcpy(transport + 2, &flow->destination_port, 2);
	if (has_none)
		return;
	memset(field, 0, 2);
	settle(field, transport_sum(reading, reading->bytes), transport_sum(reading, packet),
	       reading->protocol == UDP);
}

/* The checksum of the packet inside, which is rarely there as a whole: what of it does not change is left out
 * of both sums. */
static void settle_inside(const struct model_reading *reading, uint8_t *packet)
{
	size_t ip = reading->inside, ports = reading->inside_transport;
	size_t at = ports + checksum_at(reading->inside_protocol);
	size_t from = ip + addresses_at(reading->ipv6);
	uint32_t was, now;

	if (at + 2 > reading->end || (reading->inside_protocol == UDP && !model_word(packet + at)))
		return;
	/* Addresses and ports are one behind the other. */
	was = sum(reading->bytes + from, reading->bytes + ports + 4) +
	      model_word(reading->bytes + at);
	now = sum(packet + from, packet + ports + 4);
	settle(packet + at, was, now % 65535, reading->inside_protocol == UDP);
}

void model_rewrite_error(const struct model_reading *reading, const struct flow_value *flow,
			 bool one_hop, uint8_t *packet)
{
	uint8_t *ip = packet + reading->network, *icmp = packet + reading->transport;
	size_t size = reading->ipv6 ? 16 : 4;
	uint8_t *source = ip + addresses_at(reading->ipv6);
	uint8_t *inside = packet + reading->inside;
	bool from_peer = !memcmp(source, inside + addresses_at(reading->ipv6) + size, size);
	uint8_t new_source[16];

	memcpy(new_source, from_peer ? (const void *)flow->source : source, size);
	write_ip(ip, reading->ipv6, new_source, flow->destination, one_hop);
	/* The packet inside went the other way. */
	write_ip(inside, reading->ipv6, flow->destination, flow->source, false);
	memcpy(packet + reading->inside_transport, &flow->destination_port, 2);
	memcpy(packet + reading->inside_transport + 2, &flow->source_port, 2);
	settle_inside(reading, packet);
	memset(icmp + 2, 0, 2);
	settle(icmp + 2, transport_sum(reading, reading->bytes), transport_sum(reading, packet),
	       false);
}
