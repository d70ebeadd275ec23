// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_run.h"

#include <errno.h>
#include <stdlib.h>

#include "bypass_session.h"
#include "cleanup.h"
#include "daemon_run.h"
#include "service.h"

struct run {
	const struct run_wish *wish;
	struct bypass_session session;
};

static int open_session(void *context, int epoll, struct problem *problem)
{
	struct run *run = context;

	return bypass_session_open(&run->session, run->wish->bpffs, epoll, problem);
}

static int turn(void *context, uint64_t *ret_wait, struct problem *problem)
{
	return bypass_session_turn(&((struct run *)context)->session, ret_wait, problem);
}

static void reread(void *context)
{
	struct run *run = context;

	run->session.is_listed = false;
	bypass_session_reread(&run->session);
}

static void status(void *context)
{
	const struct bypass_ledger *ledger = &((struct run *)context)->session.learner.ledger;

	service_status("%u flows learned, %u candidates, %u wait for room", ledger->flows,
		       ledger->candidates, ledger->waiting);
}

static void close_session(void *context)
{
	bypass_session_close(&((struct run *)context)->session);
}

static const struct daemon_work work = {
	.open = open_session,
	.turn = turn,
	.reread = reread,
	.status = status,
	.close = close_session,
};

int bypass_run(const struct run_wish *wish, struct problem *problem)
{
	CLEANUP_FREE struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return problem_errno(problem, -ENOMEM, "cannot run");
	run->wish = wish;
	return daemon_run(&work, run, problem);
}
