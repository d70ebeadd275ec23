// SPDX-License-Identifier: GPL-2.0-only
/* xdp_filter: the verbs and what they do per interface. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "abi/pin_names.h"
#include "abi/slots.h"
#include "bpffs.h"
#include "command_line.h"
#include "drop_list.h"
#include "each_interface.h"
#include "filter_attach.h"
#include "filter_change.h"
#include "filter_slot.h"
#include "filter_status.h"
#include "interface.h"
#include "report.h"
#include "xdp_filter.h"

struct options {
	struct interface_list interfaces;
	struct filter_settings settings;
	const char *bpffs;
	const char *ips;
	const char *tags;
	uint64_t slot; /* FILTER_SLOT_ANY: not given */
	bool json;
	bool verbose;
	struct drop_list list; /* what --ips and --tags say */
	struct filter_change change;
};

static int attach_one(void *context, const char *interface, struct problem *problem)
{
	const struct options *options = context;

	return filter_attach(options->bpffs, interface, (unsigned int)options->slot,
			     &options->settings, problem);
}

static int detach_one(void *context, const char *interface, struct problem *problem)
{
	const struct options *options = context;

	return filter_detach(options->bpffs, interface, (unsigned int)options->slot, problem);
}

static int change_one(void *context, const char *interface, struct problem *problem)
{
	const struct options *options = context;

	return filter_change(options->bpffs, interface, (unsigned int)options->slot,
			     &options->change, problem);
}

static int for_each(struct options *options, const char *verb, each_interface_work work,
		    struct problem *problem)
{
	return each_interface(&options->interfaces, options->bpffs, verb, work, options, problem);
}

