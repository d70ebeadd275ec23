// SPDX-License-Identifier: GPL-2.0-only
#include "offload_run.h"

#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"
#include "daemon_run.h"
#include "offload_session.h"
#include "service.h"

struct run {
	const struct offload_run_wish *wish;
	struct offload_session session;
};

static int open_session(void *context, int epoll, struct problem *problem)
{
	struct run *run = context;

	return offload_session_open(&run->session, run->wish->bpffs, epoll, problem);
}

static int turn(void *context, uint64_t *ret_wait, struct problem *problem)
{
	return offload_session_turn(&((struct run *)context)->session, ret_wait, problem);
}

static void reread(void *context)
{
	offload_session_reread(&((struct run *)context)->session);
}

static void status(void *context)
{
	service_status("follows the next hops of %zu flows",
		       ((struct run *)context)->session.statics.list.count);
}

static void close_session(void *context)
{
	offload_session_close(&((struct run *)context)->session);
}

static const struct daemon_work work = {
	.open = open_session,
	.turn = turn,
	.reread = reread,
	.status = status,
	.close = close_session,
};

int offload_run(const struct offload_run_wish *wish, struct problem *problem)
{
	CLEANUP_FREE struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return problem_errno(problem, -ENOMEM, "cannot run");
	run->wish = wish;
	return daemon_run(&work, run, problem);
}
