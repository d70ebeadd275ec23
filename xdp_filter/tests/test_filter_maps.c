// SPDX-License-Identifier: GPL-2.0-only
/* Lists and configuration in real maps: those of the object, small ones that fill up, pinned ones in
 * a bpffs of this test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "filter_maps.h"
#include "harness/run_program.h"
#include "xdp_filter.h"

static struct run_program filter;
static struct filter_maps maps;
static struct problem problem;

static int setup(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	if (run_open(&filter, NULL, ECBPF_OBJECT_DIR "/xdp_filter.o", NULL, RUN_ALONE) ||
	    run_load(&filter))
		return -1;
	maps.fd[FILTER_CONFIG] = run_map(&filter, FILTER_MAP_CONFIG);
	maps.fd[FILTER_DROP_IPV4] = run_map(&filter, FILTER_MAP_DROP_IPV4);
	maps.fd[FILTER_DROP_IPV6] = run_map(&filter, FILTER_MAP_DROP_IPV6);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	run_close(&filter);
	return 0;
}

/* "PREFIX=TAG@TIME ..." of what the maps hold, or of `list`. */
static const char *text_of(const struct drop_list *list)
{
	static char text[2048];
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		char prefix[ADDRESS_PREFIX_TEXT_SIZE];

		address_prefix_text(&list->entries[i].prefix, prefix, sizeof(prefix));
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s=%s@%lu",
					   i ? " " : "", prefix, list->entries[i].tag,
					   (unsigned long)list->entries[i].load_time);
	}
	return text;
}

static void assert_held(const struct filter_maps *which, const char *expected)
{
	struct drop_list list = { 0 };

	assert_int_equal(filter_maps_read_list(which, &list, &problem), 0);
	assert_string_equal(text_of(&list), expected);
	drop_list_free(&list);
}

static struct drop_list parse(const char *ips, const char *tags, uint64_t load_time)
{
	struct drop_list list = { 0 };

	assert_int_equal(drop_list_add(&list, ips, &problem), 0);
	if (tags)
		assert_int_equal(drop_list_tag(&list, tags, &problem), 0);
	for (size_t i = 0; i < list.count; i++)
		list.entries[i].load_time = load_time;
	return list;
}

static int add(const struct filter_maps *which, const char *ips, const char *tags,
	       uint64_t load_time)
{
	struct drop_list list = parse(ips, tags, load_time);
	int err = filter_maps_add(which, &list, &problem);

	drop_list_free(&list);
	return err;
}

static int remove_from(const struct filter_maps *which, const char *ips)
{
	struct drop_list list = parse(ips, NULL, 0);
	int err = filter_maps_remove(which, &list, &problem);

	drop_list_free(&list);
	return err;
}

static void test_config(void **state)
{
	struct filter_config config = { .frags_drop = 7 };

	(void)state;
	assert_int_equal(filter_maps_read_config(&maps, &config, &problem), 0);
	assert_int_equal(config.frags_drop, 0);
	config.frags_drop = 1;
	assert_int_equal(filter_maps_write_config(&maps, &config, &problem), 0);
	config.frags_drop = 0;
	assert_int_equal(filter_maps_read_config(&maps, &config, &problem), 0);
	assert_int_equal(config.frags_drop, 1);
}

/* Prefixes inside each other stay apart, at every length. */
static void test_add(void **state)
{
	(void)state;
	assert_held(&maps, "");
	assert_int_equal(add(&maps,
			     "::/0 10.1.2.3 10.0.0.0/8 0.0.0.0/0 10.1.0.0/16 2001:db8::1 "
			     "2001:db8::/32 10.1.2.2/31 128.0.0.0/1",
			     "all6,host,net", 5),
			 0);
	assert_held(&maps, "0.0.0.0/0=@5 10.0.0.0/8=net@5 10.1.0.0/16=@5 10.1.2.2/31=@5 "
			   "10.1.2.3/32=host@5 128.0.0.0/1=@5 ::/0=all6@5 2001:db8::/32=@5 "
			   "2001:db8::1/128=@5");
}

