/* SPDX-License-Identifier: GPL-2.0-only */
/* Release at the end of a block, on every way out of it. */
#ifndef ECBPF_CLEANUP_H
#define ECBPF_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define CLEANUP_FREE __attribute__((cleanup(cleanup_free)))
#define CLEANUP_CLOSE __attribute__((cleanup(cleanup_close))) /* for an int that starts as -1 */

#endif
