/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads sFlow datagrams, written after the specification and not after our encoder. */
#ifndef XDP_SAMPLER_TESTS_SFLOW_READER_H
#define XDP_SAMPLER_TESTS_SFLOW_READER_H

#include <stddef.h>
#include <stdint.h>

/* What a datagram holds; fails the test where lengths do not fit. One line each, a newline behind it:
 *	datagram AGENT sub SUB seq SEQUENCE
 *	flow SEQUENCE CLASS:INDEX 1/RATE pool POOL drops DROPS in INPUT out FORMAT:OUTPUT RECORDS
 *	flow_expanded … in FORMAT:INPUT out FORMAT:OUTPUT RECORDS
 *	counters SEQUENCE CLASS:INDEX RECORDS, counters_expanded …
 *	discard SEQUENCE CLASS:INDEX drops DROPS in INPUT out OUTPUT reason REASON RECORDS
 * with the records {header PROTOCOL FRAME_LENGTH STRIPPED BYTES}, {switch VLAN PRIORITY VLAN PRIORITY},
 * {function SYMBOL}, {interface INDEX}. Valid until the next call. */
const char *sflow_read(const uint8_t *bytes, size_t length);

uint32_t sflow_read_uptime(const uint8_t *bytes);

#endif
