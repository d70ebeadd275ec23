// SPDX-License-Identifier: GPL-2.0-only
/* The place before anything decided: takes samples, then lets the next slot decide. */
#include "bpf/subprogram.bpf.h"

#include "sample_take.bpf.h"

#define NO_VERDICT                                                                                 \
	{                                                                                          \
		SAMPLE_NO_VERDICT, SAMPLE_NO_VERDICT, SAMPLE_NO_VERDICT, 0                         \
	}

/* Leaves word to the verdict place that this packet was taken. Forgetting the word it knows makes that
 * place look closer at the next packet. */
static __always_inline void tell_verdict_place(struct sampler_cpu *cpu, __u64 join)
{
	struct sampler_place_cpu *ingress = &cpu->place[SAMPLER_INGRESS];

	cpu->join = join;
	cpu->join_packets = ingress->packets - ingress->countdown;
	cpu->join_slot = ecbpf_program.slot;
	cpu->place[SAMPLER_VERDICT].packets -= cpu->place[SAMPLER_VERDICT].countdown;
	cpu->place[SAMPLER_VERDICT].countdown = 0;
	cpu->place[SAMPLER_VERDICT].word = 0;
}

static __always_inline void look_closer(struct xdp_md *ctx, const struct sampler_config *config,
					struct sampler_cpu *cpu)
{
	struct sampler_place_cpu *place = &cpu->place[SAMPLER_INGRESS];
	__u64 word = config->word, join;
	int is_drawn = countdown_take(place, word & ~1ULL, &config->draw[SAMPLER_INGRESS]);
	struct sample_request request = {
		.ctx = ctx,
		.config = config,
		.cpu = cpu,
		.place = place,
		.place_number = SAMPLER_INGRESS,
		.note = NO_VERDICT,
	};

	if (!is_drawn && !(word & 1))
		return;
	join = (__u64)(bpf_get_smp_processor_id() + 1) << 48 | (cpu->sequence + 1);
	sample_begin(&request, join, 0);
	if (sample_take(&request, word, is_drawn, 0))
		tell_verdict_place(cpu, join);
}

ECBPF_SUBPROGRAM(xdp_sampler)
{
	const struct sampler_config *config =
		bpf_map_lookup_elem(&sampler_config, SAMPLER_ONLY_ENTRY);
	struct sampler_cpu *cpu = bpf_map_lookup_elem(&sampler_cpus, SAMPLER_ONLY_ENTRY);

	if (config && cpu && !countdown_goes_on(&cpu->place[SAMPLER_INGRESS], config))
		look_closer(ctx, config, cpu);
	return ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
