// SPDX-License-Identifier: GPL-2.0-only
/* Samples as sFlow version 5 datagrams.
 *
 * Flow samples are the samples chosen by chance. An interface is one data source (0:ifindex), and no
 * packet may be counted twice: the samples of its ingress place are flow samples, those of its verdict
 * place only while nothing passes the ingress place, that is, when its count of packets did not
 * change for ten seconds. (What it counted before this sink began counts as a change.)
 *
 * Each packet of the verdict place that was dropped is told as a discarded packet, whatever chose it;
 * if it is a flow sample as well, both are in one datagram. Of other samples sFlow can say nothing:
 * they count as delivered, so that what is told as lost is what was lost.
 *
 * A datagram never waits for more samples than those of one write(): a sample is delivered when a
 * collector's socket has taken its datagram. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "interface_counters.h"
#include "monotonic_clock.h"
#include "sflow_collectors.h"
#include "sflow_datagram.h"
#include "sink.h"

#define SECOND 1000000000ULL
#define COUNTER_SECONDS_DEFAULT 30
#define DATAGRAM_DEFAULT 1400
#define INGRESS_GONE_AFTER (10 * SECOND)

/* What is known of one port, at its number. */
struct sflow_port {
	const struct sample_port *port; /* NULL: not heard of yet */
	uint32_t flows;                 /* sequence numbers of the last ones */
	uint32_t discards;
	uint32_t counters;
	uint64_t counters_at;                           /* when the next ones are due */
	struct sink_counts counts[SAMPLER_PLACE_COUNT]; /* at the beginning of this write() */
	uint64_t ingress_at; /* when packets were last seen to pass there, 0: never */
};

struct sflow_sink {
	const struct sink_host *host;
	struct sflow_collectors collectors;
	struct sflow_agent agent; /* stays as it is once it is known */
	struct sflow_datagram datagram;
	size_t packet_limit;
	uint32_t sequence; /* of the last datagram */
	uint64_t counter_interval;
	bool expanded; /* an interface needs it, so all get it */
	struct sflow_port *ports;
	size_t port_count;
	uint64_t now;
};

static int sflow_close(void *context, struct problem *problem)
{
	struct sflow_sink *sink = context;

	(void)problem;
	sflow_collectors_close(&sink->collectors);
	free(sink->datagram.bytes);
	free(sink->ports);
	free(sink);
	return 0;
}

static int take_wish(struct sflow_sink *sink, const struct sink_wish *wish, struct problem *problem)
{
	uint64_t limit = wish->datagram_bytes ? wish->datagram_bytes : DATAGRAM_DEFAULT;
	int family = strchr(wish->agent, ':') ? AF_INET6 : AF_INET;

	if (limit < SFLOW_DATAGRAM_MINIMUM || limit > SFLOW_DATAGRAM_MAXIMUM)
		return problem_set(problem, -ERANGE,
				   "sFlow datagrams have %d to %d bytes, not %llu",
				   SFLOW_DATAGRAM_MINIMUM, SFLOW_DATAGRAM_MAXIMUM,
				   (unsigned long long)limit);
	if (wish->sub_agent > UINT32_MAX)
		return problem_set(problem, -ERANGE, "sFlow sub-agent %llu is larger than %u",
				   (unsigned long long)wish->sub_agent, UINT32_MAX);
	if (wish->agent[0]) {
		if (inet_pton(family, wish->agent, sink->agent.address) != 1)
			return problem_set(problem, -EINVAL,
					   "sFlow agent '%s' is not an IPv4 or IPv6 address",
					   wish->agent);
		sink->agent.family = family;
	}
	sink->agent.sub_agent = (uint32_t)wish->sub_agent;
	sink->datagram.limit = limit;
	sink->packet_limit = sflow_packet_limit(limit);
	sink->counter_interval =
		(wish->counter_seconds ? wish->counter_seconds : COUNTER_SECONDS_DEFAULT) * SECOND;
	sink->datagram.bytes = malloc(limit);
	if (!sink->datagram.bytes)
		return problem_errno(problem, -ENOMEM, "sFlow sink");
	return sflow_collectors_parse(wish->target, &sink->collectors, problem);
}

static void tend(struct sflow_sink *sink)
{
	sink->now = monotonic_clock_now();
	sflow_collectors_tend(&sink->collectors);
	if (!sink->agent.family)
		(void)sflow_collectors_local_address(&sink->collectors, &sink->agent);
	sflow_datagram_begin(&sink->datagram, &sink->agent);
}

static int sflow_open(const struct sink_wish *wish, const struct sink_host *host, void **ret_sink,
		      struct problem *problem)
{
	struct sflow_sink *sink = calloc(1, sizeof(*sink));
	int err;

