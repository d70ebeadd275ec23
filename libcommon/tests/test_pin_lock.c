// SPDX-License-Identifier: GPL-2.0-only
/* The lock of the pins (L9), with real processes that hold it. */
#include "pin_lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "bpffs.h"
#include "capture.h"
#include "log.h"
#include "scratch_bpffs.h"
#include "scratch_chain.h"

#define PATIENCE 30 /* seconds; only a test that fails waits so long */
#define PROCESSES 3
#define ROUNDS 200
#define OTHERS 16

static unsigned int fds_before;

static int count_fds(void **state)
{
	(void)state;
	fds_before = scratch_open_fds();
	return 0;
}

/* L10 */
static int nothing_is_left(void **state)
{
	(void)state;
	assert_int_equal(scratch_open_fds(), fds_before);
	return bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL);
}

static int take(unsigned int seconds, struct problem *problem)
{
	return pin_lock_take(scratch_bpffs(), seconds, problem);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Another process. It takes the lock when told to, says when it had it, and gives it back when told
 * to. Started while this process holds no lock: a child has a share in its parent's. */
struct taker {
	pid_t pid;
	int said;
	int tell;
};

static void take_and_hold(int say, int told)
{
	uint64_t when;
	char word;
	int lock;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "other_loader");
	if (read(told, &word, 1) != 1)
		_exit(1);
	lock = take(PATIENCE, NULL);
	when = lock < 0 ? 0 : now();
	if (write(say, &when, sizeof(when)) != sizeof(when) || read(told, &word, 1) != 0)
		_exit(1);
	if (lock >= 0)
		pin_lock_release(scratch_bpffs(), lock);
	_exit(0);
}

static void start(struct taker *taker)
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

static void go(const struct taker *taker)
{
	assert_int_equal(write(taker->tell, "g", 1), 1);
}

static uint64_t when_taken(const struct taker *taker)
{
	uint64_t when = 0;

	assert_int_equal(read(taker->said, &when, sizeof(when)), sizeof(when));
	assert_true(when > 0);
	return when;
}

static void end(const struct taker *taker)
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

/* Until it has the directory open that this process has locked. */
static void wait_until_it_waits(const struct taker *taker, int lock)
{
	const uint64_t give_up = now() + PATIENCE * UINT64_C(1000000000);
	struct stat base;

	assert_int_equal(fstat(lock, &base), 0);
	while (!has_open(taker->pid, &base))
		assert_true(now() < give_up);
}

static void a_free_lock_is_taken_at_once_and_leaves_nothing(void **state)
{
	struct problem problem = { 0 };
	int lock = take(0, &problem);

	(void)state;
	assert_true(lock >= 0);
	assert_true(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
	pin_lock_release(scratch_bpffs(), lock);
	assert_false(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
	assert_string_equal(problem.text, "");
}

static void release_keeps_a_directory_with_pins(void **state)
{
	int lock = take(0, NULL);

	(void)state;
	assert_true(lock >= 0);
	assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/second_references")), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/eth0")), 0);
	pin_lock_release(scratch_bpffs(), lock);
	assert_true(bpffs_exists(scratch_path("ecbpf/eth0")));
	/* The empty one goes. */
	assert_false(bpffs_exists(scratch_path("ecbpf/second_references")));
	lock = take(0, NULL);
	assert_true(lock >= 0);
	assert_int_equal(bpffs_unpin(scratch_path("ecbpf/eth0"), NULL), 0);
	pin_lock_release(scratch_bpffs(), lock);
	assert_false(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
}

