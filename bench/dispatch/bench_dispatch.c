// SPDX-License-Identifier: GPL-2.0-only
/* bench_dispatch: what it costs to send a packet through several programs. README.md tells how to
 * read the figures. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "jit_image.h"
#include "measure.h"
#include "result_table.h"
#include "variant.h"

#define SKIP 77
#define INSTRUCTION_REPEAT 10000

struct options {
	struct result_settings settings;
	enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_INSTRUCTIONS } format;
	const char *objects;
	int program_id; /* 0: none */
	const char *image_directory;
	const char *image_object;
	unsigned int image_slots;
	bool image_hooks;
};

static const char usage_text[] =
	"usage: bench_dispatch [--loads N] [--rounds N] [--repeat N] [--cpu N] [--json]\n"
	"       bench_dispatch --instructions [--program-id ID]\n"
	"       bench_dispatch --write-code DIR [--slots MASK] [--hooks] [--subprogram NAME]\n"
	"Every form takes --objects DIR.\n"
	"\n"
	"The first form measures time and tells which promises hold. --instructions prints what the\n"
	"kernel reports, for a virtual machine where one instruction takes one nanosecond; with\n"
	"--program-id only for that loaded program. --write-code loads xdp_root and subprograms and\n"
	"writes the machine code the kernel made of them.\n";

enum {
	LOADS = ARGUMENTS_HELP + 1,
	ROUNDS,
	REPEAT,
	CPU,
	JSON,
	INSTRUCTIONS,
	ID,
	OBJECTS,
	CODE,
	SLOTS,
	HOOKS,
	NAME
};

static const struct option option_table[] = {
	{ "loads", required_argument, NULL, LOADS },
	{ "rounds", required_argument, NULL, ROUNDS },
	{ "repeat", required_argument, NULL, REPEAT },
	{ "cpu", required_argument, NULL, CPU },
	{ "json", no_argument, NULL, JSON },
	{ "instructions", no_argument, NULL, INSTRUCTIONS },
	{ "program-id", required_argument, NULL, ID },
	{ "objects", required_argument, NULL, OBJECTS },
	{ "write-code", required_argument, NULL, CODE },
	{ "slots", required_argument, NULL, SLOTS },
	{ "hooks", no_argument, NULL, HOOKS },
	{ "subprogram", required_argument, NULL, NAME },
	{ "help", no_argument, NULL, ARGUMENTS_HELP },
	{ 0 },
};

static int set_option(void *options_, int option)
{
	struct options *options = options_;
	struct result_settings *settings = &options->settings;

	switch (option) {
	case LOADS:
		return arguments_number(optarg, 0, RESULT_LOADS, &settings->loads);
	case ROUNDS:
		return arguments_number(optarg, 0, RESULT_ROUNDS, &settings->rounds);
	case REPEAT:
		return arguments_number(optarg, 0, 100000000, &settings->repeat);
	case CPU:
		return arguments_number(optarg, 0, 1023, &settings->cpu);
	case JSON:
		options->format = FORMAT_JSON;
		return 0;
	case INSTRUCTIONS:
		options->format = FORMAT_INSTRUCTIONS;
		*settings = (struct result_settings){
			.loads = 1, .rounds = 3, .repeat = INSTRUCTION_REPEAT, .exact = true
		};
		return 0;
	case ID:
		return arguments_number(optarg, 0, 0x7fffffff,
					(unsigned int *)&options->program_id);
	case OBJECTS:
		options->objects = optarg;
		return 0;
	case CODE:
		options->image_directory = optarg;
		return 0;
	case SLOTS:
		return arguments_number(optarg, 0, 255, &options->image_slots);
	case HOOKS:
		options->image_hooks = true;
		return 0;
	case NAME:
		options->image_object = optarg;
		return 0;
	default:
		return -EINVAL;
	}
}

static int write_code(const struct options *options)
{
	struct program_set set = program_set_empty(options->objects);
	int err = program_set_chain(&set, "xdp_root", options->image_object, options->image_slots);

	if (!err && options->image_hooks)
		err = program_set_hook(&set, "empty", MAP_EXIT_HOOK, 0);
	if (!err && options->image_hooks)
		err = program_set_hook(&set, "empty", MAP_CAPTURE_HOOK, 2 /* XDP_PASS */);
	if (!err)
		err = jit_image_write(&set, options->image_directory);
	program_set_close(&set);
	return err;
}

static int measure_id(const struct options *options)
{
	double price;
	int program = bpf_prog_get_fd_by_id((unsigned int)options->program_id);
	int err = program < 0 ? program :
				measure_packet(program, &measure_udp, options->settings.repeat,
					       true, &price);

	if (err)
		fprintf(stderr, "bench_dispatch: program %d: %s\n", options->program_id,
			strerror(-err));
	else
		printf("%.0f\n", price);
	if (program >= 0)
		close(program);
	return err;
}

static int measure_all(const struct options *options)
{
	struct result_table *table = result_table_new();
	int err = table ? 0 : -ENOMEM;

	if (!err)
		err = result_table_fill(table, &options->settings, options->objects);
	if (err)
		goto out;
	if (options->format == FORMAT_TEXT)
		result_table_text(table);
	else if (options->format == FORMAT_JSON)
		result_table_json(table);
	else
		result_table_instructions(table);
out:
	free(table);
	return err;
}

int main(int argc, char **argv)
{
	struct options options = {
		.settings = { .loads = 7, .rounds = 7, .repeat = 1000000, .cpu = 0 },
		.objects = BENCH_OBJECT_DIR,
		.image_object = "subprogram_continue",
		.image_slots = 255,
	};
	const struct arguments arguments = { usage_text, option_table, 0, set_option };
	int status = arguments_read(&arguments, argc, argv, &options), err;

	if (status >= 0)
		return status;
	if (options.image_directory)
		err = write_code(&options);
	else if (options.program_id)
		err = measure_id(&options);
	else
		err = measure_all(&options);
	return !err ? 0 : err == -EPERM || err == -ENOTSUP ? SKIP : 1;
}
