// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output_file.h"
#include "monotonic_clock.h"
#include "output_name.h"
#include "output_write.h"

#define NANOSECONDS 1000000000ULL
#define RETRY_NANOSECONDS NANOSECONDS

struct output_file {
	const struct sink_host *host;
	char *target; /* NULL: stdout */
	char *path;   /* of the file that is open, or target */

	bool rotates;
	struct output_name name;
	uint64_t rotate_bytes, rotate_seconds, rotate_samples, keep_files;
	uint64_t number; /* of the last file of the set */

	int fd;      /* -1: nothing is open */
	bool stream; /* no regular file: nothing can be cut off */
	uint64_t section;
	off_t length; /* of a regular file, up to the end of the last whole unit */
	bool torn;    /* something is behind that */
	uint64_t samples;
	uint64_t first; /* when the first of them was written */

	uint64_t now; /* CLOCK_MONOTONIC, when output_file_ready() was called */
	bool gone;    /* stdout's reader; nothing can be mended */
	int failure;  /* 0 or negative errno; what failed is tried again at retry_at */
	struct problem failure_text;
	uint64_t retry_at;
};

const char *output_file_name(const struct output_file *file)
{
	if (file->path)
		return file->path;
	return file->target ? file->target : "stdout";
}

/* Remembers what failed until it is tried again. */
static int failed(struct output_file *file, int err, const char *what, const char *advice)
{
	file->failure = problem_set(&file->failure_text, err, "%s %s: %s%s", what,
				    output_file_name(file), strerror(-err), advice);
	file->retry_at = monotonic_clock_now() + RETRY_NANOSECONDS;
	return err;
}

static int tell(const struct output_file *file, struct problem *problem)
{
	return problem_set(problem, file->failure, "%s", file->failure_text.text);
}

static void forget_open(struct output_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	file->torn = false;
	file->samples = 0;
	file->first = 0;
}

/* Takes over what has been opened as the section that begins. */
static int begin(struct output_file *file, int fd)
{
	struct stat status;

	forget_open(file);
	file->fd = fd;
	if (fstat(fd, &status))
		return -errno;
	if (S_ISBLK(status.st_mode))
		return -ENOTSUP;
	file->stream = !S_ISREG(status.st_mode);
	file->length = 0;
	if (!file->stream && !file->target) {
		int flags = fcntl(fd, F_GETFL);

		file->length = lseek(fd, 0, flags >= 0 && (flags & O_APPEND) ? SEEK_END : SEEK_CUR);
		if (file->length < 0)
			return -errno;
	} else if (!file->stream && ftruncate(fd, 0)) {
		return -errno;
	}
	file->section++;
	return 0;
}

static int open_target(struct output_file *file)
{
	int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd;

	if (!file->target)
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	else
		fd = open(file->target, flags);
	/* With O_CREAT the kernel may refuse a FIFO of another user (fs.protected_fifos). */
	if (fd < 0 && errno == ENOENT && file->target)
		fd = open(file->target, flags | O_CREAT | O_EXCL, 0600);
	return fd < 0 ? -errno : begin(file, fd);
}

static int open_next(struct output_file *file)
{
	char *path = output_name_path(&file->name, file->number + 1, time(NULL));
	int err;
	int fd;

	if (!path)
		return -ENOMEM;
	free(file->path);
	file->path = path;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	file->number++;
	err = begin(file, fd);
	/* A file that cannot be removed is no reason to lose samples. */
	if (!err && file->keep_files > 0)
		(void)output_name_keep(&file->name, file->keep_files);
	return err;
}

static int open_any(struct output_file *file)
{
	struct stat status;
	int err = file->rotates ? open_next(file) : open_target(file);

	if (!err)
		return 0;
	forget_open(file);
	if (err == -ENXIO && file->target && stat(file->target, &status) == 0 &&
	    S_ISFIFO(status.st_mode))
		return failed(file, err, "write to the FIFO",
			      ": nobody reads it; samples are lost until somebody does");
	/* Told apart from the FIFO, which is no reason to give up. */
	if (err == -ENXIO)
		err = -ENODEV;
	return failed(file, err, "open",
		      err == -ENOTSUP ? " (a block device would be overwritten)" : "");
}

static int cut(struct output_file *file)
{
	if (ftruncate(file->fd, file->length) ||
	    lseek(file->fd, file->length, SEEK_SET) != file->length)
		return -errno;
	file->torn = false;
	return 0;
}

/* The reader of a FIFO went away, perhaps with another one waiting already. */
static bool reader_is_gone(const struct output_file *file)
{
	struct pollfd pipe = { .fd = file->fd };

	return file->target && file->stream && poll(&pipe, 1, 0) > 0 &&
	       (pipe.revents & POLLERR) != 0;
}

int output_file_ready(struct output_file *file, struct problem *problem)
{
	file->now = monotonic_clock_now();
	if (file->failure && (file->gone || file->now < file->retry_at))
		return tell(file, problem);
	file->failure = 0;
	if (file->fd >= 0 && reader_is_gone(file))
		forget_open(file);
	if (file->fd < 0 && open_any(file))
		return tell(file, problem);
	if (file->torn) {
		int err = cut(file);

		if (err) {
			(void)failed(file, err, "cut off half a sample at the end of", "");
			return tell(file, problem);
		}
	}
	return 0;
}

