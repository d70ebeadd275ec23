// SPDX-License-Identifier: GPL-2.0-only
#include "each_interface.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "bpffs.h"
#include "capture.h"
#include "log.h"
#include "harness/scratch_bpffs.h"

static struct interface_list list;
static struct problem problem;

/* What the work was called with. */
struct seen {
	char names[128];
	int unlocked; /* times it ran without the lock */
	const char *fails_on;
};

/* The lock is a flock of the base directory. */
static int is_locked(void)
{
	int fd = open(scratch_path(ECBPF_PIN_BASE), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0;

	if (fd >= 0)
		close(fd);
	return locked;
}

static int work(void *context, const char *interface, struct problem *told)
{
	struct seen *seen = context;

	strcat(strcat(seen->names, interface), " ");
	seen->unlocked += !is_locked();
	if (seen->fails_on && strstr(seen->fails_on, interface))
		return problem_set(told, -EBUSY, "%s: will not", interface);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	interface_list_free(&list);
	assert_false(bpffs_exists(scratch_path(ECBPF_PIN_BASE)));
	return 0;
}

static int run(const char *names, struct seen *seen, char **ret_stderr)
{
	struct capture capture;
	int err;

	assert_int_equal(interface_list_add(&list, names, &problem), 0);
	capture_begin(&capture, STDERR_FILENO);
	err = each_interface(&list, scratch_bpffs(), "poke", work, seen, &problem);
	capture_end(&capture);
	*ret_stderr = capture.text;
	return err;
}

static void each_is_worked_on_in_order_under_the_lock(void **state)
{
	struct seen seen = { 0 };
	char *told;

	(void)state;
	assert_int_equal(run("b,a,c", &seen, &told), 0);
	assert_string_equal(seen.names, "b a c ");
	assert_int_equal(seen.unlocked, 0);
	assert_string_equal(problem.text, "");
	assert_string_equal(told, "");
	free(told);
}

static void the_problem_of_one_is_handed_back(void **state)
{
	struct seen seen = { .fails_on = "a" };
	char *told;

	(void)state;
	assert_int_equal(run("a", &seen, &told), -EBUSY);
	assert_string_equal(problem.text, "a: will not");
	assert_string_equal(told, "");
	free(told);
}

static void one_that_fails_does_not_keep_the_others(void **state)
{
	struct seen seen = { .fails_on = "a c" };
	char *told;

	(void)state;
	assert_int_equal(run("a,b,c,d", &seen, &told), -EBUSY);
	assert_string_equal(seen.names, "a b c d ");
	assert_string_equal(problem.text, "--poke failed on 2 of 4 interfaces");
	assert_string_equal(told, "tool: a: will not\ntool: c: will not\n");
	free(told);
}

static void nothing_is_done_without_interface_or_bpffs(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(each_interface(&list, scratch_bpffs(), "poke", work, &seen, &problem),
			 -EINVAL);
	assert_string_equal(problem.text, "--poke needs --interface LIST");
	assert_int_equal(interface_list_add(&list, "a", &problem), 0);
	assert_int_equal(each_interface(&list, "/proc", "poke", work, &seen, &problem),
			 -EMEDIUMTYPE);
	assert_int_equal(each_interface(&list, "/nowhere", "poke", work, &seen, &problem), -ENOENT);
	assert_string_equal(seen.names, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_is_worked_on_in_order_under_the_lock),
		TEST(the_problem_of_one_is_handed_back),
		TEST(one_that_fails_does_not_keep_the_others),
		TEST(nothing_is_done_without_interface_or_bpffs),
	};
	const char *unavailable = scratch_bpffs_enter();
	int failed;

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return SCRATCH_SKIP;
	}
	log_open("tool", false);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
