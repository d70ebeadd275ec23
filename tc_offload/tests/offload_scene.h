/* SPDX-License-Identifier: GPL-2.0-only */
/* A host of its own with interfaces r1 (10.0.1.1/24, fd00:1::1/64) and r2 (10.0.2.1/24, fd00:2::1/64), whose other
 * ends p1 and p2 nobody listens at; neighbours 10.0.N.4 and fd00:N::4 are known to have 02:00:00:00:0N:04. The
 * shared maps are there, nothing is attached. Functions fail the test when something refuses. */
#ifndef TC_OFFLOAD_TESTS_OFFLOAD_SCENE_H
#define TC_OFFLOAD_TESTS_OFFLOAD_SCENE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "flow_rule_list.h"
#include "flow_tables.h"
#include "offload_host.h"
#include "problem.h"

#define OFFLOAD_SCENE_FLOWS 64 /* room, of each family */

/* NULL, or why this machine cannot: main() then prints "SKIP: REASON" and returns SCRATCH_SKIP. */
const char *offload_scene_enter(void);
void offload_scene_leave(void);

/* For cmocka: another host each. The second fails if descriptors are left open. */
int offload_scene_set_up(void **state);
int offload_scene_tear_down(void **state);
/* The shared maps go, as with the last --detach, or come again. */
void offload_scene_detach(void);
void offload_scene_attach(void);

const char *offload_scene_bpffs(void);
extern struct problem offload_scene_problem;
/* Fails with offload_scene_problem if err is not 0, or if that does not say this. */
void offload_scene_must(int err);
void offload_scene_says(const char *text);

/* A command that must succeed. */
void offload_scene_run(const char *line);

/* Lines "IN => OUT [both]"; to be freed with flow_rule_list_free(). */
struct flow_rule_list offload_scene_rules(const char *lines);
/* --flow-add of them; what was said is in offload_scene_said. */
int offload_scene_add(const char *lines, bool dry_run);
extern char *offload_scene_said;
/* For a verb's stream: what was said until it is closed is in offload_scene_said. */
FILE *offload_scene_listen(void);

struct offload_host offload_scene_host(void);
struct offload_settings offload_scene_settings(void);
struct offload_daemon offload_scene_daemon(void);
/* False: there is no such flow. */
bool offload_scene_find(const char *in, struct flow_value *ret_value);
/* The way that packets of that flow meet, as the map has it. */
struct flow_way offload_scene_way(const char *in);
uint32_t offload_scene_ifindex(const char *name);

#endif
