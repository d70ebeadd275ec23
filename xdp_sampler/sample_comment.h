/* SPDX-License-Identifier: GPL-2.0-only */
/* What the sampler knows about a sample, as a line for people and scripts:
 * "at=verdict verdict=XDP_DROP slot=2 program=xdp_filter reason=not_ip rate=1000 recorders=7,9
 * join=281474976710657 seq=12 cpu=0". What does not apply is left out; "slot=root": no slot decided. */
#ifndef XDP_SAMPLER_SAMPLE_COMMENT_H
#define XDP_SAMPLER_SAMPLE_COMMENT_H

#include <stddef.h>
#include "sample_view.h"

#define SAMPLE_COMMENT_SIZE 512 /* enough for any */

/* Writes it, without a terminator; returns its length. */
size_t sample_comment_write(const struct sample_view *view, char ret_text[SAMPLE_COMMENT_SIZE]);

#endif