/* Fills options->list. Nothing is changed before the whole text is understood. */
static int parse_list(struct options *options, const char *verb, struct problem *problem)
{
	struct timespec now;
	int err;

	if (!options->ips)
		return problem_set(problem, -EINVAL, "--%s needs --ips LIST", verb);
	err = drop_list_add(&options->list, options->ips, problem);
	if (err)
		return problem_prefix(problem, err, "--ips");
	if (options->tags && drop_list_tag(&options->list, options->tags, problem))
		return problem_prefix(problem, -EINVAL, "--tags");
	clock_gettime(CLOCK_REALTIME, &now);
	for (size_t i = 0; i < options->list.count; i++)
		options->list.entries[i].load_time =
			(uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
	return 0;
}

static int attach(void *options, struct problem *problem)
{
	return for_each(options, "attach", attach_one, problem);
}

static int detach(void *options, struct problem *problem)
{
	return for_each(options, "detach", detach_one, problem);
}

static int change(struct options *options, const char *verb, enum filter_change_kind kind,
		  struct problem *problem)
{
	options->change = (struct filter_change){ .kind = kind,
						  .settings = &options->settings,
						  .list = &options->list };
	return for_each(options, verb, change_one, problem);
}

static int drop(void *options, struct problem *problem)
{
	int err = parse_list(options, "drop", problem);

	return err ? err : change(options, "drop", FILTER_CHANGE_ADD, problem);
}

static int no_drop(void *options, struct problem *problem)
{
	int err = parse_list(options, "no-drop", problem);

	return err ? err : change(options, "no-drop", FILTER_CHANGE_REMOVE, problem);
}

static int clear(void *options, struct problem *problem)
{
	return change(options, "clear", FILTER_CHANGE_CLEAR, problem);
}

static int set(void *options, struct problem *problem)
{
	if (!((const struct options *)options)->settings.frags_drop_given)
		return problem_set(problem, -EINVAL,
				   "--set needs something to set: --frags-drop or --no-frags-drop");
	return change(options, "set", FILTER_CHANGE_CONFIG, problem);
}

static int status(void *arguments, struct problem *problem)
{
	const struct options *options = arguments;
	struct report *report;
	unsigned int sick = 0;
	int err, report_err;

	err = bpffs_check(options->bpffs, problem);
	if (err)
		return err;
	report = report_new(options->json ? REPORT_JSON : REPORT_TEXT, stdout, FILTER_PROGRAM,
			    FILTER_STATUS_SCHEMA);
	err = filter_status(report, options->bpffs, &options->interfaces,
			    (unsigned int)options->slot, &sick, problem);
	report_err = report_finish(report);
	if (!err && report_err)
		err = problem_errno(problem, report_err, "cannot write the status");
	if (!err && sick)
		err = problem_set(
			problem, -EUCLEAN,
			"%u interface%s: the filter is loaded, but no packet reaches it (see "
			"the status)",
			sick, sick == 1 ? "" : "s");
	return err;
}

enum { ATTACH, DETACH, STATUS, DROP, NO_DROP, CLEAR, SET };
#define VERB(verb) (UINT32_C(1) << (verb))
#define MEMBER(name) offsetof(struct options, name)

static const struct verb_row verbs[] = {
	[ATTACH] = { "attach", 0, NULL, 0,
		     "load the filter; where it is loaded already, upgrade it: lists and "
		     "configuration stay",
		     attach },
	[DETACH] = { "detach", 0, NULL, 0, "take the filter, its lists and configuration away",
		     detach },
	[STATUS] = { "status", 0, NULL, 0,
		     "show configuration, counters and lists; without --interface, of every "
		     "interface that has the filter",
		     status },
	[DROP] = { "drop", 0, NULL, 0, "drop packets from the sources of --ips", drop },
	[NO_DROP] = { "no-drop", 0, NULL, 0, "drop packets from exactly these prefixes no more",
		      no_drop },
	[CLEAR] = { "clear", 0, NULL, 0, "remove every source from the lists", clear },
	[SET] = { "set", 0, NULL, 0, "change the configuration", set },
};

static const struct option_row option_rows[] = {
	{ .name = "interface",
	  .letter = 'i',
	  .kind = OPTION_INTERFACES,
	  .offset = MEMBER(interfaces),
	  .value_name = "LIST",
	  .help = "interfaces, separated by commas" },
	{ .name = "ips",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(ips),
	  .value_name = "LIST",
	  .help = "addresses and prefixes of both families, separated by commas or white space",
	  .verbs = VERB(DROP) | VERB(NO_DROP) },
	{ .name = "tags",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(tags),
	  .value_name = "LIST",
	  .help = "notes of up to 63 bytes, separated by commas, for the addresses by position",
	  .verbs = VERB(DROP) },
	{ .name = "frags-drop",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(settings.frags_drop),
	  .given_offset = MEMBER(settings.frags_drop_given),
	  .help = "drop fragments, IPv4 and IPv6",
	  .verbs = VERB(ATTACH) | VERB(SET) },
	{ .name = "no-frags-drop",
	  .kind = OPTION_FLAG_OFF,
	  .offset = MEMBER(settings.frags_drop),
	  .given_offset = MEMBER(settings.frags_drop_given),
	  .help = "let fragments through (the default of a first --attach)",
	  .verbs = VERB(ATTACH) | VERB(SET) },
	{ .name = "slot",
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(slot),
	  .maximum = ECBPF_SLOT_COUNT - 1,
	  .value_name = "N",
	  .help = "slot of the filter; unless given, where it is, else 2" },
	{ .name = "json",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(json),
	  .help = "status as JSON",
	  .verbs = VERB(STATUS) },
	{ .name = "bpffs",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(bpffs),
	  .value_name = "DIR",
	  .help = "where pins are kept (" ECBPF_BPFFS_DEFAULT ")" },
	{ .name = "verbose",
	  .letter = 'v',
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(verbose),
	  .help = "say more" },
};

static const struct command_line command_line = {
	.tool = FILTER_PROGRAM,
	.summary = "Drop packets from listed sources, fragments and malformed packets.",
	.verbs = verbs,
	.verb_count = sizeof(verbs) / sizeof(*verbs),
	.options = option_rows,
	.option_count = sizeof(option_rows) / sizeof(*option_rows),
	.footer = "Exit status: 0 done; 1 an interface failed, or --status found a filter that no\n"
		  "packet reaches; 2 the command line was wrong.",
};

int main(int argc, char **argv)
{
	struct options options = { .bpffs = ECBPF_BPFFS_DEFAULT, .slot = FILTER_SLOT_ANY };
	int status_code = command_line_main(&command_line, argc, argv, &options);

	drop_list_free(&options.list);
	interface_list_free(&options.interfaces);
	return status_code;
}
