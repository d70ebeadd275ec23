// SPDX-License-Identifier: GPL-2.0-only
#include "lock_taker.h"

#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monotonic_clock.h"
#include "pin_lock.h"
#include "harness/scratch_bpffs.h"

int lock_take(unsigned int seconds, struct problem *problem)
{
	return pin_lock_take(scratch_bpffs(), seconds, problem);
}

static void take_and_hold(int say, int told)
{
	uint64_t when;
	char word;
	int lock;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "other_loader");
	if (read(told, &word, 1) != 1)
		_exit(1);
	lock = lock_take(LOCK_PATIENCE, NULL);
	when = lock < 0 ? 0 : monotonic_clock_now();
	if (write(say, &when, sizeof(when)) != sizeof(when) || read(told, &word, 1) != 0)
		_exit(1);
	if (lock >= 0)
		pin_lock_release(scratch_bpffs(), lock);
	_exit(0);
}

void lock_taker_start(struct lock_taker *taker)
{
	int say[2], told[2];

	assert_int_equal(pipe(say), 0);
	assert_int_equal(pipe(told), 0);
	taker->pid = fork();
	assert_true(taker->pid >= 0);
	if (!taker->pid) {
		close(told[1]);
		take_and_hold(say[1], told[0]);
	}
	close(say[1]);
	close(told[0]);
	taker->said = say[0];
	taker->tell = told[1];
}

void lock_taker_go(const struct lock_taker *taker)
{
	assert_int_equal(write(taker->tell, "g", 1), 1);
}

uint64_t lock_taker_when(const struct lock_taker *taker)
{
	uint64_t when = 0;

	assert_int_equal(read(taker->said, &when, sizeof(when)), sizeof(when));
	assert_true(when > 0);
	return when;
}

void lock_taker_end(const struct lock_taker *taker)
{
	int status;

	close(taker->tell);
	assert_int_equal(waitpid(taker->pid, &status, 0), taker->pid);
	close(taker->said);
	assert_true(WIFSIGNALED(status) || status == 0);
}

static bool has_open(pid_t pid, const struct stat *wanted)
{
	struct dirent *entry;
	char path[300];
	bool found = false;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	fds = opendir(path);
	assert_non_null(fds);
	while (!found && (entry = readdir(fds))) {
		struct stat file;

		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, entry->d_name);
		found = stat(path, &file) == 0 && file.st_ino == wanted->st_ino &&
			file.st_dev == wanted->st_dev;
	}
	closedir(fds);
	return found;
}

void lock_taker_await(const struct lock_taker *taker, int lock)
{
	const uint64_t give_up = monotonic_clock_now() + LOCK_PATIENCE * UINT64_C(1000000000);
	struct stat base;

	assert_int_equal(fstat(lock, &base), 0);
	while (!has_open(taker->pid, &base))
		assert_true(monotonic_clock_now() < give_up);
}
