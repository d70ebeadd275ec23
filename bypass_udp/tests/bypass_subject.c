// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const map_names[SUBJECT_MAP_COUNT] = {
	[SUBJECT_CONFIG] = BYPASS_MAP_CONFIG,     [SUBJECT_CPU] = BYPASS_MAP_CPU,
	[SUBJECT_NEXTHOPS] = BYPASS_MAP_NEXTHOPS, [SUBJECT_DEVICES] = BYPASS_MAP_DEVICES,
	[SUBJECT_SETTINGS] = BYPASS_MAP_SETTINGS, [SUBJECT_DAEMON] = BYPASS_MAP_DAEMON,
};
static const char *const table_names[2][FLOW_TABLE_COUNT] = {
	{ BYPASS_MAP_STATIC_IPV4, BYPASS_MAP_LEARNED_IPV4 },
	{ BYPASS_MAP_STATIC_IPV6, BYPASS_MAP_LEARNED_IPV6 },
};
static const __u32 only_entry;

struct bypass_settings subject_standard_settings(void)
{
	struct bypass_settings settings = {
		.tables = 1U << FLOW_TABLE_STATIC | 1U << FLOW_TABLE_LEARNED,
		.sample = UINT64_MAX,
	};

	for (int i = 0; i < BYPASS_CLASS_COUNT; i++)
		settings.idle[i] = UINT64_MAX;
	return settings;
}

struct bypass_daemon subject_standard_daemon(void)
{
	return (struct bypass_daemon){ .alive_until = UINT64_MAX, .epoch = 1 };
}

static void write_only(struct bypass_subject *subject, enum subject_map map, const void *value)
{
	assert_int_equal(bpf_map_update_elem(subject->map[map], &only_entry, value, BPF_ANY), 0);
}

int subject_open(struct bypass_subject *subject, const struct run_chain *chain, __u32 slot,
		 const char *object)
{
	struct bypass_settings settings = subject_standard_settings();
	struct bypass_daemon daemon = subject_standard_daemon();
	char path[512];

	subject->chain = chain;
	snprintf(path, sizeof(path), ECBPF_OBJECT_DIR "/%s", object);
	assert_int_equal(run_open(&subject->program, chain, path, NULL, slot), 0);
	if (run_load(&subject->program)) {
		run_close(&subject->program);
		return 1;
	}
	for (int i = 0; i < SUBJECT_MAP_COUNT; i++) {
		subject->map[i] = run_map(&subject->program, map_names[i]);
		assert_true(subject->map[i] >= 0);
	}
	for (int i = 0; i < 2 * FLOW_TABLE_COUNT; i++) {
		int *table = &subject->table[i / FLOW_TABLE_COUNT][i % FLOW_TABLE_COUNT];

		*table = run_map(&subject->program,
				 table_names[i / FLOW_TABLE_COUNT][i % FLOW_TABLE_COUNT]);
		assert_true(*table >= 0);
	}
	subject_settings(subject, &settings);
	subject_daemon(subject, &daemon);
	return 0;
}

void subject_close(struct bypass_subject *subject)
{
	run_close(&subject->program);
}

void subject_open_alone(struct bypass_subject *subject, __u32 slot, const char *object)
{
	assert_int_equal(run_chain_create(&subject->own_chain, 0), 0);
	assert_int_equal(subject_open(subject, &subject->own_chain, slot, object), 0);
}

int subject_tear_down(void **state)
{
	struct bypass_subject *subject = *state;

	subject_close(subject);
	run_chain_close(&subject->own_chain);
	return 0;
}

void subject_configure(struct bypass_subject *subject, const struct bypass_config *config)
{
	write_only(subject, SUBJECT_CONFIG, config);
}

void subject_settings(struct bypass_subject *subject, const struct bypass_settings *settings)
{
	write_only(subject, SUBJECT_SETTINGS, settings);
}

void subject_daemon(struct bypass_subject *subject, const struct bypass_daemon *daemon)
{
	write_only(subject, SUBJECT_DAEMON, daemon);
}

/* A key as the table of its family has it. */
union table_key {
	struct flow_key_ipv4 ipv4;
	struct flow_key ipv6;
};

/* By hand: what the user side makes of a key is not to be trusted here. */
static union table_key table_key(const struct flow_key *key)
{
	union table_key result = { .ipv6 = *key };

	if (key->family != FLOW_IPV4)
		return result;
	result.ipv4 = (struct flow_key_ipv4){
		.source = key->source[0],
		.destination = key->destination[0],
		.source_port = key->source_port,
		.destination_port = key->destination_port,
		.protocol = key->protocol,
		.family = FLOW_IPV4,
	};
	return result;
}

static int table_of(const struct bypass_subject *subject, enum flow_table table,
		    const struct flow_key *key)
{
	return subject->table[key->family != FLOW_IPV4][table];
}

void subject_flow(struct bypass_subject *subject, enum flow_table table, const struct flow_key *key,
		  const struct flow_value *value)
{
	const union table_key in_table = table_key(key);

	assert_int_equal(bpf_map_update_elem(table_of(subject, table, key), &in_table, value,
					     BPF_ANY),
			 0);
}

void subject_forget_flows(struct bypass_subject *subject)
{
	for (int i = 0; i < 2 * FLOW_TABLE_COUNT; i++) {
		int map = subject->table[i / FLOW_TABLE_COUNT][i % FLOW_TABLE_COUNT];
		union table_key key;

		while (!bpf_map_get_next_key(map, NULL, &key))
			assert_int_equal(bpf_map_delete_elem(map, &key), 0);
	}
}

void subject_read_flow(struct bypass_subject *subject, enum flow_table table,
		       const struct flow_key *key, struct flow_value *ret_value)
{
	const union table_key in_table = table_key(key);

	assert_int_equal(bpf_map_lookup_elem(table_of(subject, table, key), &in_table, ret_value),
			 0);
}

void subject_nexthop(struct bypass_subject *subject, __u32 index,
		     const struct flow_nexthop *nexthop)
{
	assert_int_equal(bpf_map_update_elem(subject->map[SUBJECT_NEXTHOPS], &index, nexthop,
					     BPF_ANY),
			 0);
}

void subject_device(struct bypass_subject *subject, __u32 ifindex)
{
	assert_int_equal(bpf_map_update_elem(subject->map[SUBJECT_DEVICES], &ifindex, &ifindex,
					     BPF_ANY),
			 0);
}

__u64 subject_up(const struct bypass_subject *subject, unsigned int reason)
{
	int cpus = libbpf_num_possible_cpus();
	struct bypass_cpu *per_cpu = calloc((size_t)cpus, sizeof(*per_cpu));
	__u64 packets = 0;

	assert_non_null(per_cpu);
	assert_int_equal(bpf_map_lookup_elem(subject->map[SUBJECT_CPU], &only_entry, per_cpu), 0);
	for (int cpu = 0; cpu < cpus; cpu++) {
		for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++)
			packets +=
				i == reason || reason == BYPASS_UP_COUNT ? per_cpu[cpu].up[i] : 0;
	}
	free(per_cpu);
	return packets;
}

void subject_clear_up(struct bypass_subject *subject)
{
	int cpus = libbpf_num_possible_cpus();
	struct bypass_cpu *per_cpu = calloc((size_t)cpus, sizeof(*per_cpu));

	assert_non_null(per_cpu);
	assert_int_equal(bpf_map_update_elem(subject->map[SUBJECT_CPU], &only_entry, per_cpu,
					     BPF_ANY),
			 0);
	free(per_cpu);
}
