// SPDX-License-Identifier: GPL-2.0-only
#include "ring_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>

#include "cleanup.h"

/* A reader holds the lock of the interface's directory of pins as long as it lives. */
static bool is_held(const char *directory)
{
	CLEANUP_CLOSE int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

enum ring_reader ring_reader_of(const struct chain *chain, const struct ledger_daemon *daemon)
{
	/* Not asked without need: for that moment a reader could not begin. */
	if (!daemon->pid)
		return RING_READER_NONE;
	return is_held(chain->pins) ? RING_READER_RUNNING : RING_READER_DEAD;
}