	if (!sink)
		return problem_errno(problem, -ENOMEM, "sFlow sink");
	sink->host = host;
	err = take_wish(sink, wish, problem);
	if (err) {
		(void)sflow_close(sink, NULL);
		return err;
	}
	/* A collector that is not there yet is no reason not to begin. */
	tend(sink);
	*ret_sink = sink;
	return 0;
}

/* Room for `count` ports. */
static int widen(struct sflow_sink *sink, size_t count)
{
	struct sflow_port *ports;

	if (count <= sink->port_count)
		return 0;
	ports = reallocarray(sink->ports, count, sizeof(*ports));
	if (!ports)
		return -ENOMEM;
	memset(ports + sink->port_count, 0, (count - sink->port_count) * sizeof(*ports));
	sink->ports = ports;
	sink->port_count = count;
	return 0;
}

static void look_at_port(struct sflow_sink *sink, const struct sample_port *port)
{
	struct sflow_port *known = &sink->ports[port->number];
	uint64_t ingress_before = known->counts[SAMPLER_INGRESS].packets;

	known->port = port;
	sink->expanded |= port->ifindex >= SFLOW_IFINDEX_EXPANDED;
	for (enum sampler_place place = 0; place < SAMPLER_PLACE_COUNT; place++)
		sink->host->counts(sink->host->context, port, place, &known->counts[place]);
	if (known->counts[SAMPLER_INGRESS].packets != ingress_before)
		known->ingress_at = sink->now;
}

static int look_at_ports(struct sflow_sink *sink)
{
	const struct sample_port **ports = NULL;
	size_t size = 16, count;
	int err = 0;

	for (;; size *= 2) {
		const struct sample_port **more = reallocarray(ports, size, sizeof(*ports));

		if (!more) {
			free(ports);
			return -ENOMEM;
		}
		ports = more;
		count = sink->host->ports(sink->host->context, ports, size);
		if (count < size)
			break;
	}
	for (size_t i = 0; i < count && !err; i++) {
		err = widen(sink, (size_t)ports[i]->number + 1);
		if (!err)
			look_at_port(sink, ports[i]);
	}
	free(ports);
	return err;
}

