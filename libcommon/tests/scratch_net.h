/* SPDX-License-Identifier: GPL-2.0-only */
/* A network namespace of the test's own, with the pair of interfaces test.0 and test.1, up. */
#ifndef ECBPF_TESTS_SCRATCH_NET_H
#define ECBPF_TESTS_SCRATCH_NET_H

#include <linux/types.h>

#define SCRATCH_VETH "test.0"
#define SCRATCH_PEER "test.1"

/* NULL, or why this process cannot have one. Also scratch_bpffs_enter(), to be left at the end as ever.
 * Once per process, before threads. */
const char *scratch_net_enter(void);

/* Both fail the test when the kernel refuses. */
void scratch_net_make_veth(void);
void scratch_net_remove_veth(void);

/* A link of the program with the interface, in native mode, or generic; the caller closes it. */
int scratch_net_link(int program, const char *interface, __u32 flags);

#endif
