// SPDX-License-Identifier: GPL-2.0-only
#include "bpffs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"

/* More than one call of the kernel's for directory entries returns. */
#define MANY 600

static const struct map_shape shape = { "some_map", BPF_MAP_TYPE_ARRAY, 4, 4, 1 };
static unsigned int fds_before;

static int count_fds(void **state)
{
	(void)state;
	fds_before = scratch_open_fds();
	return 0;
}

/* L10 */
static int no_more_fds(void **state)
{
	(void)state;
	assert_int_equal(scratch_open_fds(), fds_before);
	return 0;
}

static void pin_map(const char *path)
{
	int fd = scratch_map(&shape);

	assert_int_equal(bpffs_pin(fd, path, NULL), 0);
	close(fd);
}

static __u32 map_id(const char *path)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpffs_open(path);

	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	close(fd);
	return info.id;
}

static void join_puts_a_slash_between(void **state)
{
	char path[BPFFS_PATH_SIZE];

	(void)state;
	bpffs_join(path, "/sys/fs/bpf", "ecbpf");
	assert_string_equal(path, "/sys/fs/bpf/ecbpf");
	bpffs_join(path, "", "x");
	assert_string_equal(path, "/x");
}

static void join_never_writes_beyond_the_path(void **state)
{
	char directory[2 * BPFFS_PATH_SIZE], name[2 * BPFFS_PATH_SIZE];
	struct {
		char path[BPFFS_PATH_SIZE];
		char behind;
	} both = { .behind = 'x' };

	(void)state;
	memset(directory, 'd', sizeof(directory));
	memset(name, 'n', sizeof(name));
	for (size_t length = 0; length < sizeof(directory); length += 73) {
		directory[length] = '\0';
		name[sizeof(name) - 1 - length] = '\0';
		bpffs_join(both.path, directory, name);
		assert_int_equal(both.behind, 'x');
		assert_true(strlen(both.path) < BPFFS_PATH_SIZE);
		directory[length] = 'd';
	}
}

/* C10: bpffs refuses a name with a dot. */
static void escape_writes_dots_as_colons_and_back(void **state)
{
	char escaped[16], back[16];

	(void)state;
	bpffs_escape("eth0.100", escaped, sizeof(escaped));
	assert_string_equal(escaped, "eth0:100");
	bpffs_unescape(escaped, back, sizeof(back));
	assert_string_equal(back, "eth0.100");
	bpffs_escape("...", escaped, sizeof(escaped));
	assert_string_equal(escaped, ":::");
	bpffs_escape("", escaped, sizeof(escaped));
	assert_string_equal(escaped, "");
	assert_int_equal(bpffs_make_directory(scratch_path("eth0.100")), -EPERM);
	assert_int_equal(bpffs_make_directory(scratch_path("eth0:100")), 0);
	assert_int_equal(bpffs_unpin(scratch_path("eth0:100"), NULL), 0);
}

static void escape_cuts_at_the_size(void **state)
{
	char name[4] = "xxx";

	(void)state;
	bpffs_escape("a.b.c", name, sizeof(name));
	assert_string_equal(name, "a:b");
	bpffs_escape("a.b.c", name, 1);
	assert_string_equal(name, "");
}

static void assert_no_bpffs(const char *directory, int err, const char *text)
{
	struct problem problem = { 0 };

	assert_int_equal(bpffs_check(directory, &problem), err);
	assert_non_null(strstr(problem.text, text));
}

static void check_takes_a_directory_of_a_bpffs_only(void **state)
{
	struct problem problem = { 0 };
	char nowhere[300];

	(void)state;
	assert_int_equal(bpffs_check(scratch_bpffs(), &problem), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("inside")), 0);
	assert_int_equal(bpffs_check(scratch_path("inside"), &problem), 0);
	assert_int_equal(bpffs_unpin(scratch_path("inside"), NULL), 0);
	assert_string_equal(problem.text, "");
	snprintf(nowhere, sizeof(nowhere), "no bpffs at %s: -ENOENT", scratch_path("nowhere"));
	assert_no_bpffs(scratch_path("nowhere"), -ENOENT, nowhere);
	assert_no_bpffs("/proc/self/status/x", -ENOTDIR,
			"no bpffs at /proc/self/status/x: -ENOTDIR");
	assert_no_bpffs("/proc", -EMEDIUMTYPE,
			"no bpffs at /proc: mount one (mount -t bpf bpf /sys/fs/bpf) or name "
			"another with --bpffs");
	assert_no_bpffs("", -ENOENT, "no bpffs at ");
}

