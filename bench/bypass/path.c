// SPDX-License-Identifier: GPL-2.0-only
#include "path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "flow_subject.h"
#include "received.h"
#include "traffic.h"

static __u32 end_of(const struct path *path)
{
	switch (path->what->end) {
	case END_CLIENT:
		return path->lab.client;
	case END_ROUTER:
		return path->lab.in;
	default:
		return path->lab.server;
	}
}

static int load_end(struct path *path)
{
	const bool stack = path->what->end == END_STACK;
	int err;

	if (path->what->end == END_ROUTER)
		return 0;
	err = program_set_single(&path->end, stack ? "drop_in_stack" : "drop_at_once");
	if (err)
		return err;
	return stack ? lab_attach_tc(end_of(path), path->end.entry) :
		       lab_attach_xdp(end_of(path), path->end.entry);
}

static int load_subject(struct path *path)
{
	const struct flow_case *what = &path->what->what;
	const struct flow_place place = { path->lab.in, path->lab.out };
	int err = flow_subject_load(&path->subject, what, &place);

	if (err || path->subject.entry < 0)
		return err;
	return what->subject == SUBJECT_TC ? lab_attach_tc(place.in, path->subject.entry) :
					     lab_attach_xdp(place.in, path->subject.entry);
}

int path_open(struct path *ret_path, const struct path_case *what, unsigned int lab,
	      const char *objects)
{
	const bool stays = what->what.subject == SUBJECT_GENERATOR;
	int err;

	*ret_path = (struct path){ .what = what,
				   .generator = program_set_empty(objects),
				   .subject = program_set_empty(objects),
				   .end = program_set_empty(objects) };
	err = lab_open(&ret_path->lab, lab);
	if (!err)
		err = load_subject(ret_path);
	if (!err)
		err = load_end(ret_path);
	return err ? err :
		     flow_traffic_generator(&ret_path->generator, &what->what,
					    stays ? 0 : ret_path->lab.client);
}

void path_close(struct path *path)
{
	if (!path->what)
		return;
	program_set_close(&path->generator);
	program_set_close(&path->subject);
	program_set_close(&path->end);
	lab_close(&path->lab);
}

int path_send(struct path *path, unsigned int frames, double *ret_price)
{
	const struct flow_case *what = &path->what->what;
	const unsigned int length = flow_case_traffic(what).length;
	unsigned int arrived;
	int err = lab_enter(&path->lab);

	if (err)
		return err;
	arrived = received_packets(end_of(path));
	err = traffic_send(&path->generator, path->lab.client, length, frames, ret_price);
	arrived = received_packets(end_of(path)) - arrived;
	if (err || what->subject == SUBJECT_GENERATOR || arrived >= frames)
		return err;
	fprintf(stderr, "bench_bypass: %s: %u of %u frames arrived\n", what->name, arrived, frames);
	return -EIO;
}
