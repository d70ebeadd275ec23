// SPDX-License-Identifier: GPL-2.0-only
#include "flow_lab.h"

#include <bpf/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpffs.h"
#include "bypass_udp.h"
#include "harness/scratch_bpffs.h"

#define CPU_LIMIT 2
#define PACKETS_AT_A_TIME 100

static struct {
	pthread_t thread[CPU_LIMIT];
	atomic_uint rounds[CPU_LIMIT];
	int cpu[CPU_LIMIT];
	size_t cpus; /* two threads on one would count as the same CPU: a flow's home is not atomic */
	atomic_bool stop;
	int program;
	enum flow_table table;
} hammer;

static unsigned int fds_before;

static int map_fd(const struct bpf_object *object, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(object, name);

	assert_true(fd >= 0);
	return fd;
}

static struct bpf_object *open_object(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);

	assert_non_null(object);
	return object;
}

static void load_edit(struct flow_lab *lab)
{
	struct bpf_map *map;

	lab->edit = open_object(ECBPF_OBJECT_DIR "/bypass_edit.o");
	bpf_object__for_each_map(map, lab->edit) {
		if (bpf_map__type(map) == BPF_MAP_TYPE_HASH)
			assert_int_equal(bpf_map__set_max_entries(map, LAB_CAPACITY), 0);
	}
	assert_int_equal(bpf_object__load(lab->edit), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("flows")), 0);
	bpf_object__for_each_map(map, lab->edit) {
		char path[BPFFS_PATH_SIZE];

		bpffs_join(path, scratch_path("flows"), bpf_map__name(map));
		assert_int_equal(bpffs_pin(bpf_map__fd(map), path, NULL), 0);
	}
	assert_int_equal(bpffs_pin(bpf_program__fd(bpf_object__find_program_by_name(lab->edit,
										    BYPASS_EDIT)),
				   scratch_path("flows/" BYPASS_EDIT), NULL),
			 0);
}

static void load_hammer(struct flow_lab *lab)
{
	static const char *const shared[] = { BYPASS_MAP_STATIC_IPV4,  BYPASS_MAP_STATIC_IPV6,
					      BYPASS_MAP_LEARNED_IPV4, BYPASS_MAP_LEARNED_IPV6,
					      BYPASS_MAP_TABLES_IPV4,  BYPASS_MAP_TABLES_IPV6 };

	lab->hammer = open_object(TEST_OBJECT_DIR "/flow_hammer.o");
	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(lab->hammer, shared[i]);

		assert_int_equal(bpf_map__reuse_fd(map, map_fd(lab->edit, shared[i])), 0);
	}
	assert_int_equal(bpf_object__load(lab->hammer), 0);
}

/* As a tool does it: from an object that is not loaded. */
static void describe(struct flow_tables *tables)
{
	struct bpf_object *object = open_object(ECBPF_OBJECT_DIR "/bypass_edit.o");

	assert_int_equal(flow_tables_describe(tables, object, NULL), 0);
	bpf_object__close(object);
}

int flow_lab_set_up(void **state)
{
	struct flow_lab *lab = calloc(1, sizeof(*lab));

	assert_non_null(lab);
	fds_before = scratch_open_fds();
	load_edit(lab);
	load_hammer(lab);
	assert_int_equal(flow_tables_open(&lab->tables, scratch_path("flows"), BYPASS_EDIT, NULL),
			 0);
	describe(&lab->tables);
	*state = lab;
	return 0;
}

int flow_lab_tear_down(void **state)
{
	struct flow_lab *lab = *state;

	flow_tables_close(&lab->tables);
	bpf_object__close(lab->hammer);
	bpf_object__close(lab->edit);
	free(lab);
	assert_int_equal(bpffs_remove_tree(scratch_path("flows"), NULL), 0);
	assert_int_equal(scratch_open_fds(), fds_before);
	return 0;
}

struct flow_entry flow_lab_entry(__u32 number, __u16 variant)
{
	return (struct flow_entry){
		.key = hammer_key(number),
		.value = {
			.nexthop = 8,
			.flags = FLOW_NAT | FLOW_ANY_TAGS,
			.source = { number },
			.destination = { 2 },
			.source_port = 3,
			.destination_port = variant,
		},
	};
}

struct flow_entry *flow_lab_entries(__u32 count, __u16 variant)
{
	struct flow_entry *entries = calloc(count, sizeof(*entries));

	assert_non_null(entries);
	for (__u32 i = 0; i < count; i++)
		entries[i] = flow_lab_entry(i, variant);
	return entries;
}

static void *run_packets(void *context)
{
	size_t thread = (size_t)context;
	unsigned char packet[64] = { (unsigned char)hammer.table };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = PACKETS_AT_A_TIME);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(hammer.cpu[thread], &set);
	assert_int_equal(sched_setaffinity(0, sizeof(set), &set), 0);
	while (!atomic_load(&hammer.stop)) {
		assert_int_equal(bpf_prog_test_run_opts(hammer.program, &options), 0);
		atomic_fetch_add(&hammer.rounds[thread], 1);
	}
	return NULL;
}

static void find_cpus(void)
{
	cpu_set_t set;

	hammer.cpus = 0;
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE && hammer.cpus < CPU_LIMIT; cpu++)
		if (CPU_ISSET(cpu, &set))
			hammer.cpu[hammer.cpus++] = cpu;
}

void flow_lab_start(struct flow_lab *lab, enum flow_table table)
{
	const struct bpf_program *program =
		bpf_object__find_program_by_name(lab->hammer, "flow_hammer");

	hammer.program = bpf_program__fd(program);
	hammer.table = table;
	atomic_store(&hammer.stop, false);
	find_cpus();
	for (size_t i = 0; i < hammer.cpus; i++) {
		atomic_store(&hammer.rounds[i], 0);
		assert_int_equal(pthread_create(&hammer.thread[i], NULL, run_packets, (void *)i),
				 0);
	}
	flow_lab_pass();
}

void flow_lab_pass(void)
{
	unsigned int rounds[CPU_LIMIT];

	for (size_t i = 0; i < hammer.cpus; i++)
		rounds[i] = atomic_load(&hammer.rounds[i]);
	for (size_t i = 0; i < hammer.cpus; i++)
		while (atomic_load(&hammer.rounds[i]) < rounds[i] + 2)
			sched_yield();
}

void flow_lab_stop(void)
{
	flow_lab_pass();
	atomic_store(&hammer.stop, true);
	for (size_t i = 0; i < hammer.cpus; i++)
		pthread_join(hammer.thread[i], NULL);
}

unsigned int flow_lab_quick(unsigned int count)
{
	return getenv("ECBPF_TEST_QUICK") ? count / 5 : count;
}

struct hammer_hits flow_lab_hits(const struct flow_lab *lab, __u32 number)
{
	int cpus = libbpf_num_possible_cpus();
	struct hammer_hits *hits = calloc((size_t)cpus, sizeof(*hits));
	struct hammer_hits sum = { 0 };

	assert_non_null(hits);
	assert_int_equal(bpf_map_lookup_elem(map_fd(lab->hammer, "hammer_hits"), &number, hits), 0);
	for (int cpu = 0; cpu < cpus; cpu++) {
		sum.packets += hits[cpu].packets;
		sum.bytes += hits[cpu].bytes;
	}
	free(hits);
	return sum;
}
