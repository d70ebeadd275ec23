// SPDX-License-Identifier: GPL-2.0-only
/* Configuration and counters in real maps: those of the object, pinned in a bpffs of this test's
 * own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "filter_maps.h"
#include "harness/run_program.h"
#include "own_namespace.h"
#include "xdp_filter.h"

static const char *const names[FILTER_MAP_COUNT] = {
	[FILTER_CONFIG] = FILTER_MAP_CONFIG,         [FILTER_COUNTERS] = FILTER_MAP_COUNTERS,
	[FILTER_SOURCES] = FILTER_MAP_SOURCES,       [FILTER_LOCAL_IPV4] = FILTER_MAP_LOCAL_IPV4,
	[FILTER_LOCAL_IPV6] = FILTER_MAP_LOCAL_IPV6, [FILTER_PTB_BUCKET] = FILTER_MAP_PTB_BUCKET,
};

static char bpffs[] = "/tmp/test_filter_maps.XXXXXX";
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
	for (int i = 0; i < FILTER_MAP_COUNT; i++)
		maps.fd[i] = run_map(&filter, names[i]);
	strcpy(strrchr(bpffs, '.'), ".XXXXXX");
	assert_non_null(mkdtemp(bpffs));
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("bpf", bpffs, "bpf", 0, NULL), 0);
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

static void pin(int fd, const char *directory, const char *name)
{
	char path[BPFFS_PATH_SIZE];

	bpffs_join(path, directory, name);
	assert_int_equal(bpffs_unpin(path, NULL), 0);
	assert_int_equal(bpffs_pin(fd, path, NULL), 0);
}

/* The directory of a slot of an interface. */
static void make_slot(const char *interface, const char *slot, char ret_path[BPFFS_PATH_SIZE])
{
	char base[BPFFS_PATH_SIZE], pins[BPFFS_PATH_SIZE];

	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	bpffs_join(pins, base, interface);
	bpffs_join(ret_path, pins, slot);
	assert_int_equal(bpffs_make_directory(base), 0);
	assert_int_equal(bpffs_make_directory(pins), 0);
	assert_int_equal(bpffs_make_directory(ret_path), 0);
}

static void test_config(void **state)
{
	struct filter_config config = { .ptb_mtu = 7 };

	(void)state;
	assert_int_equal(filter_maps_read_config(&maps, &config, &problem), 0);
	assert_int_equal(config.ptb_mtu, 0);
	config.ptb_mtu = 1280;
	config.ptb_interval = 5000000000;
	assert_int_equal(filter_maps_write_config(&maps, &config, &problem), 0);
	config = (struct filter_config){ 0 };
	assert_int_equal(filter_maps_read_config(&maps, &config, &problem), 0);
	assert_true(config.ptb_mtu == 1280 && config.ptb_interval == 5000000000);
	assert_int_equal(bpf_map_freeze(maps.fd[FILTER_CONFIG]), 0);
	assert_int_equal(filter_maps_write_config(&maps, &config, &problem), -EPERM);
	assert_non_null(strstr(problem.text, "cannot write filter_config: -EPERM"));
}

static bool is_local(const uint8_t address[4])
{
	struct filter_ipv4_key key = { .prefix_length = 32 };
	uint8_t value;

	memcpy(key.address, address, sizeof(key.address));
	return bpf_map_lookup_elem(maps.fd[FILTER_LOCAL_IPV4], &key, &value) == 0;
}

/* Whoever asks for this host's addresses has them. */
static void test_config_with_local_addresses(void **state)
{
	static const uint8_t loopback[] = { 127, 0, 0, 1 }, own[] = { 192, 0, 2, 77 };
	struct filter_config config = { .fragments_ipv4 = FILTER_FRAGMENTS_DROP };

	(void)state;
	own_namespace_renew();
	ip("address add 192.0.2.77/32 dev lo");
	assert_int_equal(filter_maps_write_config(&maps, &config, &problem), 0);
	assert_false(is_local(loopback));
	config.fragments_ipv4 = FILTER_FRAGMENTS_PASS;
	config.fragments_ipv6 = FILTER_FRAGMENTS_DROP_UNLESS_LOCAL;
	assert_int_equal(filter_maps_write_config(&maps, &config, &problem), 0);
	assert_true(is_local(loopback) && is_local(own));
	ip("address del 192.0.2.77/32 dev lo");
	config.fragments_ipv4 = FILTER_FRAGMENTS_DROP_UNLESS_LOCAL;
	config.fragments_ipv6 = FILTER_FRAGMENTS_PASS;
	assert_int_equal(filter_maps_write_config(&maps, &config, &problem), 0);
	assert_true(is_local(loopback) && !is_local(own));
}

