/* SPDX-License-Identifier: GPL-2.0-only */
/* What a reader hands on to a capture beside it, through a socket whose packets come whole or not at
 * all. Same machine, same build: host byte order, and a number that refuses others. */
#ifndef XDP_SAMPLER_TAP_MESSAGE_H
#define XDP_SAMPLER_TAP_MESSAGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "problem.h"
#include "reason_names.h"
#include "sample_view.h"
#include "sink.h"

/* Another one whenever something here, in sample.h or in struct sink_counts changes. */
#define TAP_VERSION 1
#define TAP_PORTS 64
#define TAP_PACKET_SIZE (128 << 10)

/* The first packet, and the only one of the capture. */
struct tap_request {
	uint32_t version;
	uint32_t port_count;
	/* Verdict samples, as in struct sampler_config. */
	uint64_t reasons;
	uint32_t verdicts;
	uint32_t rows;
	struct tap_wanted_port {
		char interface[16];
		uint32_t recorder; /* only samples that this one took; 0: all that the reader takes */
	} ports[TAP_PORTS];
};

/* The reader's first packet. Everything that passes from now on is handed on, or counted as lost. */
struct tap_answer {
	uint32_t version;
	int32_t error; /* negative errno, and why */
	char text[120];
};

/* All others hold messages, one behind the other, each a multiple of 8 bytes. */
enum tap_kind {
	TAP_PORT = 1,
	TAP_SAMPLE = 2,
};

struct tap_header {
	uint32_t size; /* with this header */
	uint32_t kind;
};

/* Before the first sample of a port, several times a second, and at the end. */
struct tap_port {
	struct tap_header header;
	uint32_t port; /* its number in the request */
	uint32_t ifindex;
	struct sink_counts counts[SAMPLER_PLACE_COUNT]; /* since the tap was opened */
};

struct tap_sample {
	struct tap_header header;
	uint32_t port;
	uint32_t unused;
	uint64_t realtime;
	char program[64];
	char reason[REASON_NAME_SIZE]; /* "": unknown */
	struct sample sample;          /* and its bytes */
};

struct tap_message {
	const struct tap_port *port; /* one of the two */
	const struct tap_sample *sample;
};

/* Next message of a packet in 8-byte aligned memory, checked: port numbers are below TAP_PORTS, texts
 * terminated, a sample's bytes all there. Returns 1, 0 at the packet's end, or -EPROTO. */
int tap_message_next(const void *packet, size_t size, size_t *position,
		     struct tap_message *ret_message);

/* Whether a request is one: numbers in their limits, texts terminated. `size`: that came. */
int tap_request_check(const struct tap_request *request, size_t size, struct problem *problem);

/* Where the reader with this process id listens: one name per bpffs, in the network namespace. */
int tap_address(const char *bpffs, uint32_t pid, struct sockaddr_un *ret_address,
		socklen_t *ret_length, struct problem *problem);

_Static_assert(sizeof(struct tap_port) % 8 == 0 && offsetof(struct tap_sample, sample) % 8 == 0,
	       "messages are aligned");

#endif
