// SPDX-License-Identifier: GPL-2.0-only
#include "pinned_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"

static const struct map_shape pinned = { "counts", BPF_MAP_TYPE_HASH, 4, 24, 100 };
static unsigned int fds_before;

static int pin_one(void **state)
{
	int fd = scratch_map(&pinned);

	(void)state;
	assert_int_equal(bpffs_pin(fd, scratch_path(pinned.name), NULL), 0);
	close(fd);
	fds_before = scratch_open_fds();
	return 0;
}

/* L10 */
static int unpin_it(void **state)
{
	(void)state;
	assert_int_equal(scratch_open_fds(), fds_before);
	return bpffs_unpin(scratch_path(pinned.name), NULL);
}

static void the_right_shape_is_opened(void **state)
{
	struct problem problem = { 0 };
	int fd = pinned_map_open(scratch_bpffs(), &pinned, &problem);
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	(void)state;
	assert_true(fd >= 0);
	assert_string_equal(problem.text, "");
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	assert_string_equal(info.name, "counts");
	close(fd);
}

static void no_number_of_entries_means_any(void **state)
{
	struct map_shape any = pinned;
	int fd;

	(void)state;
	any.max_entries = 0;
	fd = pinned_map_open(scratch_bpffs(), &any, NULL);
	assert_true(fd >= 0);
	close(fd);
}

static void assert_mismatch(const struct map_shape *expected, const char *numbers)
{
	struct problem problem = { 0 };
	char text[400];

	snprintf(text, sizeof(text),
		 "%s: %s: the pins were made by another version; --detach with that version, then "
		 "attach again",
		 scratch_path("counts"), numbers);
	assert_int_equal(pinned_map_open(scratch_bpffs(), expected, &problem), -EPROTO);
	assert_string_equal(problem.text, text);
	assert_int_equal(pinned_map_open(scratch_bpffs(), expected, NULL), -EPROTO);
}

static void each_mismatch_tells_both_numbers(void **state)
{
	struct map_shape expected = pinned;

	(void)state;
	expected.max_entries = 99;
	assert_mismatch(&expected, "number of entries is 100, this build expects 99");
	expected.value_size = 32;
	assert_mismatch(&expected, "value size is 24, this build expects 32");
	expected.key_size = 8;
	assert_mismatch(&expected, "key size is 4, this build expects 8");
	expected.type = BPF_MAP_TYPE_ARRAY;
	assert_mismatch(&expected, "map type is 1, this build expects 2");
}

static void what_is_not_there_is_not_told(void **state)
{
	const struct map_shape nothing = { "nothing", BPF_MAP_TYPE_HASH, 4, 24, 100 };
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(pinned_map_open(scratch_bpffs(), &nothing, &problem), -ENOENT);
	assert_int_equal(pinned_map_open(scratch_path("nowhere"), &pinned, &problem), -ENOENT);
	assert_string_equal(problem.text, "");
}

/* A program or a directory under a map's name. */
static void what_is_no_map_is_refused(void **state)
{
	const struct map_shape program = { "prog", BPF_MAP_TYPE_HASH, 4, 24, 100 };
	const struct map_shape directory = { "dir", BPF_MAP_TYPE_HASH, 4, 24, 100 };
	struct problem problem = { 0 };
	int fd = scratch_program("prog", BPF_PROG_TYPE_XDP, XDP_PASS);

	(void)state;
	assert_int_equal(bpffs_pin(fd, scratch_path("prog"), NULL), 0);
	close(fd);
	assert_true(pinned_map_open(scratch_bpffs(), &program, &problem) < 0);
	assert_non_null(strstr(problem.text, scratch_path("prog")));
	assert_int_equal(bpffs_make_directory(scratch_path("dir")), 0);
	problem.text[0] = '\0';
	assert_true(pinned_map_open(scratch_bpffs(), &directory, &problem) < 0);
	assert_non_null(strstr(problem.text, scratch_path("dir")));
	assert_int_equal(bpffs_unpin(scratch_path("prog"), NULL), 0);
	assert_int_equal(bpffs_unpin(scratch_path("dir"), NULL), 0);
}

static void a_closed_fd_is_an_error_with_a_text(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(pinned_map_check(-1, &pinned, "PATH", &problem), -EBADFD);
	assert_non_null(strstr(problem.text, "PATH: cannot read map information: -EBADFD"));
}

#define MAP_TEST(name) cmocka_unit_test_setup_teardown(name, pin_one, unpin_it)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MAP_TEST(the_right_shape_is_opened),
		MAP_TEST(no_number_of_entries_means_any),
		MAP_TEST(each_mismatch_tells_both_numbers),
		MAP_TEST(what_is_not_there_is_not_told),
		MAP_TEST(what_is_no_map_is_refused),
		MAP_TEST(a_closed_fd_is_an_error_with_a_text),
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