/* The sum of all CPUs, each counter in its place. */
static void test_counters(void **state)
{
	int cpus = libbpf_num_possible_cpus();
	struct filter_counters *per_cpu = calloc((size_t)cpus, sizeof(*per_cpu)), sum;
	__u32 only_entry = 0;

	(void)state;
	assert_non_null(per_cpu);
	for (int cpu = 0; cpu < cpus; cpu++) {
		for (uint64_t i = 0; i < FILTER_COUNTER_LIMIT; i++)
			per_cpu[cpu].packets[i] = i + ((uint64_t)cpu << 40);
	}
	assert_int_equal(bpf_map_update_elem(maps.fd[FILTER_COUNTERS], &only_entry, per_cpu, 0), 0);
	memset(&sum, 0xff, sizeof(sum));
	assert_int_equal(filter_maps_read_counters(&maps, &sum, &problem), 0);
	for (uint64_t i = 0; i < FILTER_COUNTER_LIMIT; i++)
		assert_true(sum.packets[i] ==
			    i * (uint64_t)cpus + ((uint64_t)(cpus * (cpus - 1) / 2) << 40));
	free(per_cpu);
}

/* All of it must be there, and look as this build has it. */
static void test_pins(void **state)
{
	int other = bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 12, 1, NULL);
	struct filter_maps opened = FILTER_MAPS_CLOSED;
	struct filter_config config = { .ptb_mtu = 1400 };
	char slot[BPFFS_PATH_SIZE], text[64];
	struct chain chain;

	(void)state;
	make_slot("eth0", "slot_2", slot);
	chain_init(&chain, bpffs, "eth0");
	for (int i = 0; i < FILTER_MAP_COUNT; i++) {
		assert_int_equal(filter_maps_open(&opened, &chain, 2, &problem), -ENOENT);
		snprintf(text, sizeof(text), "/slot_2/%s is gone", names[i]);
		assert_non_null(strstr(problem.text, text));
		filter_maps_close(&opened);

		pin(other, slot, names[i]);
		assert_int_equal(filter_maps_open(&opened, &chain, 2, &problem), -EPROTO);
		snprintf(text, sizeof(text), "/slot_2/%s: ", names[i]);
		assert_non_null(strstr(problem.text, text));
		filter_maps_close(&opened);
		pin(maps.fd[i], slot, names[i]);
	}
	assert_int_equal(filter_maps_open(&opened, &chain, 2, &problem), 0);
	assert_int_equal(filter_maps_write_config(&opened, &config, &problem), 0);
	filter_maps_close(&opened);
	config.ptb_mtu = 0;
	assert_int_equal(filter_maps_read_config(&maps, &config, &problem), 0);
	assert_int_equal(config.ptb_mtu, 1400);
	close(other);
}

static __u32 id_of(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

/* Another filter's bucket is found wherever it is; one of another version is not. */
static void test_find_bucket(void **state)
{
	int other = bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 24, 1, NULL), found;
	char slot[BPFFS_PATH_SIZE];

	(void)state;
	assert_int_equal(filter_maps_find_bucket(bpffs), -1);
	make_slot("eth0", "slot_2", slot);
	assert_int_equal(filter_maps_find_bucket(bpffs), -1);
	pin(other, slot, FILTER_MAP_PTB_BUCKET);
	assert_int_equal(filter_maps_find_bucket(bpffs), -1);
	make_slot("eth1:5", "slot_7", slot);
	pin(maps.fd[FILTER_PTB_BUCKET], slot, FILTER_MAP_PTB_BUCKET);
	found = filter_maps_find_bucket(bpffs);
	assert_true(found >= 0);
	assert_int_equal(id_of(found), id_of(maps.fd[FILTER_PTB_BUCKET]));
	close(found);
	close(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_config),      TEST(test_config_with_local_addresses),
		TEST(test_counters),    TEST(test_pins),
		TEST(test_find_bucket),
	};
	const char *unavailable = run_unavailable();

	if (!unavailable)
		unavailable = own_namespace_enter();
	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
