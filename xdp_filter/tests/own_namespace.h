/* SPDX-License-Identifier: GPL-2.0-only */
/* A network namespace of the test's own, and the ip command in it. Functions fail the test when the
 * kernel refuses. */
#ifndef XDP_FILTER_TESTS_OWN_NAMESPACE_H
#define XDP_FILTER_TESTS_OWN_NAMESPACE_H

#include "local_routes.h"

#define OWN_NAMESPACE_SKIP 77 /* exit status of a test that cannot run here */

/* NULL, or why this process cannot have one; main() then prints "SKIP: REASON" and returns
 * OWN_NAMESPACE_SKIP. */
const char *own_namespace_enter(void);

/* Another one, in which the loopback is up. */
void own_namespace_renew(void);

/* Runs "ip ARGUMENTS". */
void ip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Routes of one prefix each, 10.x.y.z/32 or fd77::x/128, number `first` and the following. `action` is
 * "add" or "del", `type` "local" or "unicast". */
void ip_routes(const char *action, const char *type, int family, unsigned int first,
	       unsigned int count);

/* "127.0.0.0/8 127.0.0.1/32 ::1/128"; valid until the next call. */
const char *routes_text(const struct local_routes *routes);
/* And from such a text; sorted. To be freed by the caller. */
struct local_routes routes_from_text(const char *text);

#endif
