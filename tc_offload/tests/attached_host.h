/* SPDX-License-Identifier: GPL-2.0-only */
/* A bpffs and, for each test, a network namespace of its own with the pairs o0, p0 and o1, p1, up. What cannot fail in
 * a test ends it. */
#ifndef OFFLOAD_TESTS_ATTACHED_HOST_H
#define OFFLOAD_TESTS_ATTACHED_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include "offload_attach.h"
#include "offload_host.h"
#include "problem.h"

/* NULL, or why this machine cannot: main() then prints "SKIP: REASON" and returns ATTACHED_HOST_SKIP. */
#define ATTACHED_HOST_SKIP 77
const char *attached_host_enter(void);
void attached_host_leave(void);

/* For cmocka. The teardown fails the test if file descriptors were left open. (L10) */
int attached_host_set_up(void **state);
int attached_host_tear_down(void **state);
/* Another network namespace as that of set_up; what was here goes, unless somebody holds it. */
void attached_host_renew(void);

const char *attached_host_bpffs(void);
extern struct problem attached_host_problem; /* what the functions below tell */
const char *attached_host_said(void);        /* what the last attach or detach told on its stream */
/* Fail the test unless `err` is 0; unless the problem tells this. */
void attached_host_must(int err);
void attached_host_told(const char *text);

/* Of these interfaces ("o0,o1"), without flows and sysctls; or with this wish, whose interfaces are those. */
int attached_host_attach(const char *interfaces, enum offload_at_choice at);
int attached_host_attach_as(const char *interfaces, struct offload_attach_wish *wish);
int attached_host_detach(const char *interfaces, enum offload_at_choice at);

/* Runs "COMMAND"; fails the test if it fails. */
void attached_host_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whether the output of COMMAND holds `text`. */
bool attached_host_shows(const char *command, const char *text);

/* Opens the host, to be closed by the test. */
struct offload_host attached_host_open(void);
/* What is attached at a place. */
struct tc_link_state attached_host_state(const char *interface, enum offload_side side);
/* Places of the host, 0: there is no directory. */
size_t attached_host_places(void);
/* "BPFFS/ecbpf/tc_offload_<inode>", and behind it; valid until the fourth call from now. */
const char *attached_host_path(const char *behind);
/* Number of pins and directories below BPFFS/ecbpf. */
size_t attached_host_pins(void);
/* Takes what is attached there off the interface as somebody else would. */
void attached_host_force(const char *interface, enum offload_side side);
/* Attaches as on a kernel without tcx. */
void attached_host_clsact(const char *interface, enum offload_side side);

#endif
