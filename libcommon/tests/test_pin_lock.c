// SPDX-License-Identifier: GPL-2.0-only
/* The lock of the pins (L9), with real processes that hold it. */
#include "pin_lock.h"

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
#include <sys/wait.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "bpffs.h"
#include "capture.h"
#include "lock_taker.h"
#include "log.h"
#include "harness/scratch_bpffs.h"
#include "monotonic_clock.h"
#include "scratch_chain.h"

#define PROCESSES 3
#define ROUNDS 50
#define OTHERS 256

static unsigned int fds_before;

static unsigned int rmdirs_without_lock;

/* In the place of libc's: the lock must be held until the directory is gone, or the next one could
 * have locked a directory that nobody finds any more. */
int rmdir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && !strcmp(path, scratch_path(ECBPF_PIN_BASE)))
		rmdirs_without_lock += flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (fd >= 0)
		close(fd);
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

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

static void a_free_lock_is_taken_at_once_and_leaves_nothing(void **state)
{
	struct problem problem = { 0 };
	int lock = lock_take(0, &problem);

	(void)state;
	assert_true(lock >= 0);
	assert_true(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
	rmdirs_without_lock = 0;
	pin_lock_release(scratch_bpffs(), lock);
	assert_int_equal(rmdirs_without_lock, 0);
	assert_false(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
	assert_string_equal(problem.text, "");
}

static void release_keeps_a_directory_with_pins(void **state)
{
	int lock = lock_take(0, NULL);

	(void)state;
	assert_true(lock >= 0);
	assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/second_references")), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/eth0")), 0);
	pin_lock_release(scratch_bpffs(), lock);
	assert_true(bpffs_exists(scratch_path("ecbpf/eth0")));
	/* The empty one goes. */
	assert_false(bpffs_exists(scratch_path("ecbpf/second_references")));
	lock = lock_take(0, NULL);
	assert_true(lock >= 0);
	assert_int_equal(bpffs_unpin(scratch_path("ecbpf/eth0"), NULL), 0);
	pin_lock_release(scratch_bpffs(), lock);
	assert_false(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
}

/* The second gets the lock after the release, not before, and then holds it. */
static void check_that_the_second_waits(bool base_stays)
{
	struct lock_taker taker;
	uint64_t released;
	int lock;

	lock_taker_start(&taker);
	lock = lock_take(0, NULL);
	assert_true(lock >= 0);
	if (base_stays)
		assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/eth0")), 0);
	lock_taker_go(&taker);
	lock_taker_await(&taker, lock);
	released = monotonic_clock_now();
	pin_lock_release(scratch_bpffs(), lock);
	assert_true(lock_taker_when(&taker) > released);
	assert_true(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
	assert_int_equal(lock_take(0, NULL), -ETIMEDOUT);
	lock_taker_end(&taker);
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

/* Locks other directories of the same bpffs, which are not what is waited for: one on every CPU,
 * because the kernel lists locks by CPU, the latest first. */
static int lock_others(int ret_fds[OTHERS])
{
	cpu_set_t allowed, one;
	int count = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE && count < OTHERS; cpu++) {
		char name[16];

		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
		snprintf(name, sizeof(name), "other_%d", count);
		assert_int_equal(bpffs_make_directory(scratch_path(name)), 0);
		ret_fds[count] = open(scratch_path(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(ret_fds[count] >= 0);
		assert_int_equal(flock(ret_fds[count++], LOCK_EX | LOCK_NB), 0);
		assert_int_equal(rmdir(scratch_path(name)), 0);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(allowed), &allowed), 0);
	return count;
}

static void patience_ends_and_the_holder_is_named(void **state)
{
	int others[OTHERS], other_count;
	struct problem problem = { 0 };
	struct capture capture;
	struct lock_taker taker;
	uint64_t started;
	char text[200];
	int lock;

	(void)state;
	lock_taker_start(&taker);
	lock_taker_go(&taker);
	lock_taker_when(&taker);
	other_count = lock_others(others);
	log_open("xdp_test", false);
	started = monotonic_clock_now();
	capture_begin(&capture, STDERR_FILENO);
	lock = lock_take(2, &problem);
	capture_end(&capture);
	assert_int_equal(lock, -ETIMEDOUT);
	assert_true(monotonic_clock_now() - started >= UINT64_C(2000000000));
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
	for (int i = 0; i < other_count; i++)
		close(others[i]);
	lock_taker_end(&taker);
}

static void the_lock_ends_with_a_killed_process(void **state)
{
	struct lock_taker taker;
	int lock;

	(void)state;
	lock_taker_start(&taker);
	lock_taker_go(&taker);
	lock_taker_when(&taker);
	assert_int_equal(lock_take(0, NULL), -ETIMEDOUT);
	assert_int_equal(kill(taker.pid, SIGKILL), 0);
	lock_taker_end(&taker);
	lock = lock_take(0, NULL);
	assert_true(lock >= 0);
	pin_lock_release(scratch_bpffs(), lock);
	assert_false(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
}

static void count_under_the_lock(volatile unsigned int *count)
{
	for (int i = 0; i < ROUNDS; i++) {
		int lock = lock_take(LOCK_PATIENCE, NULL);
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
	assert_int_equal(lock_take(0, &problem), -ENOTDIR);
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
