// SPDX-License-Identifier: GPL-2.0-only
/* bench_sampler: what the sampler costs. README.md tells how to read the figures. */
#include <stddef.h>

#include "bench_verbs.h"
#include "command_line.h"
#include "measured_verb.h"
#include "price_table.h"

static int run(int (*verb)(const struct bench_options *options),
	       const struct bench_options *options, struct problem *problem)
{
	return measured_verb_run(verb, options, options->cpu, problem);
}

static int run_prices(void *options, struct problem *problem)
{
	return run(bench_prices, options, problem);
}

static int run_instructions(void *options, struct problem *problem)
{
	return run(bench_instructions, options, problem);
}

static int run_flood(void *options, struct problem *problem)
{
	return run(bench_flood, options, problem);
}

enum { PRICES, INSTRUCTIONS, FLOOD };

static const struct verb_row verbs[] = {
	{ .name = "prices", .help = "nanoseconds per packet", .run = run_prices },
	{ .name = "instructions",
	  .help = "for a virtual machine where one instruction takes one nanosecond",
	  .run = run_instructions },
	{ .name = "flood", .help = "live frames out of an interface", .run = run_flood },
};

static const struct option_row options_known[] = {
	MEASURED_NUMBER("loads", loads, 1, PRICE_ROUNDS, "how often everything is loaded",
			1 << PRICES),
	MEASURED_NUMBER("rounds", rounds, 1, PRICE_ROUNDS, "measurements of each load",
			1 << PRICES),
	MEASURED_NUMBER("repeat", repeat, 1, 100000000, "packets of a measurement", 1 << PRICES),
	MEASURED_NUMBER("cpu", cpu, 0, 1023, "where packets run", 0),
	{ .name = "objects",
	  .kind = OPTION_TEXT,
	  .offset = offsetof(struct bench_options, objects),
	  .value_name = "DIR",
	  .help = "the object files" },
	{ .name = "out",
	  .kind = OPTION_TEXT,
	  .offset = offsetof(struct bench_options, interface),
	  .value_name = "NAME",
	  .help = "interface that frames leave through",
	  .verbs = 1 << FLOOD },
	MEASURED_NUMBER("count", count, 1, 1000000000, "frames", 1 << FLOOD),
	MEASURED_NUMBER("rate", rate, 0, 100000000, "frames a second; 0: all there is", 1 << FLOOD),
	MEASURED_NUMBER("length", length, 64, 1500, "bytes of a frame", 1 << FLOOD),
};

static const struct command_line line = {
	.tool = "bench_sampler",
	.summary = "Measures what the sampler costs.",
	.verbs = verbs,
	.verb_count = sizeof(verbs) / sizeof(*verbs),
	.options = options_known,
	.option_count = sizeof(options_known) / sizeof(*options_known),
};

int main(int argc, char **argv)
{
	struct bench_options options = {
		.loads = 5,
		.rounds = 9,
		.repeat = 1U << 19,
		.objects = BENCH_OBJECT_DIR,
		.count = 1000000,
		.length = 512,
	};

	return command_line_main(&line, argc, argv, &options);
}
