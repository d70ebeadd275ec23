// SPDX-License-Identifier: GPL-2.0-only
/* xdp_root_loader: the verbs and what they do per interface. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "abi/pin_names.h"
#include "abi/slots.h"
#include "attachment.h"
#include "bpffs.h"
#include "command_line.h"
#include "counters.h"
#include "each_interface.h"
#include "interface.h"
#include "option_rows.h"
#include "root_attach.h"
#include "root_detach.h"
#include "root_status.h"
#include "slot_table.h"
#include "subprogram.h"
#include "tool_report.h"

struct options {
	struct interface_list interfaces;
	const char *bpffs;
	const char *load;
	const char *program;
	uint64_t slot;
	bool slot_given;
	bool replace;
	bool nop;
	bool frags;
	bool json;
	bool verbose;
	int mode; /* index into mode_choices */
};

static const char *const mode_choices[] = { "native", "generic", NULL };

static int attach_one(void *context, const char *interface, struct problem *problem)
{
	const struct options *options = context;
	const struct root_options root = {
		.bpffs = options->bpffs,
		.mode = options->mode == 1 ? ECBPF_MODE_GENERIC : ECBPF_MODE_NATIVE,
		.frags = options->frags,
	};

	return root_attach(interface, &root, problem);
}

static int detach_one(void *context, const char *interface, struct problem *problem)
{
	const struct options *options = context;
	return root_detach(interface, options->bpffs, options->nop, problem);
}

static int clear_one(void *context, const char *interface, struct problem *problem)
{
	const struct options *options = context;
	struct attachment attachment;
	struct chain chain;
	int err;

	err = attachment_require_root(&chain, options->bpffs, interface, &attachment, problem);
	if (!err)
		err = counters_clear(&chain, problem);
	chain_close(&chain);
	return err;
}

/* The object is opened anew for every interface: each has its own slot, maps and flags. */
static int load_one(void *context, const char *interface, struct problem *problem)
{
	const struct options *options = context;
	struct attachment attachment;
	struct chain chain;
	struct subprogram subprogram = {
		.chain = &chain,
		.identity = &attachment.identity,
		.slot = (unsigned int)options->slot,
		.replace = options->replace ? SUBPROGRAM_REPLACE_ANY : SUBPROGRAM_REPLACE_NONE,
		.object_name = options->load,
	};
	int err;

	err = slot_table_open(&chain, options->bpffs, interface, &attachment, problem);
	if (!err) {
		subprogram.object = subprogram_open_file(options->load, problem);
		err = subprogram.object ? 0 : -ENOEXEC;
	}
	if (!err)
		err = subprogram_load(&subprogram, options->program, problem);
	if (!err)
		err = subprogram_publish(&subprogram, problem);
	bpf_object__close(subprogram.object);
	chain_close(&chain);
	return err;
}

static int unload_one(void *context, const char *interface, struct problem *problem)
{
	const struct options *options = context;
	unsigned int slot = (unsigned int)options->slot;
	struct slot slots[ECBPF_PLACE_COUNT];
	struct attachment attachment;
	struct chain chain;
	int err;

	err = slot_table_open(&chain, options->bpffs, interface, &attachment, problem);
	if (!err)
		err = slot_table_read(&chain, slots, problem);
	if (!err && !slots[slot].program_id && !slots[slot].pinned_id)
		err = problem_set(problem, -ENOENT, "%s: slot %u is empty already", interface,
				  slot);
	if (!err)
		err = slot_table_clear(&chain, slot, problem);
	chain_close(&chain);
	return err;
}

static int each(const struct options *options, const char *verb, each_interface_work work,
		struct problem *problem)
{
	return each_interface(&options->interfaces, options->bpffs, verb, work, (void *)options,
			      problem);
}

static int attach(void *options, struct problem *problem)
{
	return each(options, "attach", attach_one, problem);
}

static int detach(void *options, struct problem *problem)
{
	return each(options, "detach", detach_one, problem);
}

static int clear(void *options, struct problem *problem)
{
	return each(options, "clear", clear_one, problem);
}

static int load(void *options, struct problem *problem)
{
	if (!((struct options *)options)->slot_given)
		return problem_set(problem, -EINVAL, "--load needs --slot N");
	return each(options, "load", load_one, problem);
}

