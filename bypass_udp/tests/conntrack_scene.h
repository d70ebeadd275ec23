/* SPDX-License-Identifier: GPL-2.0-only */
/* A client, a router and a server, each in a network namespace of its own that ends with the test; the
 * test is in the router's. The router has no rules of its own but scene_nat()'s. Functions fail the
 * test when the kernel refuses. */
#ifndef BYPASS_UDP_TESTS_CONNTRACK_SCENE_H
#define BYPASS_UDP_TESTS_CONNTRACK_SCENE_H

#include <stdbool.h>
#include <stdint.h>
#include "conntrack_flow.h"

#define SCENE_SKIP 77 /* exit status of a test that cannot run here */

/* The router's port that leads to the server's, with the router's address as the sender's. */
#define SCENE_ROUTER_PORT 5353
#define SCENE_SERVER_PORT 6000

/* Where to the client can send: the router's own address, translated, and the server's, as it is. */
#define SCENE_CLIENT4 "10.77.1.2"
#define SCENE_CLIENT6 "fd77:1::2"
#define SCENE_ROUTER4 "10.77.1.1"
#define SCENE_ROUTER6 "fd77:1::1"
#define SCENE_SERVER4 "10.77.2.2"
#define SCENE_SERVER6 "fd77:2::2"
#define SCENE_FAR4 "10.77.2.1" /* the router's, on the server's side */
#define SCENE_FAR6 "fd77:2::1"

/* A flow put in by netlink; what is 0 is the usual. */
struct scene_flow {
	uint32_t number; /* two flows of a kind differ in it: 0 .. 65535 */
	bool is_ipv6;
	uint8_t protocol; /* 0: UDP */
	uint32_t status;  /* 0: answered and assured */
	uint32_t timeout; /* 0: 100 s */
	uint16_t zone;
};

/* NULL, or why this machine cannot: main() then prints "SKIP: REASON" and returns SCENE_SKIP. Called
 * again: other namespaces, as new. */
const char *scene_enter(void);

/* The translation above, for both families. */
void scene_nat(void);

/* Runs nft with this as its one argument; its exit status. */
int scene_nft(const char *text);

/* Writes VALUE into /proc/sys/NAME, of the router. */
void scene_sysctl(const char *name, const char *value);

/* Forgets all flows. */
void scene_flush(void);

/* A packet of the client's UDP port to ADDRESS and port, and, if it is to be answered, the server's
 * answer; either arrived when this returns. */
void scene_talk(const char *address, uint16_t port, uint16_t client_port, bool is_answered);
/* The same without looking whether it arrives. */
void scene_send(const char *address, uint16_t port, uint16_t client_port);

void scene_insert(const struct scene_flow *flow);
/* Flows of every kind that is not learned: other protocols, zones, unanswered. */
void scene_insert_others(void);
void scene_delete(const struct scene_flow *flow);
struct flow_key scene_original(const struct scene_flow *flow);

/* UDP */
struct flow_key scene_key(const char *source, uint16_t source_port, const char *destination,
			  uint16_t destination_port);
void scene_key_equal(const struct flow_key *key, const struct flow_key *expected);

#endif
