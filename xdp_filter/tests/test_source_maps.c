// SPDX-License-Identifier: GPL-2.0-only
/* The source list in real maps, pinned in a bpffs of this test's own: replaced while packets count,
 * and with every step of a replacement failing, or being the last one of its process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run_program.h"
#include "source_maps.h"
#include "verdict_shapes.h"
#include "xdp_filter.h"

static char bpffs[] = "/tmp/test_source_maps.XXXXXX";
static struct run_program filter;
static struct chain chain;
static struct problem problem;

static void path_of(const char *name, char ret_path[BPFFS_PATH_SIZE])
{
	char slot[BPFFS_PATH_SIZE];

	bpffs_join(slot, chain.pins, "slot_2");
	bpffs_join(ret_path, slot, name);
}

static bool is_pinned(const char *name)
{
	char path[BPFFS_PATH_SIZE];

	path_of(name, path);
	return bpffs_exists(path);
}

static void pin(int fd, const char *name)
{
	char path[BPFFS_PATH_SIZE];

	path_of(name, path);
	assert_int_equal(bpffs_unpin(path, &problem), 0);
	assert_int_equal(bpffs_pin(fd, path, &problem), 0);
}

static int setup(void **state)
{
	char slot[BPFFS_PATH_SIZE];

	(void)state;
	problem = (struct problem){ 0 };
	strcpy(strrchr(bpffs, '.'), ".XXXXXX");
	assert_non_null(mkdtemp(bpffs));
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("bpf", bpffs, "bpf", 0, NULL), 0);
	chain = (struct chain){ .interface = "eth0" };
	snprintf(chain.pins, sizeof(chain.pins), "%s", bpffs);
	bpffs_join(slot, chain.pins, "slot_2");
	assert_int_equal(bpffs_make_directory(slot), 0);
	assert_int_equal(run_open(&filter, NULL, ECBPF_OBJECT_DIR "/xdp_filter.o", NULL, RUN_ALONE),
			 0);
	assert_int_equal(run_load(&filter), 0);
	pin(run_map(&filter, FILTER_MAP_SOURCE_LIST), FILTER_MAP_SOURCE_LIST);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	run_close(&filter);
	assert_int_equal(umount(bpffs), 0);
	assert_int_equal(rmdir(bpffs), 0);
	return 0;
}

static int open_maps(struct source_maps *maps)
{
	return source_maps_open(maps, &chain, 2, run_map(&filter, FILTER_MAP_SOURCES), &problem);
}

static struct source_list parse(const char *text)
{
	const struct source pattern = { .action = SOURCE_DROP, .load_time = 1 };
	struct source_list list = { 0 };

	if (*text)
		assert_int_equal(source_list_add_text(&list, text, &pattern, &problem), 0);
	assert_int_equal(source_list_sort(&list), 0);
	return list;
}

/* The list becomes what `text` says; hits go on as those who change a list do it. */
static int replace(const char *text)
{
	struct source_list before = { 0 }, after = parse(text);
	struct source_maps maps;
	int err = open_maps(&maps);

	if (!err)
		err = source_maps_read(&maps, &before, &problem);
	source_list_inherit(&after, &before);
	if (!err)
		err = source_maps_replace(&maps, &before, &after, &problem);
	source_maps_close(&maps);
	source_list_free(&before);
	source_list_free(&after);
	return err;
}

/* "PREFIX=PACKETS ..." of what packets meet. */
static void assert_list(const char *expected)
{
	struct source_list list = { 0 };
	struct source_maps maps;
	char text[1024] = "", prefix[ADDRESS_PREFIX_TEXT_SIZE];
	size_t length = 0;

	assert_int_equal(open_maps(&maps), 0);
	assert_int_equal(source_maps_read(&maps, &list, &problem), 0);
	for (size_t i = 0; i < list.count; i++) {
		address_prefix_text(&list.sources[i].prefix, prefix, sizeof(prefix));
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s=%lu",
					   i ? " " : "", prefix,
					   (unsigned long)list.sources[i].packets);
	}
	assert_string_equal(text, expected);
	source_list_free(&list);
	source_maps_close(&maps);
}

