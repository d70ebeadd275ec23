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
#include "tap_client.h"

/* What is to be undone on one interface. */
struct footprint {
	char interface[INTERFACE_NAME_SIZE];
	bool attached;
	uint32_t recorder; /* id, 0: none */
	uint32_t reader;   /* process that reads already, 0: nobody */
};

struct capture {
	const struct capture_wish *wish;
	struct footprint *footprints;
	size_t count;
};

static int find_reader(const struct attached_sampler *sampler, uint32_t *ret_reader,
		       struct problem *problem)
{
	struct ledger_daemon daemon;
	int err = sampler_maps_read_daemon(&sampler->maps, &daemon, problem);

	if (!err && ring_reader_of(&sampler->chain, &daemon) == RING_READER_RUNNING)
		*ret_reader = daemon.pid;
	return err;
}

/* 1: the sampler is attached; 0: it is not. */
static int look_at(const struct capture *capture, const char *interface, uint32_t *ret_reader,
		   struct problem *problem)
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
		err = find_reader(&sampler, ret_reader, problem);
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

/* Others are served by what is attached. */
static int refuse_settings(const struct capture_wish *wish, const char *interface, uint32_t reader,
			   struct problem *problem)
{
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++) {
		bool selects = i == SAMPLER_SETTING_VERDICT || i == SAMPLER_SETTING_SLOT ||
			       i == SAMPLER_SETTING_REASON ||
			       (i == SAMPLER_SETTING_CAPTURE_LENGTH && wish->recorder);

		if (wish->settings->given[i] && !selects)
			return problem_set(problem, -EBUSY,
					   "%s: process %u reads the samples already, so '%s' stays "
					   "as it is; change it with %s, or leave it out",
					   interface, reader, sampler_settings[i].name,
					   sampler_settings[i].live ? "--set" : "--attach");
	}
	return 0;
}

static int prepare(void *context, const char *interface, struct problem *problem)
{
	struct capture *capture = context;
	struct footprint *footprint = &capture->footprints[capture->count];
	const struct capture_wish *wish = capture->wish;
	uint32_t reader = 0;
	int is_there = look_at(capture, interface, &reader, problem), err = 0;

	if (is_there < 0)
		return is_there;
	if (reader)
		err = refuse_settings(wish, interface, reader, problem);
	if (err)
		return err;
	capture->count++;
	snprintf(footprint->interface, sizeof(footprint->interface), "%s", interface);
	footprint->reader = reader;
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

static void tell_begin(const struct interface_list *interfaces)
{
	fprintf(stderr, "capturing on %s", interfaces->names[0]);
	for (size_t i = 1; i < interfaces->count; i++)
		fprintf(stderr, ", %s", interfaces->names[i]);
}

static void tell_count(uint64_t count, const char *what)
{
	fprintf(stderr, "%llu samples %s\n", (unsigned long long)count, what);
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
	tell_begin(wish->interfaces);
	fputc('\n', stderr);
	err = sampler_run(&run_wish, problem);
	tell_count(totals.read, "captured");
	tell_count(totals.ring_lost, "lost in the ring");
	tell_count(totals.sink_lost, "lost by sinks");
	return err;
}

/* All of the same reader. */
static int fill_in_request(const struct capture *capture, struct tap_request *request,
			   struct problem *problem)
{
	const struct sampler_settings *settings = capture->wish->settings;
	const bool *given = settings->given;
	const struct footprint *first = &capture->footprints[0];

	if (capture->count > TAP_PORTS)
		return problem_set(problem, -E2BIG,
				   "process %u reads the samples: a capture beside it takes at most "
				   "%d interfaces",
				   first->reader, TAP_PORTS);
	*request = (struct tap_request){
		.port_count = (uint32_t)capture->count,
		.reasons = given[SAMPLER_SETTING_REASON] ? settings->reasons : UINT64_MAX,
		.verdicts = given[SAMPLER_SETTING_VERDICT] ? settings->verdicts : UINT32_MAX,
		.rows = given[SAMPLER_SETTING_SLOT] ? settings->rows : UINT32_MAX,
	};
	for (size_t i = 0; i < capture->count; i++) {
		const struct footprint *footprint = &capture->footprints[i];

		if (footprint->reader != first->reader)
			return problem_set(problem, -EBUSY,
					   "%s and %s are not read by the same process: capture "
					   "them one by one",
					   first->interface, footprint->interface);
		interface_real_name(footprint->interface, request->ports[i].interface);
		request->ports[i].recorder = footprint->recorder;
	}
	return 0;
}

static int run_beside(const struct capture *capture, struct problem *problem)
{
	const struct capture_wish *wish = capture->wish;
	const struct tap_wish tap_wish = { .reader = capture->footprints[0].reader,
					   .sinks = wish->sinks,
					   .sink_count = wish->sink_count,
					   .count = wish->count,
					   .duration_ns = wish->duration_ns };
	struct tap_totals totals;
	struct tap_request request;
	int fd, err = fill_in_request(capture, &request, problem);

	if (err)
		return err;
	fd = tap_client_connect(wish->bpffs, tap_wish.reader, &request, problem);
	if (fd < 0)
		return fd;
	tell_begin(wish->interfaces);
	fprintf(stderr, " beside process %u\n", tap_wish.reader);
	err = tap_client_run(fd, &request, &tap_wish, &totals, problem);
	tell_count(totals.read, "captured");
	tell_count(totals.tap_lost, "lost by the tap");
	tell_count(totals.ring_lost, "lost in the ring");
	tell_count(totals.sink_lost, "lost by sinks");
	return err;
}

static bool has_reader(const struct capture *capture)
{
	for (size_t i = 0; i < capture->count; i++) {
		if (capture->footprints[i].reader)
			return true;
	}
	return false;
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
		err = has_reader(&capture) ? run_beside(&capture, problem) : run(wish, problem);
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
