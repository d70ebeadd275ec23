// SPDX-License-Identifier: GPL-2.0-only
#include "path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "offload_subject.h"
#include "received.h"
#include "traffic.h"

static bool ends_at_router(const struct path *path)
{
	return path->what->flow.subject == SUBJECT_DROP;
}

static int load_subject(struct path *path)
{
	const struct flow_place place = { path->road.in, path->road.out };
	int err = road_enter(&path->road, ROAD_ROUTER);

	if (!err)
		err = offload_subject_load(&path->subject, path->what, &place);
	if (err || path->subject.entry < 0)
		return err;
	err = road_attach(place.in, path->subject.entry, &path->links[0]);
	if (err || path->what->flow.subject != SUBJECT_OURS)
		return err;
	return road_attach(place.out, path->subject.entry, &path->links[1]);
}

/* Packets are counted before they are dropped here. Those of TCP go on. */
static int load_end(struct path *path)
{
	int unused, err;

	if (ends_at_router(path) || path->what->kind == KIND_TCP)
		return 0;
	err = road_enter(&path->road, ROAD_SERVER);
	if (!err)
		err = program_set_single(&path->end, "drop_in_stack");
	return err ? err : road_attach(path->road.server, path->end.entry, &unused);
}

int path_open(struct path *ret_path, const struct offload_case *what, unsigned int lab,
	      const char *objects)
{
	struct path *path = ret_path;
	const bool stays = what->flow.subject == SUBJECT_GENERATOR;
	int err;

	*path = (struct path){ .what = what,
			       .generator = program_set_empty(objects),
			       .subject = program_set_empty(objects),
			       .end = program_set_empty(objects),
			       .links = { -1, -1 } };
	err = road_open(&path->road, lab);
	if (!err)
		err = load_subject(path);
	if (!err)
		err = load_end(path);
	if (err || what->kind == KIND_TCP)
		return err;
	return flow_traffic_generator(&path->generator, &what->flow, stays ? 0 : path->road.client);
}

void path_close(struct path *path)
{
	if (!path->what)
		return;
	for (int i = 0; i < 2; i++)
		if (path->links[i] >= 0)
			(void)close(path->links[i]);
	program_set_close(&path->generator);
	program_set_close(&path->subject);
	program_set_close(&path->end);
	road_close(&path->road);
}

int path_arrived(const struct path *path, unsigned int *ret_packets)
{
	const bool router = ends_at_router(path);
	int err = road_enter(&path->road, router ? ROAD_ROUTER : ROAD_SERVER);

	*ret_packets = err ? 0 : received_packets(router ? path->road.in : path->road.server);
	return err;
}

int path_send(struct path *path, unsigned int frames, double *ret_price)
{
	int err = road_enter(&path->road, ROAD_CLIENT);

	return err ? err :
		     traffic_send(&path->generator, path->road.client,
				  flow_case_traffic(&path->what->flow).length, frames, ret_price);
}

static int send_and_count(struct path *path, unsigned int frames, double *ret_price)
{
	unsigned int before, after = 0;
	int err = path_arrived(path, &before);

	if (!err)
		err = path_send(path, frames, ret_price);
	if (!err)
		err = path_arrived(path, &after);
	if (err || path->what->flow.subject == SUBJECT_GENERATOR || after - before >= frames)
		return err;
	fprintf(stderr, "bench_offload: %s: %u of %u frames arrived\n", path->what->flow.name,
		after - before, frames);
	return -EIO;
}

int path_send_all(struct path *path, unsigned int frames, double *ret_price)
{
	double price;
	int err = send_and_count(path, frames / 8 + 1, &price);

	for (int try = 0; try < PATH_TRIES && !err; try++) {
		err = send_and_count(path, frames, &price);
		if (!try || price < *ret_price)
			*ret_price = price;
	}
	return err;
}
