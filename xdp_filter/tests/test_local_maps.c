// SPDX-License-Identifier: GPL-2.0-only
/* The tries of local addresses follow a list and the local routes; after every single step on the way
 * there, what was local and stays is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "local_maps.h"
#include "own_namespace.h"
#include "xdp_filter.h"

#define LOOPBACK "127.0.0.0/8 127.0.0.1/32 ::1/128"

static int ipv4_trie = -1, ipv6_trie = -1;
static struct problem problem;

/* What happens at each change of a trie. */
static struct {
	struct local_routes stay;   /* always found */
	unsigned int adds, removes; /* how many there were */
	unsigned int refuse;        /* the add with this number, from 1 */
	void (*meanwhile)(void);    /* another's deed after a change, once */
	bool endless;               /* at every change */
} steps;

static bool is_local(const struct address_prefix *prefix)
{
	struct filter_ipv6_key key = { .prefix_length = prefix->family == AF_INET ? 32 : 128 };
	uint8_t value;

	memcpy(key.address, prefix->address, sizeof(key.address));
	return bpf_map_lookup_elem(prefix->family == AF_INET ? ipv4_trie : ipv6_trie, &key,
				   &value) == 0;
}

static void after_step(void)
{
	void (*meanwhile)(void) = steps.meanwhile;

	for (size_t i = 0; i < steps.stay.count; i++)
		assert_true(is_local(&steps.stay.prefixes[i]));
	if (!steps.endless)
		steps.meanwhile = NULL;
	if (meanwhile)
		meanwhile();
}

/* In place of libbpf's. */
int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	union bpf_attr attr = { .map_fd = (__u32)fd,
				.key = (__u64)(uintptr_t)key,
				.value = (__u64)(uintptr_t)value,
				.flags = flags };
	int err;

	if (++steps.adds == steps.refuse) {
		errno = ENOMEM;
		return -1;
	}
	err = (int)syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
	if (err == 0)
		after_step();
	return err;
}

int bpf_map_delete_elem(int fd, const void *key)
{
	union bpf_attr attr = { .map_fd = (__u32)fd, .key = (__u64)(uintptr_t)key };
	int err = (int)syscall(SYS_bpf, BPF_MAP_DELETE_ELEM, &attr, sizeof(attr));

	steps.removes++;
	if (err == 0)
		after_step();
	return err;
}

static int make_trie(__u32 key_size, __u32 entries)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);

	return bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "local", key_size, 1, entries, &options);
}

static void make_tries(__u32 entries)
{
	if (ipv4_trie >= 0)
		close(ipv4_trie);
	if (ipv6_trie >= 0)
		close(ipv6_trie);
	ipv4_trie = make_trie(sizeof(struct filter_ipv4_key), entries);
	ipv6_trie = make_trie(sizeof(struct filter_ipv6_key), entries);
	assert_true(ipv4_trie >= 0 && ipv6_trie >= 0);
}

static int set_up(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	make_tries(FILTER_LOCAL_SIZE);
	own_namespace_renew();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	local_routes_free(&steps.stay);
	memset(&steps, 0, sizeof(steps));
	return 0;
}

static void read_trie(int trie, int family, struct local_routes *held)
{
	struct filter_ipv6_key key, *previous = NULL;

	while (bpf_map_get_next_key(trie, previous, &key) == 0) {
		struct address_prefix prefix = { .family = family,
						 .length = (uint8_t)key.prefix_length };

		memcpy(prefix.address, key.address, family == AF_INET ? 4 : 16);
		assert_int_equal(local_routes_append(held, &prefix), 0);
		previous = &key;
	}
	assert_int_equal(errno, ENOENT);
}

static struct local_routes read_tries(void)
{
	struct local_routes held = { 0 };

	read_trie(ipv4_trie, AF_INET, &held);
	read_trie(ipv6_trie, AF_INET6, &held);
	local_routes_sort(&held);
	return held;
}

static void expect_held(const char *expected)
{
	struct local_routes held = read_tries();

	assert_string_equal(routes_text(&held), expected);
	local_routes_free(&held);
}

static int sync_to(const char *text, size_t *ret_changes)
{
	struct local_routes routes = routes_from_text(text);
	int err = local_maps_sync(ipv4_trie, ipv6_trie, &routes, ret_changes, &problem);

	local_routes_free(&routes);
	return err;
}

static void expect_sync(const char *text, size_t expected_changes)
{
	size_t changes;

	assert_int_equal(sync_to(text, &changes), 0);
	assert_int_equal(changes, expected_changes);
	expect_held(text);
}

