// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_capture.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attached_sampler.h"
#include "each_interface.h"
#include "log.h"
#include "recorder_state.h"
#include "ring_reader.h"
#include "sampler_attach.h"
#include "sampler_run.h"

/* What is to be undone on one interface. */
struct footprint {
	char interface[INTERFACE_NAME_SIZE];
	bool attached;
	uint32_t recorder; /* id, 0: none */
};

struct capture {
	const struct capture_wish *wish;
	struct footprint *footprints;
	size_t count;
};

static int refuse_second_reader(const struct attached_sampler *sampler, struct problem *problem)
{
	struct ledger_daemon daemon;
	int err = sampler_maps_read_daemon(&sampler->maps, &daemon, problem);

	if (err || ring_reader_of(&sampler->chain, &daemon) != RING_READER_RUNNING)
		return err;
	return problem_set(problem, -EBUSY,
			   "%s: process %u reads the samples already; stop it first, or let it write "
			   "what is wanted (--reload)",
			   sampler->chain.interface, daemon.pid);
}

/* 1: the sampler is attached, and nobody reads; 0: it is not attached. */
static int look_at(const struct capture *capture, const char *interface, struct problem *problem)
{
	struct attached_sampler sampler = { .maps = SAMPLER_MAPS_CLOSED };
	int err = slot_table_open(&sampler.chain, capture->wish->bpffs, interface,
				  &sampler.attachment, problem);
	int is_there = 0;

	if (!err) {
		err = sampler_seats_find(&sampler.chain, &sampler.seats, problem);
		is_there = !err;
		if (err == -ENOENT)
			err = 0;
	}
	if (!err && is_there)
		err = sampler_maps_open(&sampler.maps, &sampler.chain, problem);
	if (!err && is_there)
		err = refuse_second_reader(&sampler, problem);
	attached_sampler_close(&sampler);
	return err ? err : is_there;
}

/* Adds the wished recorder to `set`, or removes it. */
static int change_set(const struct capture *capture, struct footprint *footprint,
		      struct recorder_set *set, struct problem *problem)
{
	const struct recorder *wish = capture->wish->recorder;

	if (footprint->recorder)
		return recorder_set_remove(set, footprint->recorder, problem);
	recorder_set_make_way(set, wish, recorder_now());
	return recorder_set_add(set, wish, &footprint->recorder, problem);
}

static int change_recorders(const struct capture *capture, struct footprint *footprint,
			    struct problem *problem)
{
	struct recorder_set set = { 0 };
	struct attached_sampler sampler;
	struct recorder_maps maps;
	int err;

	err = attached_sampler_open(&sampler, capture->wish->bpffs, footprint->interface, problem);
	if (!err) {
		maps = attached_sampler_recorders(&sampler);
		err = recorder_maps_read(&maps, &set, problem);
	}
	if (!err)
		err = change_set(capture, footprint, &set, problem);
	if (!err)
		err = attached_sampler_record(&sampler, &set, problem);
	recorder_set_free(&set);
	attached_sampler_close(&sampler);
	return err;
}

static int prepare(void *context, const char *interface, struct problem *problem)
{
	struct capture *capture = context;
	struct footprint *footprint = &capture->footprints[capture->count];
	const struct capture_wish *wish = capture->wish;
	int is_there = look_at(capture, interface, problem), err = 0;

	if (is_there < 0)
		return is_there;
	capture->count++;
	snprintf(footprint->interface, sizeof(footprint->interface), "%s", interface);
	if (!is_there) {
		err = sampler_attach(wish->bpffs, interface, wish->settings, problem);
		footprint->attached = !err;
	}
	if (!err && wish->recorder)
		err = change_recorders(capture, footprint, problem);
	return err;
}

static int undo(void *context, const char *interface, struct problem *problem)
{
	struct capture *capture = context;
	int err = 0;

	for (size_t i = 0; i < capture->count; i++) {
		struct footprint *footprint = &capture->footprints[i];

		if (strcmp(footprint->interface, interface))
			continue;
		if (footprint->attached)
			err = sampler_detach(capture->wish->bpffs, interface, problem);
		else if (footprint->recorder)
			err = change_recorders(capture, footprint, problem);
	}
	/* Someone else took it away meanwhile, or the interface. */
	return err == -ENOENT || err == -ENODEV ? 0 : err;
}

static int run(const struct capture_wish *wish, struct problem *problem)
{
	struct run_totals totals = { 0 };
	const struct run_wish run_wish = { .bpffs = wish->bpffs,
					   .interfaces = wish->interfaces,
					   .sinks = wish->sinks,
					   .sink_count = wish->sink_count,
					   .count = wish->count,
					   .duration_ns = wish->duration_ns,
					   .ret_totals = &totals };
	int err;

	/* Whatever passes from now on is in the ring. */
	fprintf(stderr, "capturing on %s", wish->interfaces->names[0]);
	for (size_t i = 1; i < wish->interfaces->count; i++)
		fprintf(stderr, ", %s", wish->interfaces->names[i]);
	fputc('\n', stderr);
	err = sampler_run(&run_wish, problem);
	fprintf(stderr,
		"%llu samples captured\n%llu samples lost in the ring\n%llu samples lost by sinks\n",
		(unsigned long long)totals.read, (unsigned long long)totals.ring_lost,
		(unsigned long long)totals.sink_lost);
	return err;
}

/* A second ^C, while everything was being taken away, has been obeyed by that. */
static void forget_signals(const sigset_t *signals)
{
	const struct timespec at_once = { 0 };

	while (sigtimedwait(signals, NULL, &at_once) > 0)
		;
}

int sampler_capture(const struct capture_wish *wish, struct problem *problem)
{
	struct capture capture = { .wish = wish };
	struct problem undo_problem = { 0 };
	sigset_t signals, before;
	int err, undo_err;

	if (!wish->interfaces->count)
		return problem_set(problem, -EINVAL, "--capture needs --interface LIST");
	capture.footprints = calloc(wish->interfaces->count, sizeof(*capture.footprints));
	if (!capture.footprints)
		return problem_errno(problem, -ENOMEM, "cannot capture");
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	/* Nothing may end it between the first change and its undoing. */
	sigprocmask(SIG_BLOCK, &signals, &before);
	err = each_interface(wish->interfaces, wish->bpffs, "capture", prepare, &capture, problem);
	if (!err)
		err = run(wish, problem);
	undo_err = capture.count ? each_interface(wish->interfaces, wish->bpffs, "capture", undo,
						  &capture, err ? &undo_problem : problem) :
				   0;
	if (err && undo_err)
		log_problem(&undo_problem);
	forget_signals(&signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(capture.footprints);
	return err ? err : undo_err;
}