static void check_refuses_a_pin(void **state)
{
	(void)state;
	pin_map(scratch_path("a_pin"));
	assert_no_bpffs(scratch_path("a_pin"), -ENOTDIR, "no bpffs at ");
	assert_int_equal(bpffs_unpin(scratch_path("a_pin"), NULL), 0);
}

/* What does not fit would be cut, and another directory changed. */
static void check_refuses_a_path_that_leaves_no_room(void **state)
{
	char path[BPFFS_PATH_SIZE + 256], name[101];
	size_t length;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	length = (size_t)snprintf(path, sizeof(path), "%s", scratch_bpffs());
	while (length + sizeof(name) < BPFFS_PATH_SIZE + 100) {
		length += (size_t)snprintf(path + length, sizeof(path) - length, "/%s", name);
		assert_int_equal(bpffs_make_directory(path), 0);
		if (length > BPFFS_PATH_SIZE - 110)
			assert_no_bpffs(path, -ENAMETOOLONG, "too long");
	}
	while (length > strlen(scratch_bpffs())) {
		assert_int_equal(rmdir(path), 0);
		length -= sizeof(name);
		path[length] = '\0';
	}
}

static void make_directory_takes_one_that_exists(void **state)
{
	(void)state;
	assert_int_equal(bpffs_make_directory(scratch_path("d")), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("d")), 0);
	assert_true(bpffs_exists(scratch_path("d")));
	assert_int_equal(bpffs_make_directory(scratch_path("no/d")), -ENOENT);
	assert_int_equal(bpffs_unpin(scratch_path("d"), NULL), 0);
	assert_false(bpffs_exists(scratch_path("d")));
}

static void pins_are_made_opened_and_removed(void **state)
{
	struct problem problem = { 0 };
	int fd = scratch_map(&shape);
	char text[300];

	(void)state;
	assert_int_equal(bpffs_open(scratch_path("pin")), -ENOENT);
	assert_int_equal(bpffs_pin(fd, scratch_path("pin"), &problem), 0);
	assert_string_equal(problem.text, "");
	assert_int_equal(bpffs_pin(fd, scratch_path("pin"), &problem), -EEXIST);
	snprintf(text, sizeof(text), "cannot pin %s: -EEXIST (File exists)", scratch_path("pin"));
	assert_string_equal(problem.text, text);
	assert_int_equal(bpffs_pin(fd, "/tmp/ecbpf-no-pin", &problem), -EPERM);
	assert_int_equal(bpffs_pin(fd, scratch_path("no/pin"), &problem), -ENOENT);
	close(fd);
	fd = bpffs_open(scratch_path("pin"));
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(bpffs_unpin(scratch_path("pin"), &problem), 0);
	/* Nothing to do is no failure. */
	assert_int_equal(bpffs_unpin(scratch_path("pin"), &problem), 0);
	assert_false(bpffs_exists(scratch_path("pin")));
}

static void unpin_keeps_a_directory_with_something_in_it(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(bpffs_make_directory(scratch_path("d")), 0);
	pin_map(scratch_path("d/pin"));
	assert_int_equal(bpffs_unpin(scratch_path("d"), &problem), -ENOTEMPTY);
	assert_non_null(strstr(problem.text, "cannot remove "));
	assert_int_equal(bpffs_remove_tree(scratch_path("d"), NULL), 0);
}

static void rename_replaces_a_pin(void **state)
{
	struct problem problem = { 0 };
	__u32 id;

	(void)state;
	pin_map(scratch_path("old"));
	pin_map(scratch_path("new"));
	id = map_id(scratch_path("new"));
	assert_int_not_equal(id, map_id(scratch_path("old")));
	assert_int_equal(bpffs_rename(scratch_path("new"), scratch_path("old"), &problem), 0);
	assert_int_equal(map_id(scratch_path("old")), id);
	assert_false(bpffs_exists(scratch_path("new")));
	assert_int_equal(bpffs_rename(scratch_path("new"), scratch_path("x"), &problem), -ENOENT);
	assert_non_null(strstr(problem.text, "cannot rename "));
	assert_int_equal(bpffs_unpin(scratch_path("old"), NULL), 0);
}