static void test_add_again(void **state)
{
	(void)state;
	assert_int_equal(add(&maps, "10.0.0.0/8 10.0.0.0/9", "a,b", 1), 0);
	assert_int_equal(add(&maps, "10.0.0.0/8 ::1", "c", 2), 0);
	assert_held(&maps, "10.0.0.0/8=c@2 10.0.0.0/9=b@1 ::1/128=@2");
}

static void test_long_tag(void **state)
{
	char tag[FILTER_TAG_SIZE], expected[128];

	(void)state;
	memset(tag, 'x', sizeof(tag) - 1);
	tag[sizeof(tag) - 1] = '\0';
	assert_int_equal(add(&maps, "::1", tag, 3), 0);
	snprintf(expected, sizeof(expected), "::1/128=%s@3", tag);
	assert_held(&maps, expected);
}

static void test_remove(void **state)
{
	(void)state;
	assert_int_equal(add(&maps, "10.0.0.0/8 10.0.0.0/9 10.0.0.1 ::1 ::/0", "a,b,c,d,e", 1), 0);
	assert_int_equal(remove_from(&maps, "10.0.0.0/9,::/0"), 0);
	assert_held(&maps, "10.0.0.0/8=a@1 10.0.0.1/32=c@1 ::1/128=d@1");
	assert_int_equal(remove_from(&maps, "10.0.0.0/8,::1,10.0.0.1"), 0);
	assert_held(&maps, "");
}

/* A prefix that is only covered by a listed one is not listed. */
static void test_remove_absent(void **state)
{
	static const struct {
		const char *ips, *problem;
	} cases[] = {
		{ "10.0.0.2", "10.0.0.2/32 is not in the list; nothing was removed" },
		{ "10.0.0.0/7", "10.0.0.0/7 is not in the list; nothing was removed" },
		{ "10.0.0.0/8 10.0.0.0/9", "10.0.0.0/9 is not in the list; nothing was removed" },
		{ "::1 10.0.0.0/8 ::2 ::3",
		  "::1/128 (and 2 more) is not in the list; nothing was removed" },
	};

	(void)state;
	assert_int_equal(add(&maps, "10.0.0.0/8 10.0.0.1 ::/0", NULL, 1), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(remove_from(&maps, cases[i].ips), -ENOENT);
		assert_string_equal(problem.text, cases[i].problem);
		assert_held(&maps, "10.0.0.0/8=@1 10.0.0.1/32=@1 ::/0=@1");
	}
}

static void test_clear(void **state)
{
	(void)state;
	assert_int_equal(filter_maps_clear(&maps, &problem), 0);
	assert_int_equal(add(&maps, "0.0.0.0/0 10.0.0.0/8 10.0.0.1 ::/0 ::1", NULL, 1), 0);
	assert_int_equal(filter_maps_clear(&maps, &problem), 0);
	assert_held(&maps, "");
}

/* Tries with room for four. */
static struct filter_maps small_maps(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	struct filter_maps small = FILTER_MAPS_CLOSED;

	small.fd[FILTER_DROP_IPV4] =
		bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "small4", sizeof(struct filter_ipv4_key),
			       sizeof(struct filter_drop), 4, &options);
	small.fd[FILTER_DROP_IPV6] =
		bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "small6", sizeof(struct filter_ipv6_key),
			       sizeof(struct filter_drop), 4, &options);
	assert_true(small.fd[FILTER_DROP_IPV4] >= 0 && small.fd[FILTER_DROP_IPV6] >= 0);
	return small;
}

