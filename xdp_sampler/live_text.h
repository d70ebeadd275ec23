/* SPDX-License-Identifier: GPL-2.0-only */
/* Short texts of the live view. */
#ifndef XDP_SAMPLER_LIVE_TEXT_H
#define XDP_SAMPLER_LIVE_TEXT_H

#include <stdint.h>
#include "live_top.h"

#define LIVE_TEXT_SIZE 64

/* Each returns ret_text. */

/* Three digits: "0", "7.5", "950", "1.20k", "48.1M". */
const char *live_text_rate(double value, char ret_text[LIVE_TEXT_SIZE]);
/* "81.3%", "-" of nothing. */
const char *live_text_share(double part, double whole, char ret_text[LIVE_TEXT_SIZE]);
/* "2026-11-21T19:05:01Z". */
const char *live_text_time(uint64_t realtime, char ret_text[LIVE_TEXT_SIZE]);
/* Address, or MAC address of what is not IP. */
const char *live_text_source(const struct live_key *key, char ret_text[LIVE_TEXT_SIZE]);
/* "UDP 53", "ICMP type 8", "UDP fragment", "GRE", "ARP", "ethertype 0x88cc". */
const char *live_text_service(const struct live_key *key, char ret_text[LIVE_TEXT_SIZE]);
/* "DROP": the verdict's name without "XDP_". */
const char *live_text_verdict(unsigned int verdict);

#endif
