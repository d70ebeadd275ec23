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
#include "component_verbs.h"
#include "counters.h"
#include "each_interface.h"
#include "interface.h"
#include "log.h"
#include "option_rows.h"
#include "root_apply.h"
#include "root_plan.h"
#include "root_status.h"
#include "slot_table.h"
#include "subprogram.h"
#include "tool_report.h"
#include "xdp_root_component.h"

struct options {
	struct interface_list interfaces;
	const char *bpffs;
	const char *config;
	const char *load;
	const char *program;
	uint64_t slot;
	bool slot_given;
	bool replace;
	bool nop;
	bool frags;
	bool json;
	bool verbose;
	bool configured;
	bool attached;
	bool no_config;
	bool mode_given;
	int mode; /* index into root_modes */
};

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

static struct root_wish wish_of(const struct options *options, const struct config_file *file)
{
	return (struct root_wish){
		.bpffs = options->bpffs,
		.file = file,
		.has_mode = options->mode_given,
		.mode = root_mode(options->mode),
		.frags = options->frags,
		.nop = options->nop,
		.check = options->configured,
	};
}

/* The file counts only where it is asked for. */
static int attach(void *arguments, struct problem *problem)
{
	struct options *options = arguments;
	struct config_file *file = NULL;
	unsigned int missing = 0;
	struct root_wish wish;
	int err = 0;

	if (options->configured)
		err = component_configured(&xdp_root_component, options->config,
					   &options->interfaces, &missing, problem);
	if (!err && (options->configured || options->config))
		err = root_plan_open(options->config, &file, problem);
	wish = wish_of(options, file);
	if (!err && (options->interfaces.count || !options->configured))
		err = each_interface(&options->interfaces, options->bpffs, "attach",
				     root_wish_attach, &wish, problem);
	config_file_close(file);
	return component_missing(err, missing, problem);
}

/* A file that is broken must not keep the root from being taken away. */
static struct config_file *open_for_detach(const struct options *options)
{
	struct config_file *file = NULL;
	struct problem problem = { 0 };

	if (options->no_config || (!options->attached && !options->config))
		return NULL;
	if (root_plan_open(options->config, &file, &problem))
		log_warning("%s: \"nop\" is taken for false", problem.text);
	return file;
}

static int detach(void *arguments, struct problem *problem)
{
	struct options *options = arguments;
	struct config_file *file = NULL;
	struct root_wish wish;
	int err = 0;

	if (options->config && options->no_config)
		return problem_set(problem, -EINVAL,
				   "--config and --no-config contradict each other: give one");
	if (options->attached)
		err = component_attached(options->bpffs, NULL, &options->interfaces, problem);
	if (err || (options->attached && !options->interfaces.count))
		return err;
	file = open_for_detach(options);
	wish = wish_of(options, file);
	err = each_interface(&options->interfaces, options->bpffs, "detach", root_wish_detach,
			     &wish, problem);
	config_file_close(file);
	return err;
}

static int check_config(void *options, struct problem *problem)
{
	return component_check_config(&xdp_root_component,
				      ((const struct options *)options)->config, problem);
}

static int wanted(void *options, struct problem *problem)
{
	return component_wanted(&xdp_root_component, ((const struct options *)options)->config,
				problem);
}

static int print_metrics(void *options, struct problem *problem)
{
	return component_print_metrics(&xdp_root_component,
				       ((const struct options *)options)->bpffs, problem);
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

enum { ATTACH, DETACH, STATUS, CLEAR, LOAD, UNLOAD, CHECK_CONFIG, WANTED, METRICS };
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
	[CHECK_CONFIG] = VERB_ROW_CHECK_CONFIG(check_config),
	[WANTED] = VERB_ROW_WANTED(wanted),
	[METRICS] = VERB_ROW_METRICS(print_metrics),
};

static const struct option_row option_rows[] = {
	OPTION_ROW_INTERFACES(struct options, "interfaces, separated by commas",
			      VERB(ATTACH) | VERB(DETACH) | VERB(STATUS) | VERB(CLEAR) |
				      VERB(LOAD) | VERB(UNLOAD)),
	OPTION_ROW_CONFIGURED(struct options, VERB(ATTACH)),
	OPTION_ROW_ATTACHED(struct options, VERB(DETACH)),
	OPTION_ROW_CONFIG(struct options,
			  VERB(ATTACH) | VERB(DETACH) | VERB(CHECK_CONFIG) | VERB(WANTED)),
	OPTION_ROW_NO_CONFIG(struct options, VERB(DETACH)),
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
	  .given_offset = MEMBER(mode_given),
	  .choices = root_modes,
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
	.footer =
		"Exit status: 0 done; 1 an interface failed, or --status found a disagreement; "
		"2 the command line was wrong; 3 done, but an interface that the configuration names "
		"does not exist.",
};

int main(int argc, char **argv)
{
	struct options options = { .bpffs = ECBPF_BPFFS_DEFAULT };

	return command_line_main(&command_line, argc, argv, &options);
}
