/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of places, verdicts and reasons, both ways. The way from number to name is declared in
 * sample_view.h. */
#ifndef XDP_SAMPLER_SAMPLE_NAMES_H
#define XDP_SAMPLER_SAMPLE_NAMES_H

#include "sample_view.h"

/* Understand the whole of `text`. 0, or -EINVAL with *ret_… untouched. */

/* "drop", "tx", "pass", "redirect", "aborted", "invalid" in any case, also with "XDP_" before it and
 * as sample_verdict_name() writes it. */
int sample_verdict_number(const char *text, unsigned int *ret_verdict);

/* "not_ip", "reason_17" as sample_reason_name() writes it, or "17": below ECBPF_REASON_LIMIT. */
int sample_reason_number(const char *text, unsigned int *ret_reason);

/* "ingress", "verdict". */
int sample_place_number(const char *text, unsigned int *ret_place);

#endif
