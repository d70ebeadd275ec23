// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#include "output_write.h"

#define POLL_MILLISECONDS 100
#define PATIENCE_POLLS (2000 / POLL_MILLISECONDS)

int output_write_file(int fd, const void *bytes, size_t length, size_t *ret_written)
{
	size_t done = 0;
	int err = 0;

	while (done < length && !err) {
		ssize_t n = write(fd, (const uint8_t *)bytes + done, length - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0)
			err = -EIO;
		else if (errno != EINTR)
			err = -errno;
	}
	*ret_written = done;
	return err;
}

/* Waits until PIPE_BUF bytes can be written without blocking. */
static int wait_for_room(int fd, const struct sink_host *host)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	int polls = 0;

	for (;;) {
		int ready = poll(&room, 1, POLL_MILLISECONDS);

		if (ready > 0)
			return 0;
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (!host->stopping(host->context))
			polls = 0;
		else if (ready == 0 && ++polls >= PATIENCE_POLLS)
			return -ETIMEDOUT;
	}
}

int output_write_stream(int fd, const struct sink_host *host, const void *bytes, size_t length,
			size_t *ret_written)
{
	size_t done = 0;
	int err = 0;

	while (done < length) {
		size_t piece = length - done < PIPE_BUF ? length - done : PIPE_BUF;
		ssize_t n;

		err = wait_for_room(fd, host);
		if (err)
			break;
		n = write(fd, (const uint8_t *)bytes + done, piece);
		if (n > 0) {
			done += (size_t)n;
		} else if (n < 0 && errno != EINTR && errno != EAGAIN) {
			err = -errno;
			break;
		}
	}
	*ret_written = done;
	return err;
}