static __u32 meet(const char *source)
{
	const struct verdict_shape shape = { .family = 4, .protocol = IPPROTO_UDP };
	struct packet_builder builder;
	static struct run_result result;
	struct run_frame frame = { builder.bytes, 0, 0, 0 };

	verdict_shape_build(&shape, source, 0, &builder);
	frame.length = builder.length;
	assert_int_equal(run_packet(&filter, &frame, &result), 0);
	return result.action;
}

static __u32 list_id(void)
{
	__u32 only_entry = 0, id = 0;

	assert_int_equal(bpf_map_lookup_elem(run_map(&filter, FILTER_MAP_SOURCES), &only_entry,
					     &id),
			 0);
	return id;
}

static void test_first_list(void **state)
{
	(void)state;
	assert_list("");
	assert_int_equal(meet("192.0.2.1"), XDP_PASS);
}

/* Hits stay with their prefix, wherever it is in the list. */
static void test_replace(void **state)
{
	(void)state;
	assert_int_equal(replace("192.0.2.0/24 2001:db8::/32"), 0);
	assert_false(is_pinned("source_list_new"));
	assert_int_equal(meet("192.0.2.1"), XDP_DROP);
	assert_int_equal(meet("192.0.2.255"), XDP_DROP);
	assert_int_equal(meet("192.0.3.1"), XDP_PASS);
	assert_list("192.0.2.0/24=2 2001:db8::/32=0");
	assert_int_equal(replace("10.0.0.0/8 192.0.2.0/24 192.0.2.1 ::/0"), 0);
	assert_int_equal(meet("192.0.2.1"), XDP_DROP);
	assert_int_equal(meet("192.0.2.2"), XDP_DROP);
	assert_list("10.0.0.0/8=0 192.0.2.0/24=3 192.0.2.1/32=1 ::/0=0");
	assert_int_equal(replace(""), 0);
	assert_list("");
	assert_int_equal(meet("192.0.2.1"), XDP_PASS);
}

static void test_replace_by_the_same(void **state)
{
	__u32 id;

	(void)state;
	assert_int_equal(replace("192.0.2.0/24"), 0);
	id = list_id();
	assert_int_equal(replace("192.0.2.0/24"), 0);
	assert_int_equal(list_id(), id);
	assert_int_equal(replace("192.0.2.0/25"), 0);
	assert_int_not_equal(list_id(), id);
}

static void test_size(void **state)
{
	struct source_maps maps;

	(void)state;
	assert_int_equal(open_maps(&maps), 0);
	assert_int_equal(source_maps_size(&maps), SOURCE_BLOCK_SIZE);
	source_maps_close(&maps);
	assert_int_equal(replace("192.0.2.0/24 192.0.3.0/24 192.0.4.0/24 10.0.0.0/8"), 0);
	assert_int_equal(open_maps(&maps), 0);
	assert_int_equal(source_maps_size(&maps), SOURCE_BLOCK_SIZE);
	source_maps_close(&maps);
}

#define FLOOD_SOURCE "192.0.2.1"
#define FLOOD_BATCH 64

static atomic_bool stop;
static atomic_ulong sent, wrong;

static void *flood(void *unused)
{
	(void)unused;
	while (!stop) {
		for (int i = 0; i < FLOOD_BATCH; i++)
			wrong += meet(FLOOD_SOURCE) != XDP_DROP;
		sent += FLOOD_BATCH;
	}
	return NULL;
}

/* Every packet of a listed source is dropped and counted, whichever list it met. */
static void test_replace_under_load(void **state)
{
	static const char *const lists[] = { "192.0.2.0/24 10.0.0.0/8", "192.0.2.0/24",
					     "0.0.0.0/0 1.0.0.0/8 192.0.2.0/24 ::/0" };
	char expected[64];
	pthread_t thread;

	(void)state;
	assert_int_equal(replace(lists[0]), 0);
	stop = false;
	sent = wrong = 0;
	assert_int_equal(pthread_create(&thread, NULL, flood, NULL), 0);
	for (int i = 0; i < (getenv("ECBPF_TEST_QUICK") ? 30 : 300) || !sent; i++)
		assert_int_equal(replace(lists[i % 3]), 0);
	stop = true;
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(replace("192.0.2.0/24"), 0);
	assert_int_equal(wrong, 0);
	snprintf(expected, sizeof(expected), "192.0.2.0/24=%lu", sent);
	assert_list(expected);
}

