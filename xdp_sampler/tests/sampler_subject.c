// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "sampling_rate.h"

static const char *const shared[] = { SAMPLER_MAP_CONFIG,    SAMPLER_MAP_CPUS, SAMPLER_MAP_RING,
				      SAMPLER_MAP_RECORDERS, SAMPLER_MAP_KEYS, SAMPLER_MAP_SEARCH };

static void set_ring_size(struct run_program *program, __u32 size)
{
	struct bpf_map *ring = bpf_object__find_map_by_name(program->object, SAMPLER_MAP_RING);

	assert_non_null(ring);
	if (size)
		assert_int_equal(bpf_map__set_max_entries(ring, size), 0);
}

static void share_maps(const struct run_program *from, struct run_program *to)
{
	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(to->object, shared[i]);

		assert_non_null(map);
		assert_int_equal(bpf_map__reuse_fd(map, run_map(from, shared[i])), 0);
	}
}

static void put_places(struct sampler_subject *subject, unsigned int places)
{
	int verdict = bpf_program__fd(subject->verdict.program);
	__u32 slot = SAMPLER_SLOT_DEFAULT, hook = 0;

	if (!(places & 1 << SAMPLER_INGRESS))
		assert_int_equal(bpf_map_delete_elem(subject->chain.slots, &slot), 0);
	if (places & 1 << SAMPLER_VERDICT)
		assert_int_equal(bpf_map_update_elem(subject->chain.exit_hook, &hook, &verdict,
						     BPF_ANY),
				 0);
}

void subject_open(struct sampler_subject *subject, unsigned int places, __u32 frags,
		  __u32 ring_size)
{
	const struct run_chain *chain = &subject->chain;

	memset(subject, 0, sizeof(*subject));
	assert_int_equal(run_chain_create(&subject->chain, frags), 0);
	assert_int_equal(run_open(&subject->ingress, chain, ECBPF_OBJECT_DIR "/xdp_sampler.o", NULL,
				  SAMPLER_SLOT_DEFAULT),
			 0);
	set_ring_size(&subject->ingress, ring_size);
	assert_int_equal(run_load(&subject->ingress), 0);
	assert_int_equal(run_open(&subject->verdict, chain,
				  ECBPF_OBJECT_DIR "/xdp_sampler_verdict.o", NULL, RUN_ALONE),
			 0);
	set_ring_size(&subject->verdict, ring_size);
	share_maps(&subject->ingress, &subject->verdict);
	assert_int_equal(run_load(&subject->verdict), 0);
	assert_int_equal(run_open(&subject->decider, chain, TEST_OBJECT_DIR "/sampler_decider.o",
				  NULL, SUBJECT_DECIDER_SLOT),
			 0);
	assert_int_equal(run_load(&subject->decider), 0);
	assert_int_equal(run_open(&subject->root, chain, ECBPF_OBJECT_DIR "/xdp_root.o", NULL,
				  RUN_ROOT),
			 0);
	assert_int_equal(run_load(&subject->root), 0);
	put_places(subject, places);
	subject->config = run_map(&subject->ingress, SAMPLER_MAP_CONFIG);
	subject->cpus = run_map(&subject->ingress, SAMPLER_MAP_CPUS);
	subject->ring = run_map(&subject->ingress, SAMPLER_MAP_RING);
	subject->cpu_count = (unsigned int)libbpf_num_possible_cpus();
}

void subject_close(struct sampler_subject *subject)
{
	run_close(&subject->root);
	run_close(&subject->decider);
	run_close(&subject->verdict);
	run_close(&subject->ingress);
	run_chain_close(&subject->chain);
}

struct sampler_config subject_config(void)
{
	struct sampler_config config = { .reasons = ~UINT64_C(0),
					 .verdicts = ~0U,
					 .rows = ~0U,
					 .capture_length = SAMPLER_CAPTURE_DEFAULT,
					 .wake_at = ~0U };

	return config;
}

void subject_rate(struct sampler_config *config, enum sampler_place place, __u32 rate)
{
	config->draw[place] = sampler_draw_of(rate);
	for (unsigned int verdict = 0; verdict < ECBPF_ACTION_COUNT; verdict++)
		config->rate[place][verdict] = rate;
}

void subject_set(struct sampler_subject *subject, struct sampler_config config, bool recorders)
{
	__u32 only = 0;

	config.word = ++subject->generation << 1 | recorders;
	assert_int_equal(bpf_map_update_elem(subject->config, &only, &config, BPF_ANY), 0);
}

void subject_ask(struct packet_builder *builder, __u8 action, __u8 reason)
{
	builder->bytes[ETH_ALEN + 4] = reason;
	builder->bytes[ETH_ALEN + 5] = action;
}

void subject_run(const struct sampler_subject *subject, const struct packet_builder *builder)
{
	const struct run_frame frame = { builder->bytes, builder->length, 0, 0 };
	struct run_result result;

	assert_int_equal(run_packet(&subject->root, &frame, &result), 0);
}

struct flood {
	const struct sampler_subject *subject;
	const struct packet_builder *builder;
	unsigned int cpu;
	__u32 repeat;
	int err;
};

static void *flood_run(void *argument)
{
	struct flood *flood = argument;
	const struct run_frame frame = { flood->builder->bytes, flood->builder->length, 0, 0 };
	struct run_result result;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(flood->cpu, &cpus);
	flood->err = pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	if (!flood->err)
		flood->err = run_repeat(&flood->subject->root, &frame, flood->repeat, &result);
	return NULL;
}

void subject_flood(const struct sampler_subject *subject, const struct packet_builder *builder,
		   unsigned int cpu, __u32 repeat)
{
	struct flood flood = { subject, builder, cpu, repeat, 0 };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, flood_run, &flood), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(flood.err, 0);
}

struct sampler_cpu *subject_cpus(const struct sampler_subject *subject)
{
	struct sampler_cpu *cpus = calloc(subject->cpu_count, sizeof(*cpus));
	__u32 only = 0;

	assert_non_null(cpus);
	assert_int_equal(bpf_map_lookup_elem(subject->cpus, &only, cpus), 0);
	return cpus;
}

static int keep_sample(void *context, void *data, size_t size)
{
	struct subject_samples *samples = context;
	struct sample *copy = malloc(size);

	if (!(samples->count & (samples->count + 1)))
		samples->samples = realloc(samples->samples,
					   (samples->count + 1) * 2 * sizeof(*samples->samples));
	if (!copy || !samples->samples)
		abort();
	memcpy(copy, data, size);
	samples->samples[samples->count++] = copy;
	return 0;
}

void subject_take(const struct sampler_subject *subject, struct subject_samples *ret_samples)
{
	struct ring_buffer *ring;

	memset(ret_samples, 0, sizeof(*ret_samples));
	ring = ring_buffer__new(subject->ring, keep_sample, ret_samples, NULL);
	assert_non_null(ring);
	assert_true(ring_buffer__consume(ring) >= 0);
	ring_buffer__free(ring);
}

void subject_free(struct subject_samples *samples)
{
	for (size_t i = 0; i < samples->count; i++)
		free(samples->samples[i]);
	free(samples->samples);
	memset(samples, 0, sizeof(*samples));
}
