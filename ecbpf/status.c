// SPDX-License-Identifier: GPL-2.0-only
#include "status.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>

#include "bpffs.h"
#include "capability.h"
#include "chain_view.h"
#include "status_report.h"
#include "status_screen.h"
#include "status_socket.h"
#include "status_wanted.h"
#include "terminal.h"
#include "tool_report.h"

#define PATIENCE_SECONDS 30 /* for a service that is started for us */

static int show_json(FILE *out, const struct component *const *table, const char *bpffs,
		     const struct status_wanted *wanted, unsigned int *ret_sick,
		     struct problem *problem)
{
	struct report *report = report_new(REPORT_JSON, out, "ecbpf", STATUS_SCHEMA);

	if (!report)
		return problem_errno(problem, -ENOMEM, "cannot report");
	status_report(report, table, bpffs, wanted, ret_sick);
	return tool_report_close(report, 0, "status", problem);
}

static int show_screen(FILE *out, const struct component *const *table, const char *bpffs,
		       const struct status_wanted *wanted, unsigned int *ret_sick,
		       struct problem *problem)
{
	const struct interface_list all = { 0 };
	struct chain_views views;
	struct terminal terminal;
	int err;

	terminal_look(&terminal, out);
	err = chain_views_read(&views, bpffs, &all, problem);
	if (!err) {
		err = status_screen_chains(out, &terminal, &views);
		fputc('\n', out);
		status_screen_wanted(out, &terminal, &views, wanted);
		*ret_sick = status_screen_components(out, &terminal, table, bpffs, wanted);
		if (!err && fflush(out))
			err = -errno;
		if (err)
			problem_errno(problem, err, "cannot write the status");
	}
	chain_views_free(&views);
	return err;
}

int status_show(FILE *out, const struct component *const *table, const struct status_wish *wish,
		struct problem *problem)
{
	struct status_wanted wanted;
	unsigned int sick = 0;
	int err = 0;

	/* A service without rights must not ask itself. */
	if (getenv("LISTEN_FDS"))
		err = capability_require_reading("status", problem);
	else if (!capability_has(CAP_BPF))
		return status_socket_copy(wish->sockets, wish->json, PATIENCE_SECONDS, out,
					  problem);
	if (!err)
		err = bpffs_check(wish->bpffs, problem);
	if (err)
		return err;
	status_wanted_read(&wanted, wish->config);
	err = (wish->json ? show_json : show_screen)(out, table, wish->bpffs, &wanted, &sick,
						     problem);
	status_wanted_free(&wanted);
	if (err || !sick)
		return err;
	return problem_set(problem, -EUCLEAN, "%u component%s not as %s should be (see the status)",
			   sick, sick == 1 ? " is" : "s are", sick == 1 ? "it" : "they");
}
