/* SPDX-License-Identifier: GPL-2.0-only */
/* A bpffs of the test's own, in a mount namespace of its own: what the test pins nobody else sees,
 * and it is gone with the process. */
#ifndef ECBPF_TESTS_SCRATCH_BPFFS_H
#define ECBPF_TESTS_SCRATCH_BPFFS_H

#define SCRATCH_SKIP 77 /* exit status of a test that cannot run here */

/* NULL, or why this process cannot have one; main() then prints "SKIP: REASON" and returns
 * SCRATCH_SKIP. Also tries to load a program. Once per process, before threads. */
const char *scratch_bpffs_enter(void);
void scratch_bpffs_leave(void);

/* Where it is mounted. */
const char *scratch_bpffs(void);
/* "MOUNT/NAME"; valid until the fourth call from now. */
const char *scratch_path(const char *name);

/* Open file descriptors of this process. */
unsigned int scratch_open_fds(void);

/* Runs a program found in PATH with these arguments, the last NULL; its exit status, or -1. */
int scratch_run(const char *const *arguments);
#define SCRATCH_RUN(...) scratch_run((const char *const[]){ __VA_ARGS__, NULL })

#endif