uint64_t output_file_section(const struct output_file *file)
{
	return file->fd >= 0 ? file->section : 0;
}

static bool time_is_over(const struct output_file *file, uint64_t now)
{
	return file->rotates && file->fd >= 0 && file->samples > 0 && file->rotate_seconds > 0 &&
	       (now - file->first) / NANOSECONDS >= file->rotate_seconds;
}

bool output_file_due(const struct output_file *file)
{
	return time_is_over(file, monotonic_clock_now());
}

bool output_file_full(const struct output_file *file, size_t bytes, size_t samples)
{
	if (!file->rotates || file->fd < 0 || file->samples + samples < 2)
		return false;
	if (file->rotate_bytes > 0 && (uint64_t)file->length + bytes > file->rotate_bytes)
		return true;
	if (file->rotate_samples > 0 && file->samples + samples > file->rotate_samples)
		return true;
	return time_is_over(file, file->now);
}

/* Not all was written: leaves no half unit behind, as far as that can be done. */
static int mend(struct output_file *file, int err, bool torn)
{
	if (!file->stream) {
		file->torn = torn;
		if (torn)
			(void)cut(file); /* else output_file_ready() tries it again */
		return failed(file, err, "write to", ": samples are lost until it works again");
	}
	if (file->target) {
		(void)failed(file, err, "write to", ": samples are lost until somebody reads");
		forget_open(file);
		return err;
	}
	file->gone = err == -EPIPE || torn;
	return failed(file, err, "write to", file->gone ? ": given up" : "");
}

int output_file_append(struct output_file *file, const void *bytes, const size_t *ends,
		       size_t count, size_t *ret_written, struct problem *problem)
{
	size_t length = count > 0 ? ends[count - 1] : 0;
	size_t written = 0;
	size_t whole = 0;
	int err;

	*ret_written = 0;
	if (file->failure)
		return tell(file, problem);
	if (file->fd < 0)
		return problem_set(problem, -EBADF, "%s is not open", output_file_name(file));
	if (file->stream)
		err = output_write_stream(file->fd, file->host, bytes, length, &written);
	else
		err = output_write_file(file->fd, bytes, length, &written);
	while (whole < count && ends[whole] <= written)
		whole++;
	if (whole > 0) {
		file->length += (off_t)ends[whole - 1];
		if (file->samples == 0)
			file->first = file->now;
		file->samples += whole;
	}
	*ret_written = whole;
	if (!err)
		return 0;
	(void)mend(file, err, written > (whole > 0 ? ends[whole - 1] : 0));
	return tell(file, problem);
}

int output_file_append_other(struct output_file *file, const void *bytes, size_t length,
			     struct problem *problem)
{
	uint64_t samples = file->samples;
	uint64_t first = file->first;
	size_t written;
	int err = output_file_append(file, bytes, &length, 1, &written, problem);

	if (!err) {
		file->samples = samples;
		file->first = first;
	}
	return err;
}

void output_file_finish(struct output_file *file)
{
	if (file->rotates)
		forget_open(file);
}

bool output_file_is_terminal(const struct output_file *file)
{
	return file->fd >= 0 && isatty(file->fd);
}

/* A pipe or a device cannot be rotated, whatever is wished. */
static bool can_rotate(const char *target)
{
	struct stat status;

	return strcmp(target, "-") != 0 && (stat(target, &status) != 0 || S_ISREG(status.st_mode));
}

static int take_wish(struct output_file *file, const struct sink_wish *wish)
{
	file->rotate_bytes = wish->rotate_bytes;
	file->rotate_seconds = wish->rotate_seconds;
	file->rotate_samples = wish->rotate_samples;
	file->keep_files = wish->keep_files;
	file->rotates = (wish->rotate_bytes || wish->rotate_seconds || wish->rotate_samples) &&
			can_rotate(wish->target);
	if (strcmp(wish->target, "-") != 0) {
		file->target = strdup(wish->target);
		if (!file->target)
			return -ENOMEM;
	}
	if (!file->rotates)
		return 0;
	return output_name_split(wish->target, &file->name);
}

int output_file_open(const struct sink_wish *wish, const struct sink_host *host,
		     struct output_file **ret_file, struct problem *problem)
{
	struct output_file *file = calloc(1, sizeof(*file));
	int err;

	if (!file)
		return problem_errno(problem, -ENOMEM, "%s", wish->target);
	file->fd = -1;
	file->host = host;
	err = take_wish(file, wish);
	if (!err && file->rotates)
		err = output_name_highest(&file->name, &file->number);
	if (err)
		(void)problem_errno(problem, err, "%s", wish->target);
	else if (output_file_ready(file, problem) && file->failure != -ENXIO)
		err = file->failure;
	if (err) {
		output_file_close(file);
		return err;
	}
	*ret_file = file;
	return 0;
}

void output_file_close(struct output_file *file)
{
	if (!file)
		return;
	forget_open(file);
	output_name_free(&file->name);
	free(file->path);
	free(file->target);
	free(file);
}
