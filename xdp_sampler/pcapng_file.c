// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "output_file.h"
#include "pcapng_block.h"
#include "pcapng_file.h"
#include "pcapng_ports.h"

#define APPLICATION "ecbpf " SAMPLER_TOOL
#define PENDING_LIMIT 4096 /* samples */
#define PENDING_BYTES (1U << 20)

/* How to take back a sample that was not written. */
struct pending {
	struct pcapng_port *port;
	struct pcapng_interface *interface;
	bool describes; /* the interface, in front of its first packet */
	uint32_t cpu;
	uint64_t last; /* sequence on this CPU before it */
};

struct pcapng_file {
	struct output_file *output;
	struct utsname system;
	bool all;     /* takes every sample: one that is missing was lost */
	bool between; /* a file was ended because its time was over; the next sample begins another */
	uint64_t section; /* of `output` that has got its header; 0: none */
	struct pcapng_ports ports;
	struct pcapng_buffer buffer;
	size_t count; /* of samples in `buffer` */
	size_t ends[PENDING_LIMIT];
	struct pending pending[PENDING_LIMIT];
};

static int no_memory(struct problem *problem)
{
	return problem_errno(problem, -ENOMEM, "pcapng");
}

/* Makes sure there is a section that packets may be put into. Nothing is pending. */
static int begin(struct pcapng_file *file, struct problem *problem)
{
	char os[sizeof(file->system.sysname) + sizeof(file->system.release) + 1];
	int err = output_file_ready(file->output, problem);

	if (err || output_file_section(file->output) == file->section)
		return err;
	(void)snprintf(os, sizeof(os), "%s %s", file->system.sysname, file->system.release);
	file->buffer.length = 0;
	if (pcapng_put_section(&file->buffer, file->system.machine, os, APPLICATION))
		return no_memory(problem);
	err = output_file_append_other(file->output, file->buffer.bytes, file->buffer.length,
				       problem);
	file->buffer.length = 0;
	if (err)
		return err;
	file->section = output_file_section(file->output);
	file->between = false;
	pcapng_ports_new_section(&file->ports);
	return 0;
}

static int describe(struct pcapng_file *file, const struct pcapng_port *port,
		    struct pcapng_interface *interface)
{
	bool ingress = interface == &port->place[SAMPLER_INGRESS];
	int err = pcapng_put_interface(&file->buffer, port->name,
				       ingress ? "ingress: before the chain" :
						 "verdict: after the chain");

	if (!err) {
		interface->described = true;
		interface->number = file->ports.described++;
	}
	return err;
}

/* Takes the samples from number `first` on back out of the buffer. */
static void take_back(struct pcapng_file *file, size_t first)
{
	while (file->count > first) {
		const struct pending *pending = &file->pending[--file->count];

		pending->port->last[pending->cpu] = pending->last;
		pending->interface->packets--;
		if (pending->describes) {
			pending->interface->described = false;
			file->ports.described--;
		}
	}
	file->buffer.length = first > 0 ? file->ends[first - 1] : 0;
}

static int put(struct pcapng_file *file, const struct sample_view *view)
{
	const struct sample *sample = view->sample;
	struct pcapng_port *port = pcapng_ports_find(&file->ports, view->port, sample->cpu);
	struct pending *pending = &file->pending[file->count];
	uint64_t lost = 0;
	int err = 0;

	if (!port)
		return -ENOMEM;
	*pending = (struct pending){
		.port = port,
		.interface = &port->place[sample->place == SAMPLER_INGRESS ? SAMPLER_INGRESS :
									     SAMPLER_VERDICT],
		.cpu = sample->cpu,
		.last = port->last[sample->cpu],
	};
	pending->describes = !pending->interface->described;
	if (pending->describes)
		err = describe(file, port, pending->interface);
	if (err)
		return err;
	if (file->all && pending->last > 0 && sample->sequence > pending->last)
		lost = sample->sequence - pending->last - 1;
	port->last[sample->cpu] = sample->sequence;
	pending->interface->packets++;
	file->count++;
	err = pcapng_put_packet(&file->buffer, pending->interface->number, view, lost);
	if (err)
		take_back(file, file->count - 1);
	else
		file->ends[file->count - 1] = file->buffer.length;
	return err;
}

/* Writes what is pending. */
static int flush(struct pcapng_file *file, bool *ret_delivered, struct problem *problem)
{
	size_t written = 0;
	int err;

	if (file->count == 0)
		return 0;
	err = output_file_append(file->output, file->buffer.bytes, file->ends, file->count,
				 &written, problem);
	memset(ret_delivered, true, written);
	take_back(file, written);
	file->count = 0;
	file->buffer.length = 0;
	return err;
}

/* Statistics of one interface, which is described for them if that must be. */
static int tell_statistics(struct pcapng_file *file, struct pcapng_port *port,
			   enum sampler_place place, struct problem *problem)
{
	struct pcapng_interface *interface = &port->place[place];
	bool describes = !interface->described;
	uint64_t end = pcapng_ports_realtime();
	struct sink_counts now, news;
	uint64_t accepted;
	int err = 0;

