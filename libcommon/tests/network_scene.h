/* SPDX-License-Identifier: GPL-2.0-only */
/* A router with neighbours: the test is in the router's network namespace, each neighbour has one of its
 * own. Functions fail the test when the kernel refuses. */
#ifndef ECBPF_UDP_TESTS_NETWORK_SCENE_H
#define ECBPF_UDP_TESTS_NETWORK_SCENE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "abi/flow.h"
#include "nexthops.h"

#define SCENE_SKIP 77        /* exit status of a test that cannot run here */
#define SCENE_PATIENCE 20000 /* milliseconds that something may take */

/* NULL, or why this machine cannot: main() then prints "SKIP: REASON" and returns SCENE_SKIP. */
const char *network_scene_enter(void);

/* Another router, without interfaces, that forwards; neighbours of before are gone. */
void network_scene_renew(void);

/* A neighbour number N: "nN" in its namespace leads to the router's "rN". 10.0.N.1/24 and fd00:N::1/64 are the
 * router's addresses, .2 the neighbour's; MAC addresses 02:00:00:00:0N:01 and :02. It takes redirected
 * frames if `gro`. */
void network_scene_neighbour(unsigned int number, bool gro);
/* Its namespace goes, and with it the router's end. */
void network_scene_delete(unsigned int number);

/* Runs "COMMAND" in the router or at a neighbour; the first must succeed, the second says. */
void network_scene_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool network_scene_try(const char *format, ...) __attribute__((format(printf, 1, 2)));
void network_scene_at(unsigned int number, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Whether the output of COMMAND holds `text`. */
bool network_scene_shows(const char *command, const char *text);

/* The maps of next hops. */
struct network_maps {
	int nexthops, devices;
};
struct network_maps network_scene_maps(void);
void network_scene_close_maps(struct network_maps *maps);
/* An entry as packets see it. */
struct flow_nexthop network_scene_entry(const struct network_maps *maps, uint32_t index);
bool network_scene_has_device(const struct network_maps *maps, uint32_t ifindex);

/* The daemon's next hops, beside two neighbours that take redirected frames. */
struct network_scene {
	struct network_maps maps;
	struct nexthops *nexthops;
};
extern struct network_scene scene;
/* For cmocka. */
int network_scene_set_up(void **state);
int network_scene_tear_down(void **state);
/* The daemon's start, again. */
void network_scene_open(void);

/* Where a flow to this address leaves; the second fails the test if there is no entry. */
uint32_t network_scene_ask(const char *destination);
uint32_t network_scene_made(const char *destination);
/* Its way, once it is usable. */
struct flow_way network_scene_usable(uint32_t index);
/* It leads to this neighbour. */
void network_scene_expect(const struct flow_way *way, unsigned int number);

/* A UDP flow from 10.0.0.9 or fd00::9 to this address. */
struct flow_key network_scene_flow(const char *destination);
/* The address is four words. */
void network_scene_address(const char *text, __be32 ret_address[4]);
/* "02:…" of the router's end or of the neighbour's. */
void network_scene_mac(unsigned int number, bool of_neighbour, uint8_t ret_mac[6]);

/* Follows until the way of that entry has this state; fails after SCENE_PATIENCE. */
struct flow_way network_scene_await(struct nexthops *nexthops, const struct network_maps *maps,
				    uint32_t index, uint32_t state);
/* Follows until routes have changed. */
void network_scene_await_routes(struct nexthops *nexthops);
/* Waits a moment for news, then does once what the daemon does with them. */
void network_scene_round(struct nexthops *nexthops, struct nexthops_news *news);
/* Follows what has been told until nothing is. */
void network_scene_follow(struct nexthops *nexthops, struct nexthops_news *ret_news);

#endif