static void test_exactly(void **state)
{
	(void)state;
	expect_sync("", 0);
	expect_sync("192.0.2.1/32 192.0.2.2/32 fd00::1/128", 3);
	expect_sync("192.0.2.1/32 192.0.2.2/32 fd00::1/128", 0);
	expect_sync("192.0.2.2/32 192.0.2.3/32 fd00::1/128 fd00::2/128", 3);
	expect_sync("0.0.0.0/0 192.0.2.0/24 192.0.2.0/32 ::/0 fd00::/8 fd00::/128", 10);
	expect_sync("192.0.2.0/32 fd00::/128", 4);
	expect_sync("", 2);
}

static void test_what_stays_is_not_touched(void **state)
{
	size_t changes;

	(void)state;
	assert_int_equal(sync_to("192.0.2.1/32 192.0.2.2/32 fd00::1/128", &changes), 0);
	steps.adds = steps.removes = 0;
	assert_int_equal(sync_to("192.0.2.1/32 192.0.2.3/32 fd00::1/128", &changes), 0);
	assert_int_equal(steps.adds, 1);
	assert_int_equal(steps.removes, 1);
}

/* Also an address whose prefix becomes longer or shorter is local all the time. */
static void test_never_missing(void **state)
{
	static const char *const lists[] = {
		"192.0.2.1/32 198.51.100.1/32 fd00::1/128",
		"192.0.2.0/24 198.51.100.1/32 fd00::/64",
		"192.0.2.0/25 198.51.100.0/31 203.0.113.0/24 fd00::1/128 fd00::2/128",
		"0.0.0.0/0 ::/0",
		"192.0.2.0/31 198.51.100.1/32 198.51.100.2/32 fd00::/127 fd01::/16",
	};
	const size_t count = sizeof(lists) / sizeof(*lists);
	size_t changes;

	(void)state;
	assert_int_equal(sync_to(lists[0], &changes), 0);
	steps.stay = routes_from_text("192.0.2.1/32 198.51.100.1/32 fd00::1/128");
	for (size_t i = 0; i < count * count; i++) {
		assert_int_equal(sync_to(lists[i / count], &changes), 0);
		assert_int_equal(sync_to(lists[i % count], &changes), 0);
		expect_held(lists[i % count]);
	}
	assert_true(steps.adds > 40 && steps.removes > 40);
}

static void test_failed_add(void **state)
{
	size_t changes;

	(void)state;
	assert_int_equal(sync_to("192.0.2.1/32 fd00::1/128", &changes), 0);
	steps.adds = 0;
	steps.refuse = 2;
	assert_int_equal(sync_to("192.0.2.2/32 192.0.2.3/32 192.0.2.4/32", &changes), -ENOMEM);
	assert_non_null(strstr(problem.text, "cannot add the local address 192.0.2.3/32: -ENOMEM"));
	/* Nothing goes while it is not known what comes. */
	expect_held("192.0.2.1/32 192.0.2.2/32 192.0.2.4/32 fd00::1/128");
	expect_sync("192.0.2.2/32 192.0.2.3/32 192.0.2.4/32", 3);
}

static void test_full(void **state)
{
	struct local_routes held;
	size_t changes;

	(void)state;
	make_tries(4);
	expect_sync("192.0.2.1/32 192.0.2.2/32 192.0.2.3/32 192.0.2.4/32 fd00::1/128", 5);
	/* There is room for the new ones only when the old ones are gone. */
	expect_sync("192.0.2.4/32 192.0.2.5/32 192.0.2.6/32 192.0.2.7/32 fd00::2/128", 8);
	assert_int_equal(sync_to("192.0.2.2/32 192.0.2.3/32 192.0.2.4/32 192.0.2.5/32 192.0.2.6/32 "
				 "fd00::3/128",
				 &changes),
			 -ENOSPC);
	assert_non_null(strstr(problem.text, "no room for the local address 192.0.2."));
	assert_non_null(strstr(problem.text, "at most 65536"));
	held = read_tries();
	assert_int_equal(held.count, 5);
	assert_null(strstr(routes_text(&held), "192.0.2.7/32"));
	assert_non_null(strstr(routes_text(&held), "fd00::3/128"));
	assert_null(strstr(routes_text(&held), "fd00::2/128"));
	local_routes_free(&held);
	expect_sync("192.0.2.9/32", 6);
}

