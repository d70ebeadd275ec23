/* SPDX-License-Identifier: GPL-2.0-only */
/* A sample as members of a JSON object. All of them are always there; what is not known, or has no
 * meaning for this packet, is null:
 *
 * time, time_ns      when the kernel took it: "2026-11-21T19:05:00.123456789Z", and since 1970
 * interface, ifindex, queue, cpu, sequence
 * place              "ingress", "verdict"
 * verdict            "XDP_DROP" …; null at ingress, like the next four
 * slot               that decided; null with a verdict: the end of the chain (the root)
 * program            of that slot
 * reason, reason_number   "not_ip", 5; "reason_17", 17 where the program numbers its own
 * frame_length, captured_length
 * chosen             of "chance", "recorder", "followed"
 * rate               1 in N; null: not by chance
 * recorders          ids
 * join               the same in the ingress and the verdict sample of one packet
 * parsed             "complete", "cut" (the capture ends), "unread", "malformed"
 * source_mac, destination_mac, ethertype ("0x0800")
 * vlan               tags, outermost first: {type "0x8100", id, priority, drop_eligible}
 * source, destination, protocol ("UDP" or "250"), protocol_number
 * fragment           {offset (bytes), more}; null: not a fragment
 * source_port, destination_port, icmp_type, icmp_code
 * tcp_flags          of "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"
 *
 * Readers that keep numbers as doubles are exact up to 2^53. What goes beyond, time_ns and join, is a
 * string of digits. */
#ifndef XDP_SAMPLER_SAMPLE_JSON_H
#define XDP_SAMPLER_SAMPLE_JSON_H

#include "report.h"
#include "sample_view.h"

#define SAMPLE_JSON_VERSION 1

/* Into the object that is open. */
void sample_json_write(struct report *report, const struct sample_view *view);

#endif