static int unload(void *options, struct problem *problem)
{
	if (!((struct options *)options)->slot_given)
		return problem_set(problem, -EINVAL, "--unload needs --slot N");
	return each(options, "unload", unload_one, problem);
}

static int status(void *arguments, struct problem *problem)
{
	const struct options *options = arguments;
	struct report *report;
	unsigned int sick = 0;
	int err;

	err = bpffs_check(options->bpffs, problem);
	if (err)
		return err;
	report = tool_report_open(options->json, "xdp_root_loader", ROOT_STATUS_SCHEMA);
	if (!report)
		return problem_errno(problem, -ENOMEM, "cannot report");
	err = root_status(report, options->bpffs, &options->interfaces,
			  options->verbose || options->json, &sick, problem);
	err = tool_report_close(report, err, "status", problem);
	return err ? err :
		     tool_report_sick(sick, "pins, attachment and intent disagree (see the status)",
				      problem);
}

enum { ATTACH, DETACH, STATUS, CLEAR, LOAD, UNLOAD };
#define VERB(verb) (UINT32_C(1) << (verb))
#define MEMBER(name) offsetof(struct options, name)

static const struct verb_row verbs[] = {
	[ATTACH] = { "attach", 0, NULL, 0,
		     "put the root on each interface; upgrade or repair it where it is already",
		     attach },
	[DETACH] = { "detach", 0, NULL, 0, "take the root, all slots and all pins away", detach },
	[STATUS] = { "status", 0, NULL, 0,
		     "show slots and counters; without --interface, of every interface", status },
	[CLEAR] = { "clear", 0, NULL, 0, "start all counters from zero", clear },
	[LOAD] = { "load", 0, "OBJ", MEMBER(load), "load a program into --slot N", load },
	[UNLOAD] = { "unload", 0, NULL, 0, "empty --slot N", unload },
};

static const struct option_row option_rows[] = {
	OPTION_ROW_INTERFACES(struct options, "interfaces, separated by commas", 0),
	{ .name = "slot",
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(slot),
	  .given_offset = MEMBER(slot_given),
	  .maximum = ECBPF_SLOT_COUNT - 1,
	  .value_name = "N",
	  .help = "which slot; lower ones see a packet first",
	  .verbs = VERB(LOAD) | VERB(UNLOAD) },
	{ .name = "program",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(program),
	  .value_name = "NAME",
	  .help = "the program to load, if OBJ has several",
	  .verbs = VERB(LOAD) },
	{ .name = "replace",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(replace),
	  .help = "replace what is in the slot; packets meet the old or the new program",
	  .verbs = VERB(LOAD) },
	{ .name = "mode",
	  .kind = OPTION_CHOICE,
	  .offset = MEMBER(mode),
	  .choices = mode_choices,
	  .value_name = "MODE",
	  .help = "how to attach; native by default, generic is slower and works everywhere",
	  .verbs = VERB(ATTACH) },
	{ .name = "frags",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(frags),
	  .help = "multi-buffer frames: needed for a large MTU, every program must handle them",
	  .verbs = VERB(ATTACH) },
	{ .name = "nop",
	  .letter = 'n',
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(nop),
	  .help = "leave a program that only passes, so that the driver stays in XDP mode",
	  .verbs = VERB(DETACH) },
	OPTION_ROW_JSON(struct options, "status as JSON", VERB(STATUS)),
	OPTION_ROW_BPFFS(struct options),
	OPTION_ROW_VERBOSE(struct options, "say more; with --status, also the counters by reason"),
};

static const struct command_line command_line = {
	.tool = "xdp_root_loader",
	.summary = "Let several XDP programs share one network interface.",
	.verbs = verbs,
	.verb_count = sizeof(verbs) / sizeof(*verbs),
	.options = option_rows,
	.option_count = sizeof(option_rows) / sizeof(*option_rows),
	.footer = "Exit status: 0 done; 1 an interface failed, or --status found a disagreement; "
		  "2 the command line was wrong.",
};

int main(int argc, char **argv)
{
	struct options options = { .bpffs = ECBPF_BPFFS_DEFAULT };

	return command_line_main(&command_line, argc, argv, &options);
}
