// SPDX-License-Identifier: GPL-2.0-only
#include "stats_target.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

/* What a pipe that is ready surely takes. */
#define PIPE_PIECE 4096

int stats_target_parse_udp(const char *address, struct stats_target *ret_target,
			   struct problem *problem)
{
	*ret_target = (struct stats_target){ .kind = STATS_TARGET_UDP, .socket = -1 };
	return host_port_parse(address, &ret_target->server, problem);
}

int stats_target_parse(const char *to, struct stats_target *ret_target, struct problem *problem)
{
	*ret_target = (struct stats_target){ .kind = STATS_TARGET_STDOUT, .socket = -1 };
	if (!to || strcmp(to, "-") == 0)
		return 0;
	if (strncmp(to, "udp:", strlen("udp:")) == 0)
		return stats_target_parse_udp(to + strlen("udp:"), ret_target, problem);
	if (!*to || to[strlen(to) - 1] == '/')
		return problem_set(problem, -EINVAL, "'%s': expected a file", to);
	ret_target->kind = STATS_TARGET_FILE;
	ret_target->path = to;
	return 0;
}

static int send_stdout(const char *text, int stop, struct problem *problem)
{
	size_t left = strlen(text);

	while (left) {
		struct pollfd wait[2] = { { .fd = STDOUT_FILENO, .events = POLLOUT },
					  { .fd = stop, .events = POLLIN } };
		ssize_t written;

		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			return problem_errno(problem, -errno, "cannot write to stdout");
		if (wait[1].revents)
			return problem_set(problem, -ECANCELED, "stopped");
		if (!wait[0].revents)
			continue;
		written = write(STDOUT_FILENO, text, left < PIPE_PIECE ? left : PIPE_PIECE);
		if (written < 0 && errno != EINTR && errno != EAGAIN)
			return problem_errno(problem, -errno, "cannot write to stdout");
		if (written > 0) {
			text += written;
			left -= (size_t)written;
		}
	}
	return 0;
}

static int write_file(const char *path, int flags, const char *text, struct problem *problem)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags, 0644);
	size_t left = strlen(text);
	int err = fd < 0 ? -errno : 0;

	while (!err && left) {
		ssize_t written = write(fd, text, left);

		if (written < 0 && errno != EINTR)
			err = -errno;
		if (written > 0) {
			text += written;
			left -= (size_t)written;
		}
	}
	/* Some file systems tell of a full disk only here. */
	if (fd >= 0 && close(fd) < 0 && !err)
		err = -errno;
	return err ? problem_errno(problem, err, "cannot write %s", path) : 0;
}

/* Readers meet the old text or the new one, also after a crash in the middle. */
static int replace_file(const char *path, const char *text, struct problem *problem)
{
	CLEANUP_FREE char *aside = NULL;
	int err;

	/* Not one of those that a reader of the directory would take for a whole file. */
	if (asprintf(&aside, "%s.new", path) < 0) {
		aside = NULL;
		return problem_errno(problem, -ENOMEM, "cannot write %s", path);
	}
	err = write_file(aside, O_TRUNC | O_NOFOLLOW, text, problem);
	if (!err && rename(aside, path) < 0)
		err = problem_errno(problem, -errno, "cannot write %s", path);
	if (err)
		(void)unlink(aside);
	return err;
}

static int connect_udp(struct stats_target *target, struct problem *problem)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo *list, *at;
	int err = getaddrinfo(target->server.host, target->server.port, &hints, &list);

	if (err)
		return problem_set(problem, -EHOSTUNREACH, "cannot resolve %s: %s",
				   target->server.host, gai_strerror(err));
	err = -EHOSTUNREACH;
	for (at = list; at && target->socket < 0; at = at->ai_next) {
		int fd = socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) == 0) {
			target->socket = fd;
			break;
		}
		err = -errno;
		if (fd >= 0)
			close(fd);
	}
	freeaddrinfo(list);
	return target->socket >= 0 ? 0 :
				     problem_errno(problem, err, "cannot reach %s port %s",
						   target->server.host, target->server.port);
}

/* Bytes of whole lines that fit, or of the first one. */
static size_t piece_length(const struct stats_target *target, const char *text)
{
	size_t length = strlen(text);
	const char *end = length > STATS_DATAGRAM ? memrchr(text, '\n', STATS_DATAGRAM) : NULL;

	if (!target->is_split || length <= STATS_DATAGRAM)
		return length;
	if (!end)
		end = strchr(text, '\n');
	return end ? (size_t)(end - text) + 1 : length;
}

/* What was refused is told by the datagram behind it, which has not gone out then: it goes to where the
 * name leads by now. */
static int send_piece(struct stats_target *target, const char *text, size_t length,
		      struct problem *problem)
{
	int err, refused = 0;

	for (int attempt = 0; attempt < 2; attempt++) {
		err = target->socket < 0 ? connect_udp(target, problem) : 0;
		if (err)
			return err;
		if (send(target->socket, text, length, MSG_NOSIGNAL) >= 0)
			return refused;
		err = problem_errno(problem, -errno, "cannot send to %s port %s",
				    target->server.host, target->server.port);
		stats_target_close(target);
		if (err != -ECONNREFUSED)
			return err;
		refused = err;
	}
	return refused;
}

static int send_udp(struct stats_target *target, const char *text, struct problem *problem)
{
	int first_err = 0;

	while (*text) {
		size_t length = piece_length(target, text);
		int err = send_piece(target, text, length, problem);

		if (err && err != -ECONNREFUSED)
			return err;
		first_err = first_err ? first_err : err;
		text += length;
	}
	return first_err;
}

int stats_target_send(struct stats_target *target, const char *text, int stop,
		      struct problem *problem)
{
	switch (target->kind) {
	case STATS_TARGET_STDOUT:
		return send_stdout(text, stop, problem);
	case STATS_TARGET_UDP:
		return send_udp(target, text, problem);
	default:
		return target->replaces ? replace_file(target->path, text, problem) :
					  write_file(target->path, O_APPEND, text, problem);
	}
}

void stats_target_close(struct stats_target *target)
{
	if (target->socket >= 0)
		close(target->socket);
	target->socket = -1;
}
