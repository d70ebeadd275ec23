/* SPDX-License-Identifier: GPL-2.0-only */
/* The blocks of a pcapng file (draft-ietf-opsawg-pcapng), put one behind the other into a buffer, in
 * this machine's byte order. Each function puts one block, or nothing and returns -ENOMEM. */
#ifndef XDP_SAMPLER_PCAPNG_BLOCK_H
#define XDP_SAMPLER_PCAPNG_BLOCK_H

#include <stddef.h>
#include <stdint.h>
#include "sample_view.h"

/* Zero is an empty buffer. */
struct pcapng_buffer {
	uint8_t *bytes;
	size_t length;
	size_t size;
};

void pcapng_buffer_free(struct pcapng_buffer *buffer);

/* Section header: what wrote the file. Its length is left open. */
int pcapng_put_section(struct pcapng_buffer *buffer, const char *hardware, const char *os,
		       const char *application);

/* Interface description: Ethernet, time in nanoseconds, no limit of length. The first one of a section
 * is interface 0, the next 1 and so on. `name` must be UTF-8. */
int pcapng_put_interface(struct pcapng_buffer *buffer, const char *name, const char *description);

/* Enhanced packet: the bytes, length and time of a sample, its comment (sample_comment.h), direction
 * "inbound", queue, `join` as packet id if it has one, verdict (Linux eBPF XDP) at the verdict place,
 * and `dropped`, if not 0, as the packets lost since the one before. */
int pcapng_put_packet(struct pcapng_buffer *buffer, uint32_t interface,
		      const struct sample_view *view, uint64_t dropped);

struct pcapng_statistics {
	uint64_t begin, end;    /* CLOCK_REALTIME, nanoseconds */
	uint64_t received;      /* isb_ifrecv */
	uint64_t dropped;       /* isb_ifdrop */
	uint64_t accepted;      /* isb_filteraccept */
	uint64_t dropped_early; /* isb_osdrop */
	uint64_t delivered;     /* isb_usrdeliv */
};

#define PCAPNG_STATISTICS_LENGTH 112

/* Interface statistics, PCAPNG_STATISTICS_LENGTH bytes. */
int pcapng_put_statistics(struct pcapng_buffer *buffer, uint32_t interface,
			  const struct pcapng_statistics *statistics);

#endif
