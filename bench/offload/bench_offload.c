// SPDX-License-Identifier: GPL-2.0-only
/* bench_offload: what the offload costs. README.md tells how to read the figures. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "bench_verbs.h"
#include "measure.h"
#include "path.h"

static const char usage_text[] =
	"Usage: bench_offload VERB [options]\n"
	"  paths            whole paths, nanoseconds per packet; run.sh prepares them\n"
	"  relay            a UDP relay, nanoseconds of CPU per packet; run.sh prepares it\n"
	"  tcp              one TCP stream, milliseconds per gigabyte; run.sh prepares it\n"
	"  labs             the labs that these need\n"
	"  programs         programs alone, nanoseconds per packet\n"
	"  instructions     for a virtual machine where one instruction takes one nanosecond\n"
	"  --rounds N       measurements of each case (7)\n"
	"  --repeat N       packets of a measurement (100000)\n"
	"  --milliseconds N of a measurement of TCP (200)\n"
	"  --cpu N          where packets run (0)\n"
	"  --receiver N     the CPU of TCP's receiver (0)\n"
	"  --socat PID      the relay\n"
	"  --kind KIND      labs of paths, relay or tcp\n"
	"  --objects DIR    the object files\n";

enum {
	OPTION_ROUNDS = ARGUMENTS_HELP + 1,
	OPTION_REPEAT,
	OPTION_MILLISECONDS,
	OPTION_CPU,
	OPTION_RECEIVER,
	OPTION_SOCAT,
	OPTION_KIND,
	OPTION_OBJECTS,
};

static const struct option option_table[] = {
	{ "help", no_argument, NULL, ARGUMENTS_HELP },
	{ "rounds", required_argument, NULL, OPTION_ROUNDS },
	{ "repeat", required_argument, NULL, OPTION_REPEAT },
	{ "milliseconds", required_argument, NULL, OPTION_MILLISECONDS },
	{ "cpu", required_argument, NULL, OPTION_CPU },
	{ "receiver", required_argument, NULL, OPTION_RECEIVER },
	{ "socat", required_argument, NULL, OPTION_SOCAT },
	{ "kind", required_argument, NULL, OPTION_KIND },
	{ "objects", required_argument, NULL, OPTION_OBJECTS },
	{ NULL, 0, NULL, 0 },
};

static int set_option(void *context, int option)
{
	struct bench_options *options = context;

	switch (option) {
	case OPTION_ROUNDS:
		return arguments_number(optarg, 1, PATH_ROUNDS, &options->rounds);
	case OPTION_REPEAT:
		return arguments_number(optarg, 1, 100000000, &options->repeat);
	case OPTION_MILLISECONDS:
		return arguments_number(optarg, 1, 60000, &options->milliseconds);
	case OPTION_CPU:
		return arguments_number(optarg, 0, 1023, &options->cpu);
	case OPTION_RECEIVER:
		return arguments_number(optarg, 0, 1023, &options->receiver);
	case OPTION_SOCAT:
		return arguments_number(optarg, 1, 1U << 30, &options->socat);
	case OPTION_KIND:
		options->kind = optarg;
		return 0;
	default:
		options->objects = optarg;
		return 0;
	}
}

static const struct {
	const char *name;
	int (*run)(const struct bench_options *options);
} verbs[] = {
	{ "paths", bench_paths },       { "relay", bench_relay },
	{ "tcp", bench_tcp },           { "labs", bench_labs },
	{ "programs", bench_programs }, { "instructions", bench_instructions },
};

int main(int argc, char **argv)
{
	struct bench_options options = {
		.rounds = 7,
		.repeat = 100000,
		.milliseconds = 200,
		.objects = BENCH_OBJECT_DIR,
	};
	const struct arguments arguments = { usage_text, option_table, 1, set_option };
	int status = arguments_read(&arguments, argc, argv, &options);

	if (status >= 0)
		return status;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (strcmp(argv[optind], verbs[i].name) != 0)
			continue;
		return measure_pin(options.cpu) || verbs[i].run(&options) ? 1 : 0;
	}
	fputs(usage_text, stderr);
	return 2;
}