static void rename_moves_a_whole_directory(void **state)
{
	(void)state;
	assert_int_equal(bpffs_make_directory(scratch_path("a")), 0);
	pin_map(scratch_path("a/pin"));
	assert_int_equal(bpffs_rename(scratch_path("a"), scratch_path("b"), NULL), 0);
	assert_true(bpffs_exists(scratch_path("b/pin")));
	assert_false(bpffs_exists(scratch_path("a")));
	assert_int_equal(bpffs_make_directory(scratch_path("a")), 0);
	assert_int_equal(bpffs_rename(scratch_path("a"), scratch_path("b"), NULL), -ENOTEMPTY);
	assert_int_equal(bpffs_remove_tree(scratch_path("a"), NULL), 0);
	assert_int_equal(bpffs_remove_tree(scratch_path("b"), NULL), 0);
}

static void remove_tree_removes_everything_below(void **state)
{
	(void)state;
	assert_int_equal(bpffs_make_directory(scratch_path("t")), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("t/u")), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("t/u/v")), 0);
	pin_map(scratch_path("t/u/v/pin"));
	pin_map(scratch_path("t/pin"));
	pin_map(scratch_path("beside"));
	assert_int_equal(bpffs_remove_tree(scratch_path("t"), NULL), 0);
	assert_false(bpffs_exists(scratch_path("t")));
	assert_int_equal(bpffs_remove_tree(scratch_path("t"), NULL), 0);
	/* Also a pin that is no directory. */
	assert_int_equal(bpffs_remove_tree(scratch_path("beside"), NULL), 0);
	assert_false(bpffs_exists(scratch_path("beside")));
}

static void remove_tree_removes_many_entries(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(bpffs_make_directory(scratch_path("many")), 0);
	for (int i = 0; i < MANY; i++) {
		char name[32];

		snprintf(name, sizeof(name), "many/directory_number_%d", i);
		assert_int_equal(bpffs_make_directory(scratch_path(name)), 0);
	}
	assert_int_equal(bpffs_remove_tree(scratch_path("many"), &problem), 0);
	assert_false(bpffs_exists(scratch_path("many")));
}

static void remove_tree_does_not_follow_links(void **state)
{
	char outside[] = "/tmp/ecbpf-outside.XXXXXX", file[64];
	int fd;

	(void)state;
	assert_non_null(mkdtemp(outside));
	snprintf(file, sizeof(file), "%s/precious", outside);
	fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(bpffs_make_directory(scratch_path("t")), 0);
	assert_int_equal(symlink(outside, scratch_path("t/link")), 0);
	assert_int_equal(bpffs_remove_tree(scratch_path("t"), NULL), 0);
	assert_int_equal(access(file, F_OK), 0);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(outside), 0);
}

#define BPFFS_TEST(name) cmocka_unit_test_setup_teardown(name, count_fds, no_more_fds)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BPFFS_TEST(join_puts_a_slash_between),
		BPFFS_TEST(join_never_writes_beyond_the_path),
		BPFFS_TEST(escape_writes_dots_as_colons_and_back),
		BPFFS_TEST(escape_cuts_at_the_size),
		BPFFS_TEST(check_takes_a_directory_of_a_bpffs_only),
		BPFFS_TEST(check_refuses_a_pin),
		BPFFS_TEST(check_refuses_a_path_that_leaves_no_room),
		BPFFS_TEST(make_directory_takes_one_that_exists),
		BPFFS_TEST(pins_are_made_opened_and_removed),
		BPFFS_TEST(unpin_keeps_a_directory_with_something_in_it),
		BPFFS_TEST(rename_replaces_a_pin),
		BPFFS_TEST(rename_moves_a_whole_directory),
		BPFFS_TEST(remove_tree_removes_everything_below),
		BPFFS_TEST(remove_tree_removes_many_entries),
		BPFFS_TEST(remove_tree_does_not_follow_links),
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
