/* SPDX-License-Identifier: GPL-2.0-only */
/* What an interface is and can, as far as XDP programs care. Read from this host; nothing is changed for it. */
#ifndef ECBPF_INTERFACE_FACTS_H
#define ECBPF_INTERFACE_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/chain.h"
#include "interface.h"
#include "interface_switches.h"

#define INTERFACE_PROGRAM_SIZE 64

struct interface_facts {
	char name[INTERFACE_NAME_SIZE]; /* its own, where it was asked for by an alternative one */
	uint32_t ifindex;               /* 0: no such interface, nothing else is filled in */
	bool is_running;                /* up, with carrier */
	bool is_bond;
	bool has_vlan_devices; /* above it */
	bool has_tc_filters;   /* of a clsact qdisc, on either side */
	uint32_t mtu;
	uint32_t one_buffer; /* largest MTU of frames that one buffer of a driver can hold */
	uint32_t cpus;       /* online */
	struct interface_switches switches;
	/* What the driver says about XDP, kernels from 6.3; of older ones its name must do. Unknown also of a driver
	 * from outside of the kernel that says nothing. */
	enum fact_switch native;   /* runs native programs */
	enum fact_switch frags;    /* and those for frames in several buffers */
	enum fact_switch redirect; /* takes redirected frames */
	/* A veth. Of its other end more is known only if that is in this network namespace. */
	bool is_veth;
	char peer[INTERFACE_NAME_SIZE]; /* "": elsewhere */
	uint32_t peer_mtu;
	enum fact_switch peer_tx_checksum, peer_program;
	/* The XDP program on it. */
	bool program_unknown;                 /* this process may not ask */
	uint32_t program_id;                  /* 0: none */
	char program[INTERFACE_PROGRAM_SIZE]; /* "id 12 (xdp_dispatcher)", or without the name */
	uint32_t program_mode;                /* enum ecbpf_mode, 0: none, or in the hardware */
	enum fact_switch is_ours;             /* held by a link that is pinned under BPFFS/ecbpf */
	bool program_frags;                   /* of ours */
	/* A bond or bridge that it belongs to and that has a program, "": none. */
	char busy_master[INTERFACE_NAME_SIZE];
};

/* Never fails: what cannot be read is unknown. */
void interface_facts_read(struct interface_facts *ret_facts, const char *bpffs, const char *name);

#endif
