// SPDX-License-Identifier: GPL-2.0-only
#include "offload_subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/run_program.h"
#include "tc_offload.skel.h"

#ifndef BPF_F_TEST_SKB_CHECKSUM_COMPLETE
#define BPF_F_TEST_SKB_CHECKSUM_COMPLETE (1U << 2)
#endif

#define WHOLE_HEADERS (14 + 40)
#define UDP_CHECKSUM (14 + 40 + 6) /* of a plain IPv6 packet */

static const __u32 only_entry;

const char *subject_unavailable(void)
{
	return run_unavailable();
}

static void share_maps(struct offload_subject *subject, const struct offload_subject *twin)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, subject->skeleton->obj) {
		const char *name = bpf_map__name(map);
		int fd = bpf_object__find_map_fd_by_name(twin->skeleton->obj, name);

		/* Its own are what was fixed at load, and what it counts. */
		if (strchr(name, '.') || !strcmp(name, OFFLOAD_MAP_CPU))
			continue;
		assert_int_equal(bpf_map__reuse_fd(map, fd), 0);
	}
}

void subject_open(struct offload_subject *subject, const struct offload_at *at,
		  const struct offload_subject *twin)
{
	struct offload_settings settings = { .tables = 1U << FLOW_TABLE_STATIC };

	*subject = (struct offload_subject){ .skeleton = tc_offload__open() };
	assert_non_null(subject->skeleton);
	memcpy((void *)&subject->skeleton->rodata->offload_at, at, sizeof(*at));
	if (twin)
		share_maps(subject, twin);
	assert_int_equal(tc_offload__load(subject->skeleton), 0);
	subject->program = bpf_program__fd(subject->skeleton->progs.tc_offload);
	subject->cpus = libbpf_num_possible_cpus();
	assert_true(subject->cpus > 0);
	subject->per_cpu = calloc((size_t)subject->cpus, sizeof(*subject->per_cpu));
	assert_non_null(subject->per_cpu);
	subject_settings(subject, &settings);
}

void subject_close(struct offload_subject *subject)
{
	tc_offload__destroy(subject->skeleton);
	free(subject->per_cpu);
	*subject = (struct offload_subject){ 0 };
}

/* By a packet that is left alone. */
bool subject_takes_device_sum(const struct offload_subject *subject)
{
	uint8_t bytes[128] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = bytes, .data_size_in = sizeof(bytes),
		    .flags = BPF_F_TEST_SKB_CHECKSUM_COMPLETE);

	return !bpf_prog_test_run_opts(subject->program, &options);
}

/* A program that makes one call of the helper with the flag, and returns what it says. */
bool subject_has_ipv6_flag(void)
{
	const struct bpf_insn instructions[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = UDP_CHECKSUM },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 4, .imm = 1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 5, .imm = 1 << 7 | 1 << 4 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_l4_csum_replace },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	uint8_t bytes[128] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = bytes, .data_size_in = sizeof(bytes));
	int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "has_flag", "GPL", instructions,
			       sizeof(instructions) / sizeof(*instructions), NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_prog_test_run_opts(fd, &options), 0);
	close(fd);
	return !options.retval;
}

static void write_only(const struct bpf_map *map, const void *value)
{
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), &only_entry, value, BPF_ANY), 0);
}

void subject_settings(const struct offload_subject *subject,
		      const struct offload_settings *settings)
{
	write_only(subject->skeleton->maps.offload_setting, settings);
}

void subject_daemon(const struct offload_subject *subject, uint64_t alive_until)
{
	write_only(subject->skeleton->maps.offload_daemon,
		   &(struct offload_daemon){ .alive_until = alive_until });
}

/* A key as the table of its family has it; by hand: what the user side makes of it is not to be trusted. */
struct table_key {
	int table;
	union {
		struct flow_key_ipv4 ipv4;
		struct flow_key ipv6;
	};
};