/* A list that does not fit leaves what was there: also the tags it had replaced already. */
static void test_full(void **state)
{
	struct filter_maps small = small_maps();
	const char *before = "10.0.0.0/8=old@1 10.1.0.0/16=@1 ::1/128=six@1";

	(void)state;
	assert_int_equal(add(&small, "10.0.0.0/8 10.1.0.0/16 ::1", "old,,six", 1), 0);
	assert_int_equal(add(&small, "10.0.0.0/8 ::1 ::2 10.2.0.0/16 10.3.0.0/16 10.4.0.0/16",
			     "new,new6", 2),
			 -ENOSPC);
	assert_string_equal(problem.text, "no room for 10.4.0.0/16: the IPv4 list is full (65536 "
					  "prefixes); nothing was changed");
	assert_held(&small, before);
	assert_int_equal(add(&small, "::2 ::3 ::4 ::5", NULL, 2), -ENOSPC);
	assert_string_equal(problem.text, "no room for ::5/128: the IPv6 list is full (65536 "
					  "prefixes); nothing was changed");
	assert_held(&small, before);
	assert_int_equal(add(&small, "10.2.0.0/16 10.3.0.0/16 ::2 ::3 ::4", NULL, 2), 0);
	filter_maps_close(&small);
}

/* The kernel refuses a change in the middle: the IPv6 trie is read-only. */
static void test_refused(void **state)
{
	struct filter_maps small = small_maps();
	const char *before = "10.0.0.0/8=a@1 ::1/128=b@1";

	(void)state;
	assert_int_equal(add(&small, "10.0.0.0/8 ::1", "a,b", 1), 0);
	assert_int_equal(bpf_map_freeze(small.fd[FILTER_DROP_IPV6]), 0);
	assert_int_equal(add(&small, "10.0.0.0/8 10.0.0.1 ::2", "c", 2), -EPERM);
	assert_non_null(strstr(problem.text, "cannot add ::2/128: -EPERM"));
	assert_non_null(strstr(problem.text, "; nothing was changed"));
	assert_held(&small, before);
	assert_int_equal(remove_from(&small, "10.0.0.0/8 ::1"), -EPERM);
	assert_non_null(strstr(problem.text, "cannot remove ::1/128: -EPERM"));
	assert_held(&small, before);
	assert_int_equal(filter_maps_clear(&small, &problem), -EPERM);
	assert_held(&small, before);
	filter_maps_close(&small);
}

/* As many as the contract says fit, and not one more; the whole list comes back. */
static void test_whole_size(void **state)
{
	struct drop_list list = { 0 }, held = { 0 };
	struct drop_entry entry = { .prefix = { .family = 10, .length = 128 }, .load_time = 9 };

	(void)state;
	for (uint32_t i = 0; i < FILTER_LIST_SIZE; i++) {
		/* Spread, so that the trie is not a list. */
		uint32_t number = i * 2654435761U;

		memcpy(entry.prefix.address + 4, &number, sizeof(number));
		assert_int_equal(drop_list_append(&list, &entry), 0);
	}
	assert_int_equal(filter_maps_add(&maps, &list, &problem), 0);
	assert_int_equal(add(&maps, "::1", NULL, 1), -ENOSPC);
	assert_int_equal(filter_maps_read_list(&maps, &held, &problem), 0);
	drop_list_sort(&list);
	assert_int_equal(held.count, FILTER_LIST_SIZE);
	for (size_t i = 0; i < held.count; i++)
		assert_non_null(drop_list_find(&list, &held.entries[i].prefix));
	assert_int_equal(filter_maps_clear(&maps, &problem), 0);
	assert_held(&maps, "");
	drop_list_free(&list);
	drop_list_free(&held);
}

#define STAYING "10.0.0.1 10.0.0.3 10.0.0.5 10.0.0.7 10.0.0.9"
#define COMING "10.0.0.2 10.0.0.4 10.0.0.6 10.0.0.8 10.0.0.10"

static atomic_bool stop;

static void *come_and_go(void *argument)
{
	struct drop_list list = { 0 };

	(void)argument;
	if (drop_list_add(&list, COMING, NULL))
		return "parse";
	while (!stop) {
		if (filter_maps_add(&maps, &list, NULL) || filter_maps_remove(&maps, &list, NULL))
			return "change";
	}
	drop_list_free(&list);
	return NULL;
}

