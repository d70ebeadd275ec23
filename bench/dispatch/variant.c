// SPDX-License-Identifier: GPL-2.0-only
#include "variant.h"

#include <string.h>

static int single(struct program_set *set, const struct variant *variant)
{
	return program_set_single(set, variant->object);
}

static int dispatcher(struct program_set *set, const struct variant *variant)
{
	return program_set_dispatcher(set, variant->slots);
}

static int tail_calls(struct program_set *set, const struct variant *variant)
{
	return program_set_tail_calls(set, variant->object, variant->slots);
}

static int chain(struct program_set *set, const struct variant *variant)
{
	return program_set_chain(set, variant->root, variant->object, (1U << variant->slots) - 1);
}

#define KIT "xdp_root", "subprogram_continue", chain
#define CALLS NULL, NULL, dispatcher

const struct variant variants[] = {
	{ "empty", 0, "returns XDP_PASS; everything else is counted from here", NULL, "empty",
	  single },
	{ "libxdp_shaped", 1, "one function call and mask test per program, no counting", CALLS },
	{ "libxdp_shaped", 2, "", CALLS },
	{ "libxdp_shaped", 4, "", CALLS },
	{ "libxdp_shaped", 8, "", CALLS },
	{ "tail_calls", 8, "chain by hand with libbpf's macro, no counting", NULL, "tail_calls",
	  tail_calls },
	{ "tail_calls_tight", 8, "the same, the least the JIT can do", NULL, "tail_calls_tight",
	  tail_calls },
	{ "kit", 0, "xdp_root alone, eight empty slots, counting, two absent hooks", KIT },
	{ "kit", 1, "and subprograms of the kit that continue", KIT },
	{ "kit", 2, "", KIT },
	{ "kit", 4, "", KIT },
	{ "kit", 8, "", KIT },
	{ "parse_each", 1, "slots of the kit that parse, decide and continue", "xdp_root",
	  "parse_each", chain },
	{ "parse_each", 3, "", "xdp_root", "parse_each", chain },
	{ "parse_each", 8, "", "xdp_root", "parse_each", chain },
	{ "parse_once", 1, "the same with a record that the root has filled", "parse_once_root",
	  "parse_once", chain },
	{ "parse_once", 3, "", "parse_once_root", "parse_once", chain },
	{ "parse_once", 8, "", "parse_once_root", "parse_once", chain },
};
const size_t variant_count = sizeof(variants) / sizeof(*variants);

size_t variant_find(const char *program, unsigned int slots)
{
	for (size_t i = 0; i < variant_count; i++)
		if (variants[i].slots == slots && !strcmp(variants[i].program, program))
			return i;
	return 0;
}
