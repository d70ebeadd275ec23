// SPDX-License-Identifier: GPL-2.0-only
#include "sampled_root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "chain.h"
#include "harness/packet_build.h"
#include "harness/run_program.h"
#include "sampler_attach.h"
#include "sampler_maps.h"
#include "subprogram.h"

static struct run_program root;
static struct chain chain;
static struct packet_builder frame;
static struct problem problem;

int sampled_root_setup(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	loopback_root_open(&root, &chain);
	build_start(&frame);
	build_ethernet(&frame);
	build_ipv4(&frame, &(struct build_ipv4){ .source = "192.0.2.1" });
	build_udp(&frame, 1234, 53);
	build_payload(&frame, 32);
	build_finish(&frame);
	return 0;
}

int sampled_root_teardown(void **state)
{
	(void)state;
	loopback_root_close(&root, &chain);
	return 0;
}

const char *sampled_root_bpffs(void)
{
	return loopback_root_bpffs();
}

void sampled_root_attach(const char *ring_size)
{
	struct sampler_settings settings;

	sampler_settings_standard(&settings);
	assert_int_equal(sampler_settings_parse(&settings, SAMPLER_SETTING_RATE, "1", &problem), 0);
	assert_int_equal(sampler_settings_parse(&settings, SAMPLER_SETTING_RING_SIZE, ring_size,
						&problem),
			 0);
	if (sampler_attach(loopback_root_bpffs(), SAMPLED_INTERFACE, &settings, &problem))
		fail_msg("%s", problem.text);
}

void sampled_root_detach(void)
{
	assert_int_equal(sampler_detach(loopback_root_bpffs(), SAMPLED_INTERFACE, &problem), 0);
}

void sampled_root_empty_hook(void)
{
	const __u32 only_entry = 0;

	assert_int_equal(bpf_map_delete_elem(chain.map[CHAIN_EXIT_HOOK], &only_entry), 0);
}

void sampled_root_note_sinks(void)
{
	struct ledger_cpu ledger = { .sink = { { 9, 4, 3 }, { 1, 0, 0 } } };
	struct ledger_daemon daemon = {
		.sink = { { .name = "json x", .state = LEDGER_SINK_FAILING }, { .name = "tap 17" } }
	};
	const __u32 first = 0;
	struct sampler_maps maps;

	assert_int_equal(sampler_maps_open(&maps, &chain, &problem), 0);
	assert_int_equal(bpf_map_update_elem(maps.fd[SAMPLER_LEDGER], &first, &ledger, 0), 0);
	assert_int_equal(bpf_map_update_elem(maps.fd[SAMPLER_DAEMON], &first, &daemon, 0), 0);
	sampler_maps_close(&maps);
}

void sampled_root_flood(unsigned int cpu, uint32_t packets)
{
	const struct run_frame its = { frame.bytes, frame.length, 0, 0 };
	struct run_result result;
	cpu_set_t cpus, before;

	CPU_ZERO(&cpus);
	/* Where there is one only, it has to be that. */
	CPU_SET(cpu % (unsigned int)sysconf(_SC_NPROCESSORS_ONLN), &cpus);
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(cpus), &cpus), 0);
	assert_int_equal(run_repeat(&root, &its, packets, &result), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

void sampled_root_read(struct sampled_state *ret_state)
{
	struct sampler_maps maps;
	int cpu_count = sampler_maps_cpus(&problem);

	assert_true(cpu_count > 0);
	ret_state->cpu_count = (uint32_t)cpu_count;
	ret_state->cpus = calloc(ret_state->cpu_count, sizeof(*ret_state->cpus));
	ret_state->ledger = calloc(ret_state->cpu_count, sizeof(*ret_state->ledger));
	assert_int_equal(sampler_maps_open(&maps, &chain, &problem), 0);
	assert_int_equal(sampler_maps_read_cpus(&maps, ret_state->cpus, &problem), 0);
	assert_int_equal(sampler_maps_read_ledger(&maps, ret_state->ledger, &problem), 0);
	assert_int_equal(sampler_maps_read_daemon(&maps, &ret_state->daemon, &problem), 0);
	sampler_maps_close(&maps);
}

void sampled_root_free(struct sampled_state *state)
{
	free(state->cpus);
	free(state->ledger);
}

static void add_cpu(struct sampled_totals *totals, const struct sampled_state *state, uint32_t cpu)
{
	const struct sampler_place_cpu *places = state->cpus[cpu].place;
	const struct ledger_cpu *ledger = &state->ledger[cpu];
	uint64_t sampled = places[0].sampled + places[1].sampled;
	uint64_t lost = places[0].lost + places[1].lost;

	assert_int_equal(sampled, lost + ledger->read);
	totals->sampled += sampled;
	totals->ring_lost += lost;
	totals->read += ledger->read;
	for (int i = 0; i < LEDGER_SINKS; i++) {
		if (!state->daemon.sink[i].name[0])
			continue;
		assert_int_equal(ledger->sink[i].offered,
				 ledger->sink[i].delivered + ledger->sink[i].lost);
		totals->sink[i].offered += ledger->sink[i].offered;
		totals->sink[i].delivered += ledger->sink[i].delivered;
		totals->sink[i].lost += ledger->sink[i].lost;
	}
}

struct sampled_totals sampled_root_totals(void)
{
	struct sampled_totals totals = { 0 };
	struct sampled_state state;

	sampled_root_read(&state);
	for (uint32_t cpu = 0; cpu < state.cpu_count; cpu++)
		add_cpu(&totals, &state, cpu);
	sampled_root_free(&state);
	return totals;
}