/* Someone changes a list without the lock: reading it ends, and tells nothing twice and nothing that
 * never was. */
static void test_read_while_changing(void **state)
{
	struct drop_list all = parse(COMING "," STAYING, NULL, 0);
	pthread_t thread;
	void *failed;

	(void)state;
	assert_int_equal(add(&maps, STAYING, NULL, 1), 0);
	drop_list_sort(&all);
	stop = false;
	assert_int_equal(pthread_create(&thread, NULL, come_and_go, NULL), 0);
	for (int i = 0; i < 2000; i++) {
		struct drop_list list = { 0 };

		assert_int_equal(filter_maps_read_list(&maps, &list, &problem), 0);
		for (size_t j = 0; j < list.count; j++) {
			assert_non_null(drop_list_find(&all, &list.entries[j].prefix));
			assert_ptr_equal(drop_list_find(&list, &list.entries[j].prefix),
					 &list.entries[j]);
		}
		drop_list_free(&list);
	}
	stop = true;
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	drop_list_free(&all);
}

static void pin(int fd, const char *directory, const char *name)
{
	char path[BPFFS_PATH_SIZE];

	bpffs_join(path, directory, name);
	assert_int_equal(bpffs_unpin(path, NULL), 0);
	assert_int_equal(bpffs_pin(fd, path, NULL), 0);
}

/* A bpffs that only this process sees. */
static void mount_bpffs(char directory[])
{
	assert_non_null(mkdtemp(directory));
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("bpf", directory, "bpf", 0, NULL), 0);
}

static void test_pins(void **state)
{
	char directory[] = "/tmp/test_filter_maps.XXXXXX", slot[BPFFS_PATH_SIZE];
	struct filter_maps opened = FILTER_MAPS_CLOSED, small = small_maps();
	struct chain chain = { .interface = "eth0" };

	(void)state;
	mount_bpffs(directory);
	snprintf(chain.pins, sizeof(chain.pins), "%s", directory);
	bpffs_join(slot, directory, "slot_2");
	assert_int_equal(bpffs_make_directory(slot), 0);
	assert_int_equal(filter_maps_open(&opened, &chain, 2, &problem), -ENOENT);
	assert_non_null(strstr(problem.text, "/slot_2/filter_config is gone"));
	filter_maps_close(&opened);

	pin(maps.fd[FILTER_CONFIG], slot, FILTER_MAP_CONFIG);
	pin(small.fd[FILTER_DROP_IPV4], slot, FILTER_MAP_DROP_IPV4);
	pin(maps.fd[FILTER_DROP_IPV6], slot, FILTER_MAP_DROP_IPV6);
	assert_int_equal(filter_maps_open(&opened, &chain, 2, &problem), -EPROTO);
	assert_non_null(strstr(problem.text, "drop_ipv4: number of entries is 4, this build "
					     "expects 65536"));
	filter_maps_close(&opened);

	pin(maps.fd[FILTER_DROP_IPV4], slot, FILTER_MAP_DROP_IPV4);
	assert_int_equal(filter_maps_open(&opened, &chain, 2, &problem), 0);
	assert_int_equal(add(&opened, "192.0.2.1", "pinned", 4), 0);
	assert_held(&maps, "192.0.2.1/32=pinned@4");
	filter_maps_close(&opened);
	filter_maps_close(&small);
	assert_int_equal(umount(directory), 0);
	assert_int_equal(rmdir(directory), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_config),
		TEST(test_add),
		TEST(test_add_again),
		TEST(test_long_tag),
		TEST(test_remove),
		TEST(test_remove_absent),
		TEST(test_clear),
		TEST(test_full),
		TEST(test_refused),
		TEST(test_whole_size),
		TEST(test_read_while_changing),
		TEST(test_pins),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
