/* SPDX-License-Identifier: GPL-2.0-only */
/* The process that reads an interface's ring, as others see it. */
#ifndef XDP_SAMPLER_RING_READER_H
#define XDP_SAMPLER_RING_READER_H

#include "chain.h"
#include "sampler_ledger.h"

enum ring_reader {
	RING_READER_NONE,    /* nobody reads */
	RING_READER_RUNNING, /* `daemon`.pid reads */
	RING_READER_DEAD,    /* nobody reads, and who did has not said good-bye */
};

enum ring_reader ring_reader_of(const struct chain *chain, const struct ledger_daemon *daemon);

#endif
