// SPDX-License-Identifier: GPL-2.0-only
/* ecbpf, the front door: the verbs that are about all components. */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "command_line.h"
#include "component.h"
#include "config_check.h"
#include "doctor.h"
#include "interface.h"
#include "metrics_serve.h"
#include "metrics_verb.h"
#include "option_rows.h"
#include "reload.h"
#include "status.h"
#include "status_socket.h"
#include "top.h"
#include "verb_word.h"

struct options {
	struct interface_list interfaces;
	const char *bpffs;
	const char *config; /* NULL: the standard file */
	const char *sockets;
	bool json;
	bool verbose;
	uint64_t seconds;
	uint64_t count;
	struct metrics_wish metrics;
	struct metrics_serve_wish serve;
};

static int show_status(void *arguments, struct problem *problem)
{
	const struct options *options = arguments;
	const struct status_wish wish = {
		.bpffs = options->bpffs,
		.config = options->config,
		.sockets = options->sockets,
		.json = options->json,
	};

	return status_show(stdout, components, &wish, problem);
}

static int show_top(void *arguments, struct problem *problem)
{
	const struct options *options = arguments;
	const struct top_wish wish = {
		.bpffs = options->bpffs,
		.interfaces = &options->interfaces,
		.seconds = options->seconds,
		.count = options->count,
		.json = options->json,
	};

	return top_run(stdout, &wish, problem);
}

static int examine(void *arguments, struct problem *problem)
{
	const struct options *options = arguments;
	const struct doctor_options doctor = {
		.table = components,
		.bpffs = options->bpffs,
		.config = options->config,
		.interfaces = &options->interfaces,
	};

	return doctor_run(&doctor, options->json, problem);
}

static int reload(void *arguments, struct problem *problem)
{
	const struct options *options = arguments;

	return reload_host(stdout, components, options->bpffs, options->config, problem);
}

static int check(void *arguments, struct problem *problem)
{
	const struct options *options = arguments;

	return config_check_tell(stdout, components, options->config, problem);
}

static int print_schema(void *arguments, struct problem *problem)
{
	(void)arguments;
	return config_check_schema(stdout, components, problem);
}

static int tell_metrics(void *arguments, struct problem *problem)
{
	struct options *options = arguments;

	options->metrics.bpffs = options->bpffs;
	return metrics_verb(&options->metrics, problem);
}

static int serve(void *arguments, struct problem *problem)
{
	struct options *options = arguments;

	options->serve.bpffs = options->bpffs;
	return metrics_serve(&options->serve, problem);
}

enum { STATUS, TOP, DOCTOR, RELOAD, CHECK_CONFIG, SCHEMA, METRICS, SERVE };
#define VERB(verb) (UINT32_C(1) << (verb))
#define MEMBER(name) offsetof(struct options, name)

static const struct verb_row verbs[] = {
	[STATUS] = { "status", 0, NULL, 0, "show all components and interfaces on one screen",
		     show_status },
	[TOP] = { "top", 0, NULL, 0, "show live rates by slot, verdict and reason", show_top },
	[DOCTOR] = { "doctor", 0, NULL, 0,
		     "look for what keeps programs from working, and say what to do; changes nothing",
		     examine },
	[RELOAD] = { "reload", 0, NULL, 0,
		     "attach and reload all components as the configuration file says", reload },
	[CHECK_CONFIG] = { "check-config", 0, NULL, 0,
			   "show every error of the configuration file; changes nothing", check },
	[SCHEMA] = { "schema", 0, NULL, 0, "print the JSON schema of the configuration file",
		     print_schema },
	[METRICS] = { "metrics", 0, NULL, 0, "print all counters for monitoring", tell_metrics },
	[SERVE] = { "serve", 0, NULL, 0, "answer GET /metrics over HTTP", serve },
};

static const struct option_row option_rows[] = {
	OPTION_ROW_INTERFACES(struct options, "interfaces, separated by commas",
			      VERB(TOP) | VERB(DOCTOR)),
	OPTION_ROW_CONFIG(struct options,
			  VERB(STATUS) | VERB(DOCTOR) | VERB(RELOAD) | VERB(CHECK_CONFIG)),
	OPTION_ROW_JSON(struct options, "as JSON; of --top one line a page",
			VERB(STATUS) | VERB(TOP) | VERB(DOCTOR)),
	{ .name = "seconds",
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(seconds),
	  .minimum = 1,
	  .maximum = 3600,
	  .value_name = "N",
	  .help = "from one page to the next; 1 unless given",
	  .verbs = VERB(TOP) },
	{ .name = "count",
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(count),
	  .minimum = 1,
	  .maximum = UINT64_MAX,
	  .value_name = "N",
	  .help = "end after that many pages",
	  .verbs = VERB(TOP) },
	{ .name = "sockets",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(sockets),
	  .value_name = "DIR",
	  .help = "where to ask without rights (" STATUS_SOCKET_DIRECTORY ")",
	  .verbs = VERB(STATUS) },
	METRICS_OPTION_ROWS(struct options, metrics, VERB(METRICS)),
	METRICS_SERVE_OPTION_ROWS(struct options, serve, VERB(SERVE)),
	OPTION_ROW_BPFFS(struct options),
	OPTION_ROW_VERBOSE(struct options, "say more"),
};

static const struct command_line command_line = {
	.tool = "ecbpf",
	.summary =
		"All components of this host: what they do, what they should do, what is wrong.\n"
		"A verb that comes first may go without its dashes: ecbpf status",
	.verbs = verbs,
	.verb_count = sizeof(verbs) / sizeof(*verbs),
	.options = option_rows,
	.option_count = sizeof(option_rows) / sizeof(*option_rows),
	.footer =
		"Exit status: 0 done; 1 something failed, or --status or --doctor found something "
		"wrong;\n2 the command line was wrong; 3 --reload did all, but an interface of the "
		"configuration is\nnot there.",
};

int main(int argc, char **argv)
{
	struct options options = {
		.bpffs = ECBPF_BPFFS_DEFAULT,
		.sockets = STATUS_SOCKET_DIRECTORY,
		.seconds = 1,
	};
	char word[VERB_WORD_SIZE];

	verb_word(&command_line, argc, argv, word);
	return command_line_main(&command_line, argc, argv, &options);
}
