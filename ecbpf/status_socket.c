// SPDX-License-Identifier: GPL-2.0-only
#include "status_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"

static int open_socket(const struct sockaddr_un *address, unsigned int seconds)
{
	const struct timeval patience = { .tv_sec = (time_t)seconds };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	/* Connecting waits for as long as sending would. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
	    connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int refused(int err, const char *path, struct problem *problem)
{
	if (err == -ENOENT || err == -ECONNREFUSED)
		return problem_set(problem, err,
				   "status: missing CAP_BPF, and nobody serves %s: run it as root, or "
				   "have it served: systemctl start ecbpf-status.socket",
				   path);
	if (err == -EACCES)
		return problem_set(
			problem, err,
			"status: missing CAP_BPF, and %s is for members of the group %s: run "
			"it as root, or: usermod -aG %s USER, and log in again",
			path, STATUS_SOCKET_GROUP, STATUS_SOCKET_GROUP);
	return problem_errno(problem, err, "status: missing CAP_BPF, and cannot connect to %s",
			     path);
}

static int copy(int fd, const char *path, FILE *stream, struct problem *problem)
{
	char bytes[4096];
	ssize_t got;
	bool any = false;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
		any = true;
		if (fwrite(bytes, 1, (size_t)got, stream) != (size_t)got)
			return problem_errno(problem, -EIO, "cannot write the status");
	}
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return problem_set(problem, -ETIMEDOUT,
				   "status: %s does not go on: see journalctl -u 'ecbpf-status*'",
				   path);
	if (got < 0)
		return problem_errno(problem, -errno, "status: cannot read from %s", path);
	if (!any)
		return problem_set(problem, -ENODATA,
				   "status: %s said nothing: see journalctl -u 'ecbpf-status*'",
				   path);
	if (fflush(stream) != 0)
		return problem_errno(problem, -errno, "cannot write the status");
	return 0;
}

int status_socket_copy(const char *directory, bool json, unsigned int seconds, FILE *stream,
		       struct problem *problem)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	CLEANUP_CLOSE int fd = -1;
	int length;

	length = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", directory,
			  json ? STATUS_SOCKET_JSON : STATUS_SOCKET_TEXT);
	if (length >= (int)sizeof(address.sun_path))
		return problem_set(problem, -ENAMETOOLONG, "%s: too long for a socket", directory);
	fd = open_socket(&address, seconds);
	if (fd < 0)
		return refused(fd, address.sun_path, problem);
	return copy(fd, address.sun_path, stream, problem);
}