static uint64_t milliseconds_since_boot(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Sends what is there and begins anew. True if a collector took it. */
static bool flush(struct sflow_sink *sink)
{
	bool taken = false;

	if (sink->datagram.samples) {
		uint64_t uptime = milliseconds_since_boot();
		bool patient = !sink->host->stopping(sink->host->context);

		/* One that nobody takes has a number, too: the gap tells collectors of it. */
		sflow_datagram_finish(&sink->datagram, ++sink->sequence, (uint32_t)uptime);
		taken = sflow_collectors_send(&sink->collectors, sink->datagram.bytes,
					      sink->datagram.length, patient);
	}
	sflow_datagram_begin(&sink->datagram, &sink->agent);
	return taken;
}

static bool is_dropped(const struct sample *sample)
{
	/* The kernel drops what it does not understand, too. */
	return sample->place == SAMPLER_VERDICT &&
	       (sample->verdict == XDP_DROP || sample->verdict == XDP_ABORTED ||
		sample->verdict == ECBPF_ACTION_INVALID);
}

static bool is_flow(const struct sflow_sink *sink, const struct sflow_port *port,
		    const struct sample *sample)
{
	bool ingress_runs = port->ingress_at && sink->now - port->ingress_at < INGRESS_GONE_AFTER;

	return sample->chosen & SAMPLE_BY_CHANCE && sample->rate &&
	       (sample->place == SAMPLER_INGRESS || !ingress_runs);
}

static uint32_t drops(const struct sflow_port *port, unsigned int place)
{
	return (uint32_t)(port->counts[place].ring_lost + port->counts[place].lost);
}

static struct sflow_packet packet_of(const struct sflow_sink *sink, const struct sample_view *view)
{
	size_t length = view->sample->captured;

	return (struct sflow_packet){
		.frame_length = view->sample->frame_length,
		.bytes = view->bytes,
		.length = length < sink->packet_limit ? length : sink->packet_limit,
	};
}

static bool add_flow(struct sflow_sink *sink, struct sflow_port *port,
		     const struct sample_view *view)
{
	const struct sample *sample = view->sample;
	struct sflow_flow flow = {
		.expanded = sink->expanded,
		.sequence = port->flows + 1,
		.source = view->port->ifindex,
		.rate = sample->rate,
		.pool = (uint32_t)port->counts[sample->place].packets,
		.drops = drops(port, sample->place),
		.input = sample->ifindex,
		.packet = packet_of(sink, view),
	};

	if (is_dropped(sample)) {
		flow.output_format = SFLOW_OUTPUT_DISCARDED;
		flow.output = sflow_drop_reason(sample->reason);
	} else if (sample->place == SAMPLER_VERDICT && sample->verdict == XDP_TX) {
		flow.output = sample->ifindex;
	}
	if (!sflow_add_flow(&sink->datagram, &flow))
		return false;
	port->flows++;
	return true;
}

static bool add_discard(struct sflow_sink *sink, struct sflow_port *port,
			const struct sample_view *view)
{
	char symbol[SFLOW_SYMBOL_LIMIT + 1], reason[SAMPLE_REASON_NAME_SIZE];
	struct sflow_discard discard = {
		.sequence = port->discards + 1,
		.source = view->port->ifindex,
		.drops = drops(port, SAMPLER_VERDICT),
		.input = view->sample->ifindex,
		.reason = sflow_drop_reason(view->sample->reason),
		.symbol = symbol,
		.packet = packet_of(sink, view),
	};

	(void)snprintf(symbol, sizeof(symbol), "%s%s%s", view->program, view->program[0] ? "/" : "",
		       sample_view_reason(view, reason));
	if (!sflow_add_discard(&sink->datagram, &discard))
		return false;
	port->discards++;
	return true;
}

/* All that is to be said of the sample, or false and nothing if it does not fit. */
static bool add_sample(struct sflow_sink *sink, struct sflow_port *port,
		       const struct sample_view *view, bool *ret_nothing_to_say)
{
	bool flow = is_flow(sink, port, view->sample), dropped = is_dropped(view->sample);
	struct sflow_datagram datagram_before = sink->datagram;
	struct sflow_port port_before = *port;

	*ret_nothing_to_say = !flow && !dropped;
	if ((!flow || add_flow(sink, port, view)) && (!dropped || add_discard(sink, port, view)))
		return true;
	sink->datagram = datagram_before;
	*port = port_before;
	return false;
}

/* The samples that are in the datagram are among these. */
static void deliver(struct sflow_sink *sink, bool *ret_delivered, size_t count)
{
	if (flush(sink))
		memset(ret_delivered, true, count * sizeof(*ret_delivered));
}

static int sflow_write(void *context, const struct sample_view *views, size_t count,
		       bool *ret_delivered, struct problem *problem)
{
	struct sflow_sink *sink = context;
	size_t first = 0; /* of those in the datagram */
	int err;

	memset(ret_delivered, false, count * sizeof(*ret_delivered));
	tend(sink);
	err = look_at_ports(sink);
	for (size_t i = 0; i < count; i++) {
		unsigned int number = views[i].port->number;

		if (number >= sink->port_count)
			err = widen(sink, (size_t)number + 1);
		if (err)
			return problem_errno(problem, err, "sFlow sink");
		if (!sink->ports[number].port)
			look_at_port(sink, views[i].port);
		if (add_sample(sink, &sink->ports[number], &views[i], &ret_delivered[i]))
			continue;
		deliver(sink, ret_delivered + first, i - first);
		first = i;
		(void)add_sample(sink, &sink->ports[number], &views[i], &ret_delivered[i]);
	}
	deliver(sink, ret_delivered + first, count - first);
	return sflow_collectors_trouble(&sink->collectors, problem);
}

static void add_counters(struct sflow_sink *sink, struct sflow_port *port)
{
	struct interface_counters counters;

	port->counters_at = sink->now + sink->counter_interval;
	/* An interface that is gone has none; it may come back. */
	if (interface_counters_read(port->port->ifindex, &counters))
		return;
	port->counters++;
	if (sflow_add_counters(&sink->datagram, sink->expanded, port->counters, &counters))
		return;
	(void)flush(sink);
	(void)sflow_add_counters(&sink->datagram, sink->expanded, port->counters, &counters);
}

static int sflow_tick(void *context, uint64_t realtime, struct problem *problem)
{
	struct sflow_sink *sink = context;
	int err;

	(void)realtime;
	tend(sink);
	err = look_at_ports(sink);
	if (err)
		return problem_errno(problem, err, "sFlow sink");
	for (size_t i = 0; i < sink->port_count; i++) {
		if (sink->ports[i].port && sink->now >= sink->ports[i].counters_at)
			add_counters(sink, &sink->ports[i]);
	}
	(void)flush(sink);
	return sflow_collectors_trouble(&sink->collectors, problem);
}

const struct sink_operations sflow_sink_operations = {
	.open = sflow_open,
	.write = sflow_write,
	.tick = sflow_tick,
	.close = sflow_close,
};
