/* SPDX-License-Identifier: GPL-2.0-only */
/* A network namespace with two tap devices (or tun, which have no link header): what is written to one arrives
 * there with the checksum state, the fragments and the segments that the test says, and what leaves at the other is
 * read as it would be on a wire. What cannot fail in a test ends it. */
#ifndef TC_OFFLOAD_TESTS_OFFLOAD_WIRE_H
#define TC_OFFLOAD_TESTS_OFFLOAD_WIRE_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_FRAME_SIZE 65536

struct offload_wire {
	int fd;
	uint32_t ifindex;
	uint8_t mac[6];
};

struct wire_frame {
	struct virtio_net_hdr state;
	uint8_t bytes[WIRE_FRAME_SIZE];
	size_t length;
};

/* Once per process, before all else: NULL, or why there are no such devices here. */
const char *wire_namespace(void);

/* A device that is up, of MTU 9000. Close with wire_close(). */
void wire_open(struct offload_wire *wire, const char *name, bool has_link_header);
void wire_close(struct offload_wire *wire);

/* Whether what leaves at this device may leave with its checksum unfinished. At first not. */
void wire_takes_unfinished(const struct offload_wire *wire, bool unfinished);

/* Attaches a program, for the life of the device. */
void wire_attach(uint32_t ifindex, bool egress, int program);

/* Arrives at the device. False: this kernel knows no segments of that kind. */
bool wire_arrive(const struct offload_wire *wire, const struct wire_frame *frame);
/* Is sent on a device, by a packet socket. */
void wire_send(uint32_t ifindex, const struct wire_frame *frame);

/* The next that leaves at the device; false: nothing does, even after a long while. */
bool wire_receive(const struct offload_wire *wire, struct wire_frame *ret_frame);

#endif
