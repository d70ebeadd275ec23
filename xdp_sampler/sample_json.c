// SPDX-License-Identifier: GPL-2.0-only
#include "sample_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "packet_summary.h"

#define NANOSECONDS 1000000000ULL
#define DIGITS_SIZE sizeof("18446744073709551615")

static void put_number(struct report *report, const char *key, bool known, uint64_t number)
{
	if (known)
		report_number(report, key, NULL, number);
	else
		report_null(report, key);
}

static void put_digits(struct report *report, const char *key, bool known, uint64_t number)
{
	char text[DIGITS_SIZE];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	report_string(report, key, NULL, known ? text : NULL);
}

static void put_hex(struct report *report, const char *key, bool known, uint16_t number)
{
	char text[sizeof("0xffff")];

	snprintf(text, sizeof(text), "0x%04x", number);
	report_string(report, key, NULL, known ? text : NULL);
}

/* An array of the names of those bits of `bits` that have one; null if not known. */
static void put_bits(struct report *report, const char *key, bool known, unsigned int bits,
		     const char *const *names, unsigned int count)
{
	if (!known) {
		report_null(report, key);
		return;
	}
	report_array_begin(report, key);
	for (unsigned int i = 0; i < count; i++) {
		if (bits & 1U << i)
			report_string(report, NULL, NULL, names[i]);
	}
	report_array_end(report);
}

static void put_time(struct report *report, uint64_t realtime)
{
	time_t seconds = (time_t)(realtime / NANOSECONDS);
	char text[64];
	struct tm tm;
	size_t length;

	gmtime_r(&seconds, &tm);
	length = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + length, sizeof(text) - length, ".%09uZ",
		 (unsigned int)(realtime % NANOSECONDS));
	report_string(report, "time", NULL, text);
	put_digits(report, "time_ns", true, realtime);
}

static void put_decision(struct report *report, const struct sample_view *view)
{
	const struct sample *sample = view->sample;
	bool decided = sample->verdict != SAMPLE_NO_VERDICT;
	char reason[SAMPLE_REASON_NAME_SIZE];

	report_string(report, "place", NULL, sample_place_name(sample->place));
	report_string(report, "verdict", NULL,
		      decided ? sample_verdict_name(sample->verdict) : NULL);
	put_number(report, "slot", decided && sample->row < ECBPF_SLOT_COUNT, sample->row);
	report_string(report, "program", NULL, decided && *view->program ? view->program : NULL);
	report_string(report, "reason", NULL, decided ? sample_view_reason(view, reason) : NULL);
	put_number(report, "reason_number", decided, sample->reason);
}

static void put_choice(struct report *report, const struct sample *sample)
{
	static const char *const names[] = { "chance", "recorder", "followed" };

	put_bits(report, "chosen", true, sample->chosen, names, sizeof(names) / sizeof(names[0]));
	put_number(report, "rate", sample->rate != 0, sample->rate);
	report_array_begin(report, "recorders");
	for (unsigned int i = 0; i < sample->recorder_count && i < SAMPLE_RECORDERS; i++)
		report_number(report, NULL, NULL, sample->recorder[i]);
	report_array_end(report);
	put_digits(report, "join", sample->join != 0, sample->join);
}

static void put_mac(struct report *report, const char *key, bool known, const uint8_t mac[6])
{
	char text[sizeof("00:00:00:00:00:00")];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	report_string(report, key, NULL, known ? text : NULL);
}

static void put_link(struct report *report, const struct packet_summary *summary)
{
	bool known = summary->reached >= SUMMARY_LINK;

	put_mac(report, "source_mac", known, summary->source_mac);
	put_mac(report, "destination_mac", known, summary->destination_mac);
	put_hex(report, "ethertype", known, summary->ethertype);
	report_array_begin(report, "vlan");
	for (unsigned int i = 0; i < summary->tag_count; i++) {
		const struct summary_tag *tag = &summary->tag[i];

		report_object_begin(report, NULL);
		put_hex(report, "type", true, tag->type);
		report_number(report, "id", NULL, tag->tci & 0xfff);
		report_number(report, "priority", NULL, tag->tci >> 13);
		report_bool(report, "drop_eligible", NULL, tag->tci & 0x1000);
		report_object_end(report);
	}
	report_array_end(report);
}

static void put_address(struct report *report, const char *key,
			const struct packet_summary *summary, const uint8_t *address)
{
	char text[SUMMARY_ADDRESS_SIZE];

	report_string(report, key, NULL,
		      summary->family ? summary_address_text(summary->family, address, text) :
					NULL);
}

static void put_network(struct report *report, const struct packet_summary *summary)
{
	bool known = summary->reached >= SUMMARY_PROTOCOL;
	char protocol[SUMMARY_PROTOCOL_SIZE];

	put_address(report, "source", summary, summary->source);
	put_address(report, "destination", summary, summary->destination);
	report_string(report, "protocol", NULL,
		      known ? summary_protocol_name(summary->protocol, protocol) : NULL);
	put_number(report, "protocol_number", known, summary->protocol);
	if (summary->fragment == SUMMARY_WHOLE) {
		report_null(report, "fragment");
		return;
	}
	report_object_begin(report, "fragment");
	report_number(report, "offset", NULL, summary->fragment_offset);
	report_bool(report, "more", NULL, summary->more_fragments);
	report_object_end(report);
}

static void put_transport(struct report *report, const struct packet_summary *summary)
{
	static const char *const flags[] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR",
	};
	bool ports = summary->transport == SUMMARY_PORTS;
	bool icmp = summary->transport == SUMMARY_ICMP;

	put_number(report, "source_port", ports, summary->source_port);
	put_number(report, "destination_port", ports, summary->destination_port);
	put_number(report, "icmp_type", icmp, summary->icmp_type);
	put_number(report, "icmp_code", icmp, summary->icmp_code);
	put_bits(report, "tcp_flags", summary->has_tcp_flags, summary->tcp_flags, flags,
		 sizeof(flags) / sizeof(flags[0]));
}

void sample_json_write(struct report *report, const struct sample_view *view)
{
	const struct sample *sample = view->sample;
	struct packet_summary summary;

	put_time(report, view->realtime);
	report_string(report, "interface", NULL, view->port->interface);
	report_number(report, "ifindex", NULL, sample->ifindex);
	report_number(report, "queue", NULL, sample->queue);
	report_number(report, "cpu", NULL, sample->cpu);
	report_number(report, "sequence", NULL, sample->sequence);
	put_decision(report, view);
	report_number(report, "frame_length", NULL, sample->frame_length);
	report_number(report, "captured_length", NULL, sample->captured);
	put_choice(report, sample);
	packet_summary_read(view->bytes, sample->captured, sample->frame_length, &summary);
	report_string(report, "parsed", NULL, summary_stop_name(summary.stop));
	put_link(report, &summary);
	put_network(report, &summary);
	put_transport(report, &summary);
}
