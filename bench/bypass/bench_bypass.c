// SPDX-License-Identifier: GPL-2.0-only
/* bench_bypass: what the bypass costs. README.md tells how to read the figures. */
#include <stddef.h>

#include "bench_verbs.h"
#include "command_line.h"
#include "measured_verb.h"

static int run(int (*verb)(const struct bench_options *options),
	       const struct bench_options *options, struct problem *problem)
{
	return measured_verb_run(verb, options, options->cpu, problem);
}

static int run_paths(void *options, struct problem *problem)
{
	return run(bench_paths, options, problem);
}

static int run_labs(void *options, struct problem *problem)
{
	return run(bench_labs, options, problem);
}

static int run_programs(void *options, struct problem *problem)
{
	return run(bench_programs, options, problem);
}

static int run_instructions(void *options, struct problem *problem)
{
	return run(bench_instructions, options, problem);
}

enum { PATHS, LABS, PROGRAMS, INSTRUCTIONS };

static const struct verb_row verbs[] = {
	{ .name = "paths",
	  .help = "whole paths, nanoseconds per packet; run_paths.sh prepares them",
	  .run = run_paths },
	{ .name = "labs", .help = "the labs that --paths needs", .run = run_labs },
	{ .name = "programs",
	  .help = "programs alone, nanoseconds per packet",
	  .run = run_programs },
	{ .name = "instructions",
	  .help = "for a virtual machine where one instruction takes one nanosecond",
	  .run = run_instructions },
};

static const struct option_row options_known[] = {
	MEASURED_NUMBER("rounds", rounds, 1, 60, "measurements of each case",
			1 << PATHS | 1 << PROGRAMS),
	MEASURED_NUMBER("repeat", repeat, 1, 100000000, "packets of a measurement",
			1 << PATHS | 1 << PROGRAMS),
	MEASURED_NUMBER("cpu", cpu, 0, 1023, "where packets run", 0),
	{ .name = "objects",
	  .kind = OPTION_TEXT,
	  .offset = offsetof(struct bench_options, objects),
	  .value_name = "DIR",
	  .help = "the object files" },
	{ .name = "only",
	  .kind = OPTION_TEXT,
	  .offset = offsetof(struct bench_options, only),
	  .value_name = "GROUP",
	  .help = "cases of one group: base, redirect, back, many, tags, ipv6, up; "
		  "curve and flowtable only if asked for",
	  .verbs = 1 << PATHS | 1 << LABS },
};

static const struct command_line line = {
	.tool = "bench_bypass",
	.summary = "Measures what the bypass costs.",
	.verbs = verbs,
	.verb_count = sizeof(verbs) / sizeof(*verbs),
	.options = options_known,
	.option_count = sizeof(options_known) / sizeof(*options_known),
};

int main(int argc, char **argv)
{
	struct bench_options options = {
		.rounds = 7,
		.repeat = 500000,
		.objects = BENCH_OBJECT_DIR,
	};

	return command_line_main(&line, argc, argv, &options);
}
