// SPDX-License-Identifier: GPL-2.0-only
/* bench_filter: what the filter costs. README.md tells how to read the figures. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arguments.h"
#include "bench_verbs.h"
#include "measure.h"
#include "price_table.h"
#include "source_layout.h"

#define SKIP 77

static const char usage_text[] =
	"usage: bench_filter net|lengths|hop|instructions|list [--rounds N] [--repeat N] [--cpu N]\n"
	"                    [--family 4|6] [--count N] [--objects DIR] [--xdp-filter DIR]\n"
	"\n"
	"net           the whole filter against xdp-filter, packets that pass\n"
	"lengths       one lookup, and whole programs, over the length of the list, as TSV; only one\n"
	"              family and length if given\n"
	"hop           dropping a listed source behind a veth hop; run_hop.sh prepares it\n"
	"instructions  for a virtual machine where one instruction takes one nanosecond\n"
	"list          prints the random list that hop uses\n";

static const struct {
	const char *name;
	int (*run)(const struct bench_options *options);
} verbs[] = {
	{ "net", bench_net },         { "lengths", bench_lengths },
	{ "hop", bench_hop },         { "instructions", bench_instructions },
	{ "list", bench_print_list },
};

enum { ROUNDS = ARGUMENTS_HELP + 1, REPEAT, CPU, FAMILY, COUNT, OBJECTS, XDP_FILTER };

static const struct option option_table[] = {
	{ "rounds", required_argument, NULL, ROUNDS },
	{ "repeat", required_argument, NULL, REPEAT },
	{ "cpu", required_argument, NULL, CPU },
	{ "family", required_argument, NULL, FAMILY },
	{ "count", required_argument, NULL, COUNT },
	{ "objects", required_argument, NULL, OBJECTS },
	{ "xdp-filter", required_argument, NULL, XDP_FILTER },
	{ "help", no_argument, NULL, ARGUMENTS_HELP },
	{ 0 },
};

static int set_option(void *options_, int option)
{
	struct bench_options *options = options_;

	switch (option) {
	case ROUNDS:
		return arguments_number(optarg, 1, PRICE_ROUNDS, &options->rounds);
	case REPEAT:
		return arguments_number(optarg, 1, 100000000, &options->repeat);
	case CPU:
		return arguments_number(optarg, 0, 1023, &options->cpu);
	case FAMILY:
		return arguments_number(optarg, 4, 6, &options->family);
	case COUNT:
		return arguments_number(optarg, 1, SOURCE_LIST_MAX, &options->count);
	case OBJECTS:
		options->objects = optarg;
		return 0;
	case XDP_FILTER:
		options->xdp_filter = optarg;
		return 0;
	default:
		return -EINVAL;
	}
}

__attribute__((format(printf, 2, 0))) static int no_messages(enum libbpf_print_level level,
							     const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN)
		vfprintf(stderr, format, arguments);
	return 0;
}

static int run(const char *verb, const struct bench_options *options)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		int err;

		if (strcmp(verb, verbs[i].name))
			continue;
		libbpf_set_print(no_messages);
		err = measure_pin(options->cpu);
		if (err)
			fprintf(stderr, "bench_filter: cannot run on CPU %u: %s\n", options->cpu,
				strerror(-err));
		return err ? err : verbs[i].run(options);
	}
	fputs(usage_text, stderr);
	return -EINVAL;
}

int main(int argc, char **argv)
{
	struct bench_options options = {
		.rounds = 15,
		.repeat = 1U << 20,
		.objects = BENCH_OBJECT_DIR,
		.xdp_filter = BENCH_PEER_DIR,
	};
	const struct arguments arguments = { usage_text, option_table, 1, set_option };
	int status = arguments_read(&arguments, argc, argv, &options), err;

	if (status >= 0)
		return status;
	err = run(argv[optind], &options);
	return !err ? 0 : err == -EPERM ? SKIP : 1;
}
