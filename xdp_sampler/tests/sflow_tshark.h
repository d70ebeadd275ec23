/* SPDX-License-Identifier: GPL-2.0-only */
/* What tshark reads in an sFlow datagram. */
#ifndef XDP_SAMPLER_TESTS_SFLOW_TSHARK_H
#define XDP_SAMPLER_TESTS_SFLOW_TSHARK_H

#include <stddef.h>
#include <stdint.h>

/* NULL, or why there is none. */
const char *sflow_tshark_missing(void);

/* "name=value name=value …": every field of the dissection in its order, without the name's first
 * part ("sflow_245."). Valid until the next call. Fails the test if tshark does not work or finds
 * fault with the datagram. */
const char *sflow_tshark(const uint8_t *datagram, size_t length);

#endif
