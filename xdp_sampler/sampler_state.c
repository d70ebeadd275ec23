// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "attached_sampler.h"
#include "chain_look.h"

static void disagree(struct sampler_state *state, const char *text)
{
	if (state->disagreement_count < SAMPLER_DISAGREEMENTS)
		state->disagreements[state->disagreement_count++] = text;
}

static void compare(struct sampler_state *state, const struct attached_sampler *sampler,
		    const struct sampler_config *config)
{
	bool is_emptied = false;

	for (int i = 0; i < SAMPLER_PLACE_COUNT; i++)
		is_emptied |= state->seats.place[i].taken && !state->seats.place[i].slot.program_id;
	if (!sampler->attachment.ours)
		disagree(state, "the root is not attached, so no packet gets here; "
				"run: xdp_root_loader --attach");
	else if (is_emptied)
		disagree(state, "a program's entry was emptied by someone else; "
				"run: xdp_root_loader --attach");
	if (state->recorders.count && !(config->word & 1))
		disagree(state, "recorders are listed, but not looked for, as a change of them was "
				"killed; any --record or --no-record mends it");
	if (state->reader == RING_READER_DEAD)
		disagree(state,
			 "the reader has died: nobody reads, samples pile up in the ring and "
			 "are lost; run: xdp_sampler --run");
}

static int read_counts(struct sampler_state *state, const struct sampler_maps *maps,
		       struct problem *problem)
{
	int cpus = sampler_maps_cpus(problem), err;

	if (cpus < 0)
		return cpus;
	state->cpus = calloc((size_t)cpus, sizeof(*state->cpus));
	state->ledger = calloc((size_t)cpus, sizeof(*state->ledger));
	if (!state->cpus || !state->ledger)
		return problem_errno(problem, -ENOMEM, "cannot read the counts of %d CPUs", cpus);
	state->cpu_count = (unsigned int)cpus;
	err = sampler_maps_read_ledger(maps, state->ledger, problem);
	return err ? err : sampler_maps_read_cpus(maps, state->cpus, problem);
}

static int read_open(struct sampler_state *state, const struct attached_sampler *sampler,
		     struct problem *problem)
{
	struct recorder_maps recorders = attached_sampler_recorders(sampler);
	struct sampler_config config = { 0 };
	int err;

	state->seats = sampler->seats;
	err = attached_sampler_settings(sampler, &state->settings, problem);
	if (!err)
		err = sampler_maps_read_config(&sampler->maps, &config, problem);
	if (!err)
		err = sampler_maps_read_daemon(&sampler->maps, &state->daemon, problem);
	if (!err)
		err = read_counts(state, &sampler->maps, problem);
	if (!err)
		err = recorder_maps_read(&recorders, &state->recorders, problem);
	if (err)
		return err;
	state->reader = ring_reader_of(&sampler->chain, &state->daemon);
	compare(state, sampler, &config);
	return 0;
}

/* Under the lock, but not for longer than reading takes: who prints may take his time. */
int sampler_state_read(struct sampler_state *ret_state, const char *bpffs, const char *interface,
		       struct problem *problem)
{
	struct attached_sampler sampler;
	int err, lock = chain_look_lock(bpffs, problem);

	*ret_state = (struct sampler_state){ 0 };
	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	snprintf(ret_state->interface, sizeof(ret_state->interface), "%s", interface);
	err = attached_sampler_look(&sampler, bpffs, interface, problem);
	if (!err)
		err = read_open(ret_state, &sampler, problem);
	attached_sampler_close(&sampler);
	chain_look_unlock(bpffs, lock);
	return err;
}

void sampler_state_free(struct sampler_state *state)
{
	free(state->cpus);
	free(state->ledger);
	recorder_set_free(&state->recorders);
	state->cpus = NULL;
	state->ledger = NULL;
}

uint64_t sampler_packets(const struct sampler_place_cpu *place)
{
	/* Both change at once only for the CPU they belong to. */
	return place->packets > place->countdown ? place->packets - place->countdown : 0;
}

struct sampler_account sampler_account_of(const struct sampler_cpu *cpu,
					  const struct ledger_cpu *ledger)
{
	struct sampler_account account = { .read = ledger->read };
	uint64_t gone;

	for (int i = 0; i < SAMPLER_PLACE_COUNT; i++) {
		account.sampled += cpu->place[i].sampled;
		account.lost += cpu->place[i].lost;
	}
	gone = account.lost + account.read;
	account.in_ring = account.sampled > gone ? account.sampled - gone : 0;
	return account;
}

struct sampler_account sampler_account_all(const struct sampler_state *state)
{
	struct sampler_account sum = { 0 };

	for (unsigned int i = 0; i < state->cpu_count; i++) {
		struct sampler_account cpu = sampler_account_of(&state->cpus[i], &state->ledger[i]);

		sum.sampled += cpu.sampled;
		sum.lost += cpu.lost;
		sum.in_ring += cpu.in_ring;
		sum.read += cpu.read;
	}
	return sum;
}

struct sampler_place_sum sampler_place_all(const struct sampler_state *state,
					   enum sampler_place place)
{
	struct sampler_place_sum sum = { 0 };

	for (unsigned int i = 0; i < state->cpu_count; i++) {
		const struct sampler_place_cpu *cpu = &state->cpus[i].place[place];

		sum.packets += sampler_packets(cpu);
		sum.sampled += cpu->sampled;
		sum.lost += cpu->lost;
	}
	return sum;
}

struct ledger_sink sampler_sink_all(const struct sampler_state *state, unsigned int sink)
{
	struct ledger_sink sum = { 0 };

	for (unsigned int i = 0; i < state->cpu_count; i++) {
		const struct ledger_sink *cpu = &state->ledger[i].sink[sink];

		sum.offered += cpu->offered;
		sum.delivered += cpu->delivered;
		sum.lost += cpu->lost;
	}
	return sum;
}

uint64_t sampler_sink_in_queue(const struct ledger_sink *sink)
{
	uint64_t gone = sink->delivered + sink->lost;

	return sink->offered > gone ? sink->offered - gone : 0;
}

static int has_seats(const struct chain *chain, const void *context)
{
	struct sampler_seats seats;

	(void)context;
	return sampler_seats_find(chain, &seats, NULL);
}

bool sampler_is_attached(const char *bpffs, const char *interface)
{
	return chain_look_has(bpffs, interface, has_seats, NULL);
}

int sampler_state_list(struct interface_list *ret_list, const char *bpffs,
		       const struct interface_list *wanted, struct problem *problem)
{
	return chain_look_list(ret_list, bpffs, wanted, has_seats, NULL, problem);
}

int sampler_state_each(const char *bpffs,
		       void (*take)(void *context, const struct sampler_state *state),
		       void *context, struct problem *problem)
{
	const struct interface_list every = { 0 };
	struct interface_list list = { 0 };
	int err = sampler_state_list(&list, bpffs, &every, problem);
	int first_err = 0;

	for (size_t i = 0; !err && i < list.count; i++) {
		struct sampler_state state;
		struct problem own = { 0 };
		int own_err = sampler_state_read(&state, bpffs, list.names[i], &own);

		if (!own_err)
			take(context, &state);
		else if (!first_err)
			first_err = problem_set(problem, own_err, "%s", own.text);
		sampler_state_free(&state);
	}
	interface_list_free(&list);
	return err ? err : first_err;
}