static void test_many(void **state)
{
	struct local_routes routes = { 0 }, held;
	size_t changes;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		struct address_prefix ipv4 = { AF_INET,
					       32,
					       { 10, 0, (uint8_t)(i >> 8), (uint8_t)i } };
		struct address_prefix ipv6 = { AF_INET6,
					       64,
					       { 0xfd, 1, (uint8_t)(i >> 8), (uint8_t)i } };

		assert_int_equal(local_routes_append(&routes, &ipv4), 0);
		assert_int_equal(local_routes_append(&routes, &ipv6), 0);
	}
	local_routes_sort(&routes);
	assert_int_equal(local_maps_sync(ipv4_trie, ipv6_trie, &routes, &changes, &problem), 0);
	assert_int_equal(changes, 40000);
	held = read_tries();
	assert_int_equal(held.count, routes.count);
	for (size_t i = 0; i < held.count; i++)
		assert_int_equal(local_routes_compare(&held.prefixes[i], &routes.prefixes[i]), 0);
	local_routes_free(&held);
	local_routes_free(&routes);
	expect_sync("192.0.2.1/32", 40001);
}

static void expect_sync_now(const char *expected)
{
	assert_int_equal(local_maps_sync_now(ipv4_trie, ipv6_trie, &problem), 0);
	expect_held(expected);
}

static void test_sync_now(void **state)
{
	(void)state;
	expect_sync_now(LOOPBACK);
	ip("address add 192.0.2.1/32 dev lo");
	ip("-6 route add local fd00::1/128 dev lo");
	expect_sync_now("127.0.0.0/8 127.0.0.1/32 192.0.2.1/32 ::1/128 fd00::1/128");
	ip("address del 192.0.2.1/32 dev lo");
	ip("route add local 198.51.100.0/24 dev lo");
	expect_sync_now("127.0.0.0/8 127.0.0.1/32 198.51.100.0/24 ::1/128 fd00::1/128");
}

static void add_and_remove_addresses(void)
{
	ip("address add 192.0.2.2/32 dev lo");
	ip("address del 192.0.2.1/32 dev lo");
}

/* The routes change after they were read. */
static void test_routes_change_meanwhile(void **state)
{
	(void)state;
	ip("address add 192.0.2.1/32 dev lo");
	steps.meanwhile = add_and_remove_addresses;
	expect_sync_now("127.0.0.0/8 127.0.0.1/32 192.0.2.2/32 ::1/128");
}

/* As by another process that has read an older state. */
static void disturb_tries(void)
{
	static const struct filter_ipv4_key gone = { 32, { 127, 0, 0, 1 } };
	static const struct filter_ipv4_key stale = { 32, { 192, 0, 2, 77 } };
	const uint8_t value = 1;

	(void)bpf_map_delete_elem(ipv4_trie, &gone);
	(void)bpf_map_update_elem(ipv4_trie, &stale, &value, BPF_ANY);
}

static void test_tries_change_meanwhile(void **state)
{
	(void)state;
	steps.meanwhile = disturb_tries;
	expect_sync_now(LOOPBACK);
}

static void change_again(void)
{
	static unsigned int number;

	ip("address add 192.0.2.%u/32 dev lo", 1 + number++ % 250);
}

/* It gives up when there is no end; later changes are for the next time. */
static void test_endless_changes(void **state)
{
	(void)state;
	steps.meanwhile = change_again;
	steps.endless = true;
	assert_int_equal(local_maps_sync_now(ipv4_trie, ipv6_trie, &problem), 0);
	assert_true(steps.adds < 100);
}

static void test_closed_trie(void **state)
{
	size_t changes;

	(void)state;
	close(ipv6_trie);
	ipv6_trie = -1;
	assert_int_equal(sync_to("192.0.2.1/32", &changes), -EBADF);
	assert_non_null(strstr(problem.text, "cannot read the local addresses: -EBADF"));
	assert_int_equal(steps.adds, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const char *reason = own_namespace_enter();
	const struct CMUnitTest tests[] = {
		TEST(test_exactly),
		TEST(test_what_stays_is_not_touched),
		TEST(test_never_missing),
		TEST(test_failed_add),
		TEST(test_full),
		TEST(test_many),
		TEST(test_sync_now),
		TEST(test_routes_change_meanwhile),
		TEST(test_tries_change_meanwhile),
		TEST(test_endless_changes),
		TEST(test_closed_trie),
	};
	int trie = make_trie(sizeof(struct filter_ipv4_key), 1);

	if (!reason && trie < 0)
		reason = "no right to make BPF maps (CAP_BPF)";
	if (trie >= 0)
		close(trie);
	if (reason) {
		printf("SKIP: %s\n", reason);
		return OWN_NAMESPACE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
