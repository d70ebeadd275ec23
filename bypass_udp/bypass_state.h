/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything a status tells, read at once: what the network namespace shares, and each interface. */
#ifndef BYPASS_STATE_H
#define BYPASS_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bypass_slot.h"
#include "bypass_udp.h"
#include "flow_tables.h"
#include "interface.h"
#include "nexthops.h"
#include "problem.h"

#define BYPASS_DISAGREEMENTS 8
#define BYPASS_REMARK_SIZE 256

/* What is wrong, and what is worth knowing, with what to type. */
struct bypass_remarks {
	char disagreement[BYPASS_DISAGREEMENTS][BYPASS_REMARK_SIZE];
	size_t disagreement_count;
	char note[BYPASS_DISAGREEMENTS][BYPASS_REMARK_SIZE];
	size_t note_count;
};

enum bypass_daemon_state {
	BYPASS_DAEMON_NONE,
	BYPASS_DAEMON_RUNNING,
	BYPASS_DAEMON_SILENT, /* not heard of for longer than it may be */
};

struct bypass_table_use {
	uint64_t flows;
	uint64_t capacity;
};

/* A next hop that flows use. */
struct bypass_nexthop_use {
	uint32_t index;
	uint32_t state;                /* enum flow_way_state */
	char text[NEXTHOPS_TEXT_SIZE]; /* "via 10.0.0.1 dev eth1 …" */
	uint64_t flows, packets, bytes;
};

struct bypass_host_state {
	bool is_there; /* something is attached in this network namespace */
	uint64_t now;  /* CLOCK_MONOTONIC, nanoseconds */
	struct bypass_settings settings;
	struct bypass_daemon daemon;
	struct bypass_ledger ledger;
	struct bypass_excluded excluded;
	struct bypass_table_use tables[FLOW_TABLE_COUNT][FLOW_FAMILY_COUNT];
	struct bypass_nexthop_use *nexthops; /* in the order of their indexes */
	size_t nexthop_count;
	enum bypass_daemon_state daemon_state;
	struct bypass_remarks remarks;
};

struct bypass_interface_state {
	char name[INTERFACE_NAME_SIZE];
	struct program_slot place;
	struct bypass_config config;
	/* Packets since the maps were made: [0: l2, 1: nat][0: XDP_TX, 1: XDP_REDIRECT], and by enum
	 * bypass_up. Together every packet that reached the slot but those that were aborted. */
	uint64_t sent[2][2];
	uint64_t up[BYPASS_UP_COUNT];
	uint64_t lost; /* frames that XDP sent and the driver did not, as it counts them */
	bool is_observed;
	bool sets_timers; /* its program sets conntrack's timers by itself */
	bool has_root;    /* the root runs on the interface */
	uint32_t ifindex; /* of the interface now */
	uint8_t mac[6];
	struct bypass_remarks remarks;
};

struct bypass_state {
	struct bypass_host_state host;
	struct bypass_interface_state *interfaces;
	size_t interface_count;
};

/* Reads the namespace and the interfaces of the list, of an empty list all that have bypass_udp. An
 * interface that cannot be read does not hide the others: the first problem is handed back, and what
 * could be read is there. Takes the lock by itself. To be freed also on failure. */
int bypass_state_read(struct bypass_state *ret_state, const char *bpffs,
		      const struct interface_list *wanted, unsigned int slot,
		      struct problem *problem);
void bypass_state_free(struct bypass_state *state);

/* Flows of both families. */
uint64_t bypass_state_flows(const struct bypass_host_state *host, enum flow_table table);
uint64_t bypass_state_sent(const struct bypass_interface_state *interface);
uint64_t bypass_state_up(const struct bypass_interface_state *interface);
/* Of all packets that reached the slot, parts per million; 0 of none. */
uint64_t bypass_state_share(const struct bypass_interface_state *interface);
/* Nanoseconds since the daemon was last heard of. */
uint64_t bypass_state_silence(const struct bypass_host_state *host);

#endif