static struct table_key find_table(const struct offload_subject *subject, enum flow_table table,
				   const struct flow_key *key)
{
	const struct bpf_map *maps[2][FLOW_TABLE_COUNT] = {
		{ subject->skeleton->maps.static_ipv4, subject->skeleton->maps.learned_ipv4 },
		{ subject->skeleton->maps.static_ipv6, subject->skeleton->maps.learned_ipv6 },
	};
	struct table_key result = { .ipv6 = *key };

	result.table = bpf_map__fd(maps[key->family != FLOW_IPV4][table]);
	if (key->family == FLOW_IPV4)
		result.ipv4 = (struct flow_key_ipv4){ key->source[0],
						      key->destination[0],
						      key->source_port,
						      key->destination_port,
						      key->protocol,
						      FLOW_IPV4,
						      0 };
	return result;
}

void subject_flow(const struct offload_subject *subject, enum flow_table table,
		  const struct flow_key *key, const struct flow_value *value)
{
	struct table_key found = find_table(subject, table, key);

	assert_int_equal(bpf_map_update_elem(found.table, &found.ipv6, value, BPF_ANY), 0);
}

void subject_read_flow(const struct offload_subject *subject, enum flow_table table,
		       const struct flow_key *key, struct flow_value *ret_value)
{
	struct table_key found = find_table(subject, table, key);

	assert_int_equal(bpf_map_lookup_elem(found.table, &found.ipv6, ret_value), 0);
}

void subject_forget_flows(const struct offload_subject *subject)
{
	const struct bpf_map *maps[] = {
		subject->skeleton->maps.static_ipv4,
		subject->skeleton->maps.static_ipv6,
		subject->skeleton->maps.learned_ipv4,
		subject->skeleton->maps.learned_ipv6,
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		struct flow_key key;

		while (!bpf_map_get_next_key(bpf_map__fd(maps[i]), NULL, &key))
			assert_int_equal(bpf_map_delete_elem(bpf_map__fd(maps[i]), &key), 0);
	}
}

void subject_nexthop(const struct offload_subject *subject, uint32_t index,
		     const struct flow_nexthop *nexthop)
{
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(subject->skeleton->maps.flow_nexthops),
					     &index, nexthop, BPF_ANY),
			 0);
}

void subject_run(const struct offload_subject *subject, const struct subject_packet *packet,
		 struct subject_result *ret_result)
{
	struct __sk_buff context = { .gso_size = packet->gso_size, .gso_segs = packet->gso_segs };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet->bytes,
		    .data_size_in = packet->length, .data_out = ret_result->bytes,
		    .data_size_out = sizeof(ret_result->bytes), .ctx_in = &context,
		    .ctx_size_in = sizeof(context),
		    .flags = packet->device_sum ? BPF_F_TEST_SKB_CHECKSUM_COMPLETE : 0);

	ret_result->err = bpf_prog_test_run_opts(subject->program, &options);
	ret_result->action = options.retval;
	ret_result->length = options.data_size_out;
	if (ret_result->err && ret_result->err != SUBJECT_BAD_CHECKSUM &&
	    (ret_result->err != SUBJECT_REFUSED || packet->length >= WHOLE_HEADERS))
		fail_msg("test run of %u bytes: %s", packet->length, strerror(-ret_result->err));
}

void subject_counts(const struct offload_subject *subject, struct subject_counts *ret_counts)
{
	*ret_counts = (struct subject_counts){ 0 };
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(subject->skeleton->maps.offload_cpu),
					     &only_entry, subject->per_cpu),
			 0);
	for (int cpu = 0; cpu < subject->cpus; cpu++) {
		for (size_t i = 0; i < OFFLOAD_OUT_COUNT; i++)
			ret_counts->sent[i] += subject->per_cpu[cpu].sent[i];
		for (size_t i = 0; i < OFFLOAD_UP_COUNT; i++)
			ret_counts->up[i] += subject->per_cpu[cpu].up[i];
	}
}
