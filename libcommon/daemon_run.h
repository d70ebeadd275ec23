/* SPDX-License-Identifier: GPL-2.0-only */
/* The life of a daemon that serves what is attached in this network namespace: it waits until something is,
 * serves it, waits again when it has gone, and tells a service manager how it is. */
#ifndef ECBPF_DAEMON_RUN_H
#define ECBPF_DAEMON_RUN_H

#include <stdint.h>
#include <sys/types.h>
#include "problem.h"

#define DAEMON_MILLISECOND UINT64_C(1000000)
#define DAEMON_SECOND (1000 * DAEMON_MILLISECOND)

struct daemon_work {
	/* Begins to serve, and adds to `epoll` whatever wakes it up. -ENOENT: nothing is attached (yet); -EBUSY:
	 * another daemon serves it; otherwise told as well, and tried again. Leaves nothing open on failure. */
	int (*open)(void *context, int epoll, struct problem *problem);
	/* Does what is to be done now. *ret_wait: until when nothing will be, unless something wakes it up; in
	 * nanoseconds from now, 0: go on at once. An error, told: it can be served no more, close() follows. */
	int (*turn)(void *context, uint64_t *ret_wait, struct problem *problem);
	/* SIGHUP: reads all again. */
	void (*reread)(void *context);
	/* Now and then: one line for service_status(). */
	void (*status)(void *context);
	void (*close)(void *context);
};

/* Runs until SIGTERM or SIGINT, then returns 0. Gives up all rights but CAP_BPF and CAP_NET_ADMIN, for good;
 * -EPERM: it does not have them. -EBUSY: told by open(). */
int daemon_run(const struct daemon_work *work, void *context, struct problem *problem);

/* The directory that a daemon serves, locked: there is one daemon for it. */
struct daemon_directory {
	int fd; /* -1: not open */
	ino_t inode;
};

/* -EBUSY, not told: another process has it. To be closed also on failure. */
int daemon_directory_open(struct daemon_directory *ret_directory, const char *path,
			  struct problem *problem);
/* 0, or -ENOENT, not told: it has gone, or there is another one at its place. */
int daemon_directory_check(const struct daemon_directory *directory, const char *path);
void daemon_directory_close(struct daemon_directory *directory);

/* Failures that do not end a daemon: the same one is told at most once a minute. Starts as zeros. */
struct daemon_warnings {
	struct problem last;
	uint64_t again; /* when it may be repeated */
};
void daemon_warn(struct daemon_warnings *warnings, const struct problem *problem);

#endif
