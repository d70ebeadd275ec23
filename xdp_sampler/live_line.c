// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "live_page.h"
#include "live_text.h"
#include "text_line.h"

/* NULL: there is none of that interface. */
static const struct live_entry *first_of(const struct live_top *top, uint32_t port)
{
	const struct live_entry *end = top->entries + LIVE_TOP_KEYS;
	const struct live_entry *first = NULL;

	for (const struct live_entry *entry = top->entries; entry < end; entry++) {
		if (entry->count && entry->key.port == port &&
		    (!first || live_sum_packets(&entry->sum) > live_sum_packets(&first->sum)))
			first = entry;
	}
	return first;
}

static void put_verdicts(FILE *stream, const struct live_place *place)
{
	char share[LIVE_TEXT_SIZE];

	for (unsigned int verdict = 0; verdict < ECBPF_ACTION_COUNT; verdict++) {
		const struct live_sum *sum = &place->verdicts[verdict];

		if (sum->samples >= LIVE_FORGET_BELOW)
			fprintf(stream, ", %s %s", live_text_verdict(verdict),
				live_text_share(live_sum_packets(sum),
						live_sum_packets(&place->all), share));
	}
}

static void put_tops(FILE *stream, const struct live_view *view, uint32_t number, double total)
{
	const struct live_entry *source = first_of(view->sources, number);
	const struct live_entry *service = first_of(view->services, number);
	char text[LIVE_TEXT_SIZE];
	char share[LIVE_TEXT_SIZE];

	if (source)
		fprintf(stream, ", source %s %s", live_text_source(&source->key, text),
			live_text_share(live_sum_packets(&source->sum), total, share));
	if (service)
		fprintf(stream, ", %s %s", live_text_service(&service->key, text),
			live_text_share(live_sum_packets(&service->sum), total, share));
}

static const char *rate(const struct live_view *view, double sum, char ret_text[LIVE_TEXT_SIZE])
{
	return live_text_rate(view->seconds > 0 ? sum / view->seconds : 0, ret_text);
}

static int put_place(FILE *stream, const struct live_view *view, const struct live_port *port,
		     enum sampler_place place)
{
	const struct live_place *at = &port->places[place];
	double packets = live_sum_packets(&at->all);
	struct text_line line = { .stream = stream };
	char text[LIVE_TEXT_SIZE];

	if (text_line_put_value(&line, port->port->interface, 0) < 0)
		return -ENOMEM;
	fprintf(stream, " %s: %s packets/s", sample_place_name(place), rate(view, packets, text));
	fprintf(stream, ", %s bits/s", rate(view, 8 * live_sum_bytes(&at->all), text));
	put_verdicts(stream, at);
	if (place == live_port_top_place(port))
		put_tops(stream, view, port->port->number, packets);
	fprintf(stream, ", %s samples/s, %" PRIu64 " lost\n", rate(view, at->all.samples, text),
		live_place_lost(at));
	return 0;
}

int live_page_lines(const struct live_view *view, uint64_t realtime, FILE *stream)
{
	char time[LIVE_TEXT_SIZE];
	bool any = false;
	int err = 0;

	live_text_time(realtime, time);
	for (size_t i = 0; i < view->port_count && !err; i++) {
		const struct live_port *port = &view->ports[i];

		for (unsigned int place = 0; place < SAMPLER_PLACE_COUNT && !err; place++) {
			if (!port->port || !port->places[place].active)
				continue;
			any = true;
			fprintf(stream, "%s ", time);
			err = put_place(stream, view, port, (enum sampler_place)place);
		}
	}
	if (!any)
		fprintf(stream, "%s nothing has come by yet\n", time);
	if (err < 0)
		return err;
	return fflush(stream) != 0 || ferror(stream) ? -EIO : 0;
}
