/* SPDX-License-Identifier: GPL-2.0-only */
/* The real bypass, loaded for BPF_PROG_TEST_RUN, its maps filled as a test says. What cannot fail in a
 * test ends it. */
#ifndef BYPASS_TESTS_BYPASS_SUBJECT_H
#define BYPASS_TESTS_BYPASS_SUBJECT_H

#include "bypass_udp.h"
#include "harness/run_program.h"

#define SUBJECT_PLAIN "bypass_udp.o"
#define SUBJECT_CONNTRACK "bypass_udp_conntrack.o"

enum subject_map {
	SUBJECT_CONFIG,
	SUBJECT_CPU,
	SUBJECT_NEXTHOPS,
	SUBJECT_DEVICES,
	SUBJECT_SETTINGS,
	SUBJECT_DAEMON,
	SUBJECT_MAP_COUNT,
};

struct bypass_subject {
	const struct run_chain *chain;
	struct run_chain own_chain; /* of subject_open_alone() */
	struct run_program program;
	int map[SUBJECT_MAP_COUNT];     /* file descriptors of the program's */
	int table[2][FLOW_TABLE_COUNT]; /* of IPv4, and of IPv6 */
};

/* Puts the bypass into a slot of the chain: both tables are searched and empty, the daemon is alive for
 * ever in epoch 1, every flow may be idle for ever. Close with subject_close(). 0, or 1 if the kernel has
 * not what the object needs. */
int subject_open(struct bypass_subject *subject, const struct run_chain *chain, __u32 slot,
		 const char *object);
void subject_close(struct bypass_subject *subject);

/* The same in a chain of its own, for a kernel that has what the object needs: a group's setup of cmocka
 * makes it *state, and subject_tear_down() is the teardown. */
void subject_open_alone(struct bypass_subject *subject, __u32 slot, const char *object);
int subject_tear_down(void **state);

void subject_configure(struct bypass_subject *subject, const struct bypass_config *config);
void subject_settings(struct bypass_subject *subject, const struct bypass_settings *settings);
void subject_daemon(struct bypass_subject *subject, const struct bypass_daemon *daemon);

/* What subject_open() had set. */
struct bypass_settings subject_standard_settings(void);
struct bypass_daemon subject_standard_daemon(void);

void subject_flow(struct bypass_subject *subject, enum flow_table table, const struct flow_key *key,
		  const struct flow_value *value);
void subject_forget_flows(struct bypass_subject *subject);
void subject_read_flow(struct bypass_subject *subject, enum flow_table table,
		       const struct flow_key *key, struct flow_value *ret_value);
void subject_nexthop(struct bypass_subject *subject, __u32 index,
		     const struct flow_nexthop *nexthop);
/* Frames may be redirected to that interface. */
void subject_device(struct bypass_subject *subject, __u32 ifindex);

/* Packets that went up for a reason, summed over the CPUs; of all reasons with BYPASS_UP_COUNT. */
__u64 subject_up(const struct bypass_subject *subject, unsigned int reason);
void subject_clear_up(struct bypass_subject *subject);

#endif
