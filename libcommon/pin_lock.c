// SPDX-License-Identifier: GPL-2.0-only
#include "pin_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "bpffs.h"
#include "log.h"

#define POLL_MILLISECONDS 20

/* Finds the holder in /proc/locks: "1: FLOCK  ADVISORY  WRITE 4711 00:1b:1234 0 EOF". */
static void describe_holder(int fd, char *ret_text, size_t size)
{
	char line[256], comm[32] = "";
	unsigned int major_number, minor_number;
	unsigned long long inode;
	struct stat info;
	FILE *locks;
	int pid;

	snprintf(ret_text, size, "another process");
	locks = fopen("/proc/locks", "re");
	if (!locks)
		return;
	if (fstat(fd, &info) < 0)
		goto out;
	while (fgets(line, sizeof(line), locks)) {
		if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%llu", &pid, &major_number,
			   &minor_number, &inode) != 4 ||
		    inode != info.st_ino || major_number != major(info.st_dev) ||
		    minor_number != minor(info.st_dev))
			continue;
		snprintf(line, sizeof(line), "/proc/%d/comm", pid);
		fclose(locks);
		locks = fopen(line, "re");
		if (locks && fgets(comm, sizeof(comm), locks))
			comm[strcspn(comm, "\n")] = '\0';
		snprintf(ret_text, size, "%s (process %d)", *comm ? comm : "a process", pid);
		break;
	}
out:
	if (locks)
		fclose(locks);
}

static int wait_for_lock(int fd, unsigned int seconds, struct problem *problem)
{
	const struct timespec pause = { .tv_nsec = POLL_MILLISECONDS * 1000000L };
	unsigned int waited = 0;
	char holder[80];

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return problem_errno(problem, -errno, "cannot lock the pins");
		if (waited == 1000 && seconds > 1) {
			describe_holder(fd, holder, sizeof(holder));
			log_warning("waiting for %s, which is changing the pins", holder);
		}
		if (waited >= seconds * 1000) {
			describe_holder(fd, holder, sizeof(holder));
			return problem_set(problem, -ETIMEDOUT,
					   "%s has been changing the pins for %u s: nothing was "
					   "done; try again when it has ended",
					   holder, seconds);
		}
		nanosleep(&pause, NULL);
		waited += POLL_MILLISECONDS;
	}
	return 0;
}

/* The directory may have been removed by the holder that we waited for. */
static bool is_still(int fd, const char *path)
{
	struct stat by_fd, by_path;

	return fstat(fd, &by_fd) == 0 && stat(path, &by_path) == 0 &&
	       by_fd.st_ino == by_path.st_ino && by_fd.st_dev == by_path.st_dev;
}

int pin_lock_take(const char *bpffs, unsigned int seconds, struct problem *problem)
{
	char base[BPFFS_PATH_SIZE];
	int fd, err;

	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	for (;;) {
		err = bpffs_make_directory(base);
		if (err)
			return problem_errno(problem, err, "cannot create %s", base);
		fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return problem_errno(problem, -errno, "cannot open %s", base);
		err = wait_for_lock(fd, seconds, problem);
		if (!err && is_still(fd, base))
			return fd;
		close(fd);
		if (err)
			return err;
	}
}

void pin_lock_release(const char *bpffs, int fd)
{
	char base[BPFFS_PATH_SIZE], second[BPFFS_PATH_SIZE];

	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	bpffs_join(second, base, ECBPF_PIN_SECOND);
	/* Neither goes while there is anything in it. */
	(void)rmdir(second);
	(void)rmdir(base);
	close(fd);
}