/* From now on system call `number` does `action`: with its first argument `first`, or always where
 * that is negative. */
static void at_system_call(long number, int first, unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (__u32)number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (__u32)first, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	if (first < 0)
		code[3] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_IMM, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(99);
}

static void at_rename(unsigned int action)
{
#ifdef SYS_rename
	at_system_call(SYS_rename, -1, action);
#endif
#ifdef SYS_renameat
	at_system_call(SYS_renameat, -1, action);
#endif
	at_system_call(SYS_renameat2, -1, action);
}

/* Replaces the list in a process of its own, which fails or ends at a step of it. */
static int replace_in_child(const char *text, long number, int first, unsigned int action,
			    const char *expected_text)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		int err;

		if (number == SYS_renameat2)
			at_rename(action);
		else
			at_system_call(number, first, action);
		err = replace(text);
		if (expected_text && !strstr(problem.text, expected_text)) {
			fprintf(stderr, "not told: %s\nbut: %s\n", expected_text, problem.text);
			_exit(98);
		}
		_exit(-err);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* A step that fails leaves everything as it was. */
static void test_failures(void **state)
{
	static const struct {
		int command, error;
		const char *text;
	} steps[] = {
		{ BPF_MAP_CREATE, ENOMEM,
		  "the source list stays as it was: the kernel has no room for a list of 2 sources (" },
		{ BPF_OBJ_PIN, ENOSPC, "the source list stays as it was: cannot pin " },
		{ BPF_MAP_UPDATE_ELEM, EPERM,
		  "the source list stays as it was: the kernel refuses the new source list: -EPERM" },
	};

	(void)state;
	assert_int_equal(replace("192.0.2.0/24"), 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		__u32 id = list_id();
		int status = replace_in_child("10.0.0.0/8 11.0.0.0/8", SYS_bpf, steps[i].command,
					      SECCOMP_RET_ERRNO | (unsigned int)steps[i].error,
					      steps[i].text);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), steps[i].error);
		assert_int_equal(list_id(), id);
		assert_false(is_pinned("source_list_new"));
		assert_list("192.0.2.0/24=0");
	}
	assert_int_equal(meet("192.0.2.1"), XDP_DROP);
	assert_int_equal(meet("10.0.0.1"), XDP_PASS);
}

/* The new list is in force when only its pin could not be put in place; the next change does it. */
static void test_failing_rename(void **state)
{
	int status;

	(void)state;
	status = replace_in_child("10.0.0.0/8", SYS_renameat2, -1, SECCOMP_RET_ERRNO | EIO,
				  "cannot rename ");
	assert_int_equal(WEXITSTATUS(status), EIO);
	assert_true(is_pinned("source_list_new"));
	assert_list("10.0.0.0/8=0");
	assert_int_equal(meet("10.0.0.1"), XDP_DROP);
	assert_int_equal(replace("10.0.0.0/8"), 0);
	assert_false(is_pinned("source_list_new"));
	assert_list("10.0.0.0/8=1");
}

/* Wherever a process ends, packets meet the old list or the new one, readers see what packets meet,
 * and the next change goes on from there. */