/* The second gets the lock after the release, not before, and then holds it. */
static void check_that_the_second_waits(bool base_stays)
{
	struct taker taker;
	uint64_t released;
	int lock;

	start(&taker);
	lock = take(0, NULL);
	assert_true(lock >= 0);
	if (base_stays)
		assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/eth0")), 0);
	go(&taker);
	wait_until_it_waits(&taker, lock);
	released = now();
	pin_lock_release(scratch_bpffs(), lock);
	assert_true(when_taken(&taker) > released);
	assert_true(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
	assert_int_equal(take(0, NULL), -ETIMEDOUT);
	end(&taker);
	assert_int_equal(bpffs_exists(scratch_path(ECBPF_PIN_BASE)), base_stays);
}

static void a_second_taker_waits(void **state)
{
	(void)state;
	check_that_the_second_waits(true);
}

/* What it waits for is the lock of a directory that is gone by then. */
static void a_second_taker_outlives_the_directory(void **state)
{
	(void)state;
	check_that_the_second_waits(false);
}

/* Locks of other directories of the same bpffs, which are not what is waited for. */
static void lock_others(int ret_fds[OTHERS])
{
	for (int i = 0; i < OTHERS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "other_%d", i);
		assert_int_equal(bpffs_make_directory(scratch_path(name)), 0);
		ret_fds[i] = open(scratch_path(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(ret_fds[i] >= 0);
		assert_int_equal(flock(ret_fds[i], LOCK_EX | LOCK_NB), 0);
		assert_int_equal(rmdir(scratch_path(name)), 0);
	}
}

static void patience_ends_and_the_holder_is_named(void **state)
{
	int others[OTHERS];
	struct problem problem = { 0 };
	struct capture capture;
	struct taker taker;
	uint64_t started;
	char text[200];
	int lock;

	(void)state;
	start(&taker);
	go(&taker);
	when_taken(&taker);
	lock_others(others);
	log_open("xdp_test", false);
	started = now();
	capture_begin(&capture, STDERR_FILENO);
	lock = take(2, &problem);
	capture_end(&capture);
	assert_int_equal(lock, -ETIMEDOUT);
	assert_true(now() - started >= UINT64_C(2000000000));
	snprintf(text, sizeof(text),
		 "other_loader (process %d) has been changing the pins for 2 s: nothing was done; "
		 "try again when it has ended",
		 taker.pid);
	assert_string_equal(problem.text, text);
	snprintf(text, sizeof(text),
		 "xdp_test: waiting for other_loader (process %d), which is changing the pins\n",
		 taker.pid);
	assert_string_equal(capture.text, text);
	free(capture.text);
	for (int i = 0; i < OTHERS; i++)
		close(others[i]);
	end(&taker);
}

static void the_lock_ends_with_a_killed_process(void **state)
{
	struct taker taker;
	int lock;

	(void)state;
	start(&taker);
	go(&taker);
	when_taken(&taker);
	assert_int_equal(take(0, NULL), -ETIMEDOUT);
	assert_int_equal(kill(taker.pid, SIGKILL), 0);
	end(&taker);
	lock = take(0, NULL);
	assert_true(lock >= 0);
	pin_lock_release(scratch_bpffs(), lock);
	assert_false(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
}

static void count_under_the_lock(volatile unsigned int *count)
{
	for (int i = 0; i < ROUNDS; i++) {
		int lock = take(PATIENCE, NULL);
		unsigned int read_before;

		if (lock < 0)
			_exit(1);
		read_before = *count;
		sched_yield();
		*count = read_before + 1;
		pin_lock_release(scratch_bpffs(), lock);
	}
	_exit(0);
}

/* The directory comes and goes all the time; nobody ever shares it. */
static void only_one_process_has_it_at_a_time(void **state)
{
	volatile unsigned int *count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[PROCESSES];

	(void)state;
	assert_ptr_not_equal(count, MAP_FAILED);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (!pids[i])
			count_under_the_lock(count);
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(*count, PROCESSES * ROUNDS);
	munmap((void *)count, sizeof(*count));
	assert_false(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
}

static void what_is_in_the_way_is_told(void **state)
{
	const struct map_shape shape = { "in_the_way", BPF_MAP_TYPE_ARRAY, 4, 4, 1 };
	struct problem problem = { 0 };
	int fd = scratch_map(&shape);

	(void)state;
	assert_int_equal(pin_lock_take(scratch_path("nowhere"), 0, &problem), -ENOENT);
	assert_non_null(strstr(problem.text, "cannot create "));
	assert_non_null(strstr(problem.text, "/nowhere/ecbpf: -ENOENT"));
	assert_int_equal(bpffs_pin(fd, scratch_path(ECBPF_PIN_BASE), NULL), 0);
	close(fd);
	assert_int_equal(take(0, &problem), -ENOTDIR);
	assert_non_null(strstr(problem.text, "/ecbpf: -ENOTDIR"));
}

#define LOCK_TEST(name) cmocka_unit_test_setup_teardown(name, count_fds, nothing_is_left)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOCK_TEST(a_free_lock_is_taken_at_once_and_leaves_nothing),
		LOCK_TEST(release_keeps_a_directory_with_pins),
		LOCK_TEST(a_second_taker_waits),
		LOCK_TEST(a_second_taker_outlives_the_directory),
		LOCK_TEST(patience_ends_and_the_holder_is_named),
		LOCK_TEST(the_lock_ends_with_a_killed_process),
		LOCK_TEST(only_one_process_has_it_at_a_time),
		LOCK_TEST(what_is_in_the_way_is_told),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
