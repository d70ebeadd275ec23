// SPDX-License-Identifier: GPL-2.0-only
/* The place behind the verdict: lives in the chain's exit hook, takes samples of what was decided, and
 * hands the packet on to the capture hook of its action. */
#include "bpf/chain.bpf.h"

#include "sample_take.bpf.h"

/* Is it the packet that the ingress place took last? A packet that a slot before it decided never
 * came there; each other one has moved its count on. */
static __always_inline int is_joined(const struct sampler_cpu *cpu, struct ecbpf_exit_note note)
{
	const struct sampler_place_cpu *ingress = &cpu->place[SAMPLER_INGRESS];

	return cpu->join && note.row > cpu->join_slot &&
	       cpu->join_packets == ingress->packets - ingress->countdown;
}

static __always_inline int is_let_in(const struct sampler_config *config,
				     struct ecbpf_exit_note note)
{
	return config->verdicts >> (note.action & 31) & 1 && config->rows >> (note.row & 31) & 1 &&
	       config->reasons >> (note.reason & 63) & 1;
}

static __always_inline void look_closer(struct xdp_md *ctx, const struct sampler_config *config,
					struct sampler_cpu *cpu, struct ecbpf_exit_note note)
{
	struct sampler_place_cpu *place = &cpu->place[SAMPLER_VERDICT];
	__u64 word = config->word;
	int is_drawn = countdown_take(place, word & ~1ULL, &config->draw[SAMPLER_VERDICT]);
	struct sample_request request = {
		.ctx = ctx,
		.config = config,
		.cpu = cpu,
		.place = place,
		.place_number = SAMPLER_VERDICT,
		.note = note,
	};

	int is_followed = is_joined(cpu, note);

	sample_begin(&request, is_followed ? cpu->join : 0, is_followed ? SAMPLE_FOLLOWED : 0);
	cpu->join = 0;
	if (!is_drawn && !is_followed && !(word & 1))
		return;
	if (is_let_in(config, note))
		sample_take(&request, word, is_drawn, note.action);
}

SEC("xdp.frags")
int xdp_sampler_verdict(struct xdp_md *ctx)
{
	const struct ecbpf_stats *stats = bpf_map_lookup_elem(&xdp_stats, SAMPLER_ONLY_ENTRY);
	const struct sampler_config *config =
		bpf_map_lookup_elem(&sampler_config, SAMPLER_ONLY_ENTRY);
	struct sampler_cpu *cpu = bpf_map_lookup_elem(&sampler_cpus, SAMPLER_ONLY_ENTRY);
	struct ecbpf_exit_note note;

	if (!stats || !config || !cpu)
		return XDP_ABORTED;
	note = stats->last;
	if (!countdown_goes_on(&cpu->place[SAMPLER_VERDICT], config))
		look_closer(ctx, config, cpu, note);
	ecbpf_capture(ctx, note.action);
	return note.action;
}

char LICENSE[] SEC("license") = "GPL";