	pcapng_ports_news(&file->ports, port, place, &now, &news);
	accepted = file->all ? news.sampled : interface->packets + news.lost;
	if (describes && news.sampled == 0 && news.lost == 0)
		return 0;
	if (describes)
		err = describe(file, port, interface);
	if (!err)
		err = pcapng_put_statistics(&file->buffer, interface->number,
					    &(struct pcapng_statistics){
						    .begin = interface->since,
						    .end = end,
						    .received = news.sampled,
						    .dropped = news.ring_lost + news.lost,
						    .accepted = accepted,
						    .dropped_early = news.ring_lost,
						    .delivered = interface->packets,
					    });
	if (err)
		err = no_memory(problem);
	else
		err = output_file_append_other(file->output, file->buffer.bytes,
					       file->buffer.length, problem);
	file->buffer.length = 0;
	if (err)
		return err;
	interface->before = now;
	interface->since = end;
	interface->packets = 0;
	return 0;
}

/* Ends the section; nothing is pending. Statistics that cannot be written are told in the next. */
static int end(struct pcapng_file *file, bool last, struct problem *problem)
{
	int err = 0;

	for (size_t i = 0; i < file->ports.count && !err; i++) {
		struct pcapng_port *port = file->ports.list[i];

		for (int place = 0; port && place < SAMPLER_PLACE_COUNT && !err; place++) {
			if (last || port->place[place].described)
				err = tell_statistics(file, port, (enum sampler_place)place,
						      problem);
		}
	}
	file->section = 0;
	output_file_finish(file->output);
	return err;
}

static bool is_full(const struct pcapng_file *file)
{
	size_t statistics = (size_t)file->ports.described * PCAPNG_STATISTICS_LENGTH;

	return output_file_full(file->output, file->buffer.length + statistics, file->count);
}

int pcapng_file_write(struct pcapng_file *file, const struct sample_view *views, size_t count,
		      bool *ret_delivered, struct problem *problem)
{
	size_t done = 0; /* samples before those that are pending */
	int err = 0;

	memset(ret_delivered, false, count);
	while (done + file->count < count && !err) {
		const struct sample_view *view = &views[done + file->count];
		bool full;

		if (file->count == 0)
			err = begin(file, problem);
		if (err)
			break;
		if (put(file, view)) {
			take_back(file, 0);
			return no_memory(problem);
		}
		full = is_full(file);
		if (full)
			take_back(file, file->count - 1);
		if (full || file->count == PENDING_LIMIT || file->buffer.length >= PENDING_BYTES) {
			size_t pending = file->count;

			err = flush(file, ret_delivered + done, problem);
			done += pending;
		}
		if (full && !err)
			err = end(file, false, problem);
	}
	if (!err)
		err = flush(file, ret_delivered + done, problem);
	return err;
}

int pcapng_file_tick(struct pcapng_file *file, struct problem *problem)
{
	if (output_file_due(file->output)) {
		file->between = true;
		return end(file, false, problem);
	}
	return file->between ? 0 : begin(file, problem);
}

static void release(struct pcapng_file *file)
{
	output_file_close(file->output);
	pcapng_ports_free(&file->ports);
	pcapng_buffer_free(&file->buffer);
	free(file);
}

/* Whether the last section must tell something that no file told. */
static bool has_news(const struct pcapng_file *file)
{
	struct sink_counts now, news;

	for (size_t i = 0; i < file->ports.count; i++) {
		const struct pcapng_port *port = file->ports.list[i];

		for (int place = 0; port && place < SAMPLER_PLACE_COUNT; place++) {
			pcapng_ports_news(&file->ports, port, (enum sampler_place)place, &now,
					  &news);
			if (port->place[place].packets || news.sampled || news.lost)
				return true;
		}
	}
	return false;
}

int pcapng_file_close(struct pcapng_file *file, struct problem *problem)
{
	int err = 0;

	if (pcapng_ports_discover(&file->ports, false))
		err = no_memory(problem);
	if (!err && (!file->between || has_news(file)))
		err = begin(file, problem);
	if (!err && file->section != 0)
		err = end(file, true, problem);
	release(file);
	return err;
}

int pcapng_file_open(const struct sink_wish *wish, const struct sink_host *host,
		     struct pcapng_file **ret_file, struct problem *problem)
{
	struct pcapng_file *file = calloc(1, sizeof(*file));
	int err;

	if (!file)
		return no_memory(problem);
	file->all = wish->takes == SINK_TAKES_ALL;
	file->ports.host = host;
	(void)uname(&file->system);
	err = pcapng_ports_discover(&file->ports, true);
	if (err)
		(void)no_memory(problem);
	else
		err = output_file_open(wish, host, &file->output, problem);
	if (!err && output_file_is_terminal(file->output))
		err = problem_set(problem, -EINVAL,
				  "pcapng is not for terminals: give a file or a pipe "
				  "(… --write - | tshark -r -)");
	if (err) {
		release(file);
		return err;
	}
	(void)begin(file, NULL);
	*ret_file = file;
	return 0;
}
