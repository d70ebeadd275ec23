/* SPDX-License-Identifier: GPL-2.0-only */
/* A router in a network namespace and a bpffs of the test's own: the interfaces r0 and r1, each with a real
 * root; their other ends lie in the same namespace. 10.1.0.1 is a neighbour behind r0, 10.2.0.1 one behind
 * r1, both known for ever. What cannot fail in a test ends it. */
#ifndef BYPASS_TESTS_BYPASSED_ROUTER_H
#define BYPASS_TESTS_BYPASSED_ROUTER_H

#include <stdint.h>
#include "bypass_attach.h"
#include "bypass_host.h"
#include "problem.h"

/* NULL, or why this machine cannot: main() then prints "SKIP: REASON" and returns ROUTER_SKIP. */
#define ROUTER_SKIP 77
const char *bypassed_router_enter(void);
void bypassed_router_leave(void);

/* For cmocka. The teardown fails the test if file descriptors were left open. (L10) */
int bypassed_router_set_up(void **state);
int bypassed_router_tear_down(void **state);

const char *bypassed_router_bpffs(void);
extern struct problem bypassed_router_problem; /* what the functions below tell */

/* As from the command line, without a configuration file; NULL: nothing is said. */
int bypassed_router_attach(const char *interface, const struct bypass_request *said);
int bypassed_router_attach_plan(const char *interface, const struct bypass_plan *plan);
int bypassed_router_detach(const char *interface);
/* Fails the test unless `err` is 0. */
void bypassed_router_must(int err);

/* Programs of a slot as packets meet it, 0: it is empty. */
uint32_t bypassed_router_program(const char *interface, unsigned int slot);
/* True if its egress is observed. */
bool bypassed_router_observes(const char *interface);
/* Of the slot's own map. */
struct bypass_config bypassed_router_config(const char *interface);
/* Removes the root of an interface as xdp_root_loader --detach does, or the interface itself. */
void bypassed_router_remove_root(const char *interface);
void bypassed_router_remove_link(const char *interface);

/* Pins and directories below BPFFS/ecbpf but those of the roots, one a line, sorted, "#" for the inode of
 * the namespace; to be freed. */
char *bypassed_router_pins(void);
/* "BPFFS/ecbpf/bypass_udp_<inode>", and behind it. */
const char *bypassed_router_path(const char *behind);

#endif