static void test_kills(void **state)
{
	static const struct {
		long number;
		int command;
		bool is_new; /* the step before it is the one that packets see */
		bool leaves_pin;
	} steps[] = {
		{ SYS_bpf, BPF_MAP_CREATE, false, false },
		{ SYS_bpf, BPF_OBJ_PIN, false, false },
		{ SYS_bpf, BPF_MAP_UPDATE_ELEM, false, true },
		{ SYS_renameat2, -1, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		int status;

		assert_int_equal(replace("192.0.2.0/24"), 0);
		status = replace_in_child("10.0.0.0/8", steps[i].number, steps[i].command,
					  SECCOMP_RET_KILL_PROCESS, NULL);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
		assert_int_equal(is_pinned("source_list_new"), steps[i].leaves_pin);
		assert_list(steps[i].is_new ? "10.0.0.0/8=0" : "192.0.2.0/24=0");
		assert_int_equal(is_pinned("source_list_new"), steps[i].leaves_pin);
		assert_int_equal(meet("10.0.0.1"), steps[i].is_new ? XDP_DROP : XDP_PASS);
		assert_int_equal(replace("10.0.0.0/8 11.0.0.0/8"), 0);
		assert_false(is_pinned("source_list_new"));
		assert_list(steps[i].is_new ? "10.0.0.0/8=1 11.0.0.0/8=0" :
					      "10.0.0.0/8=0 11.0.0.0/8=0");
	}
}

/* Someone else replaced the program and took only the old pin along, or put something else there. */
static void test_lost_pin(void **state)
{
	int stranger = bpf_map_create(BPF_MAP_TYPE_ARRAY, "stranger", 4, 8, 1, NULL);
	struct source_maps maps;
	char path[BPFFS_PATH_SIZE];
	struct source_list list = parse("172.16.0.0/12");
	int other = source_maps_create(&list, &problem);

	(void)state;
	assert_true(stranger >= 0 && other >= 0);
	assert_int_equal(replace("192.0.2.0/24"), 0);
	for (int i = 0; i < 3; i++) {
		path_of(FILTER_MAP_SOURCE_LIST, path);
		assert_int_equal(bpffs_unpin(path, &problem), 0);
		if (i)
			pin(i == 1 ? stranger : other, FILTER_MAP_SOURCE_LIST);
		if (i == 2)
			pin(other, "source_list_new");
		assert_list("192.0.2.0/24=0");
		assert_int_equal(open_maps(&maps), 0);
		assert_int_equal(maps.pinned, SOURCE_MAPS_UNPINNED);
		assert_int_equal(source_maps_settle(&maps, &problem), 0);
		source_maps_close(&maps);
		assert_int_equal(open_maps(&maps), 0);
		assert_int_equal(maps.pinned, SOURCE_MAPS_IN_PLACE);
		source_maps_close(&maps);
		assert_false(is_pinned("source_list_new"));
	}
	source_list_free(&list);
	close(stranger);
	close(other);
}

static void test_lost_pin_without_rights(void **state)
{
	char path[BPFFS_PATH_SIZE];
	int status;

	(void)state;
	path_of(FILTER_MAP_SOURCE_LIST, path);
	assert_int_equal(bpffs_unpin(path, &problem), 0);
	status = replace_in_child("10.0.0.0/8", SYS_bpf, BPF_MAP_GET_FD_BY_ID,
				  SECCOMP_RET_ERRNO | EPERM,
				  "/slot_2/source_list is not the list that packets meet (map id ");
	assert_int_equal(WEXITSTATUS(status), ENOENT);
	assert_list("");
}

/* An image that someone has written into is refused, not believed. */
static void test_damaged_list(void **state)
{
	struct source_header *header;
	struct source_list list = { 0 };
	struct source_maps maps;

	(void)state;
	assert_int_equal(replace("192.0.2.0/24"), 0);
	assert_int_equal(open_maps(&maps), 0);
	header = mmap(NULL, SOURCE_LINE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, maps.list, 0);
	assert_ptr_not_equal(header, MAP_FAILED);
	header->entry_count = 1000000;
	assert_int_equal(source_maps_read(&maps, &list, &problem), -EBADMSG);
	munmap(header, SOURCE_LINE_SIZE);
	source_list_free(&list);
	source_maps_close(&maps);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_list),
		TEST(test_replace),
		TEST(test_replace_by_the_same),
		TEST(test_size),
		TEST(test_replace_under_load),
		TEST(test_failures),
		TEST(test_failing_rename),
		TEST(test_kills),
		TEST(test_lost_pin),
		TEST(test_lost_pin_without_rights),
		TEST(test_damaged_list),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
