// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_model.h"

#include <stdlib.h>
#include <string.h>

struct fields {
	int family; /* enum recorder_family */
	uint8_t source[16], destination[16];
	unsigned int source_port, destination_port, protocol;
};

static unsigned int get16(const uint8_t *bytes)
{
	return 256U * bytes[0] + bytes[1];
}

/* What a protocol must have of its header before its ports count; 0: it has none. */
static size_t port_header(unsigned int protocol)
{
	switch (protocol) {
	case 6:
		return 20;
	case 17:
	case 136:
		return 8;
	case 33:
	case 132:
		return 12;
	default:
		return 0;
	}
}

static void read_ports(const uint8_t *header, size_t size, struct fields *fields)
{
	size_t needed = port_header(fields->protocol);

	if (!needed || size < needed)
		return;
	fields->source_port = get16(header);
	fields->destination_port = get16(header + 2);
}

static void read_ipv4(const uint8_t *header, size_t size, struct fields *fields)
{
	size_t length, total;

	if (size < 20 || header[0] >> 4 != 4)
		return;
	length = 4U * (header[0] & 15);
	total = get16(header + 2);
	if (length < 20 || length > size || total < length || total > size)
		return;
	fields->family = RECORDER_IPV4;
	memcpy(fields->source, header + 12, 4);
	memcpy(fields->destination, header + 16, 4);
	fields->protocol = header[9];
	if (!(get16(header + 6) & 0x1fff))
		read_ports(header + length, total - length, fields);
}

static bool is_extension(unsigned int number)
{
	static const uint8_t numbers[] = { 0, 43, 44, 51, 60, 135, 139, 140 };

	return memchr(numbers, (int)number, sizeof(numbers)) != NULL;
}

static size_t extension_length(unsigned int number, unsigned int field)
{
	if (number == 44)
		return 8;
	return number == 51 ? 4 * (field + 2) : 8 * (field + 1);
}

/* The protocol is what the chain names last, as far as it can be followed. */
static void read_chain(const uint8_t *at, size_t left, struct fields *fields)
{
	int headers = 0, fragments = 0;

	while (is_extension(fields->protocol)) {
		bool is_fragment = fields->protocol == 44;
		size_t length;

		if (headers++ == 8 || left < 8)
			return;
		length = extension_length(fields->protocol, at[1]);
		if (left < length)
			return;
		fields->protocol = at[0];
		fragments += is_fragment;
		if (fragments > 1 || (is_fragment && get16(at + 2) & 0xfff8))
			return;
		at += length;
		left -= length;
	}
	read_ports(at, left, fields);
}

static void read_ipv6(const uint8_t *header, size_t size, struct fields *fields)
{
	size_t payload;

	if (size < 40 || header[0] >> 4 != 6)
		return;
	payload = get16(header + 4);
	if (payload > size - 40)
		return;
	if (!payload && header[6] == 0)
		payload = size - 40;
	fields->family = RECORDER_IPV6;
	memcpy(fields->source, header + 8, 16);
	memcpy(fields->destination, header + 24, 16);
	fields->protocol = header[6];
	read_chain(header + 40, payload, fields);
}

static void read_frame(const uint8_t *frame, size_t length, struct fields *ret_fields)
{
	unsigned int type;
	size_t at = 12;

	*ret_fields = (struct fields){ .family = RECORDER_OTHER };
	for (int tags = 0;; tags++) {
		if (length < at + 2)
			return;
		type = get16(frame + at);
		if (type != 0x8100 && type != 0x88a8)
			break;
		if (tags == 2)
			return;
		at += 4;
	}
	at += 2;
	if (type == 0x0800)
		read_ipv4(frame + at, length - at, ret_fields);
	else if (type == 0x86dd)
		read_ipv6(frame + at, length - at, ret_fields);
}

static bool is_in(const uint8_t *address, const uint8_t *prefix, unsigned int length)
{
	for (unsigned int bit = 0; bit < length; bit++) {
		if ((address[bit / 8] ^ prefix[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	}
	return true;
}

/* A fixed field of 0 does not exist: 0 is "any". */
static bool is_wanted(unsigned int wanted, unsigned int is)
{
	return !wanted || wanted == is;
}

static bool may_match(const struct recorder_filter *filter, int family)
{
	if (filter->family)
		return family == (filter->family == 4 ? RECORDER_IPV4 : RECORDER_IPV6);
	return family != RECORDER_OTHER ||
	       !(filter->source_port || filter->destination_port || filter->protocol);
}

static bool matches(const struct recorder_filter *filter, const struct fields *fields)
{
	return may_match(filter, fields->family) &&
	       is_wanted(get16((const uint8_t *)&filter->destination_port),
			 fields->destination_port) &&
	       is_wanted(get16((const uint8_t *)&filter->source_port), fields->source_port) &&
	       is_wanted(filter->protocol, fields->protocol) &&
	       is_in(fields->source, filter->source, filter->source_length) &&
	       is_in(fields->destination, filter->destination, filter->destination_length);
}

static bool is_open(const struct model_recorder *recorder)
{
	return !recorder->has_expired &&
	       (!recorder->is.limit || recorder->is.packets < recorder->is.limit);
}

static bool has_same_mask(const struct recorder_filter *a, const struct recorder_filter *b)
{
	return !a->family == !b->family && a->source_length == b->source_length &&
	       a->destination_length == b->destination_length && !a->protocol == !b->protocol &&
	       !a->source_port == !b->source_port && !a->destination_port == !b->destination_port;
}

/* Numbers the masks of one family in the order in which they appear. */
static void number_masks(struct recorder_model *model, int family)
{
	uint32_t next = 0;

	for (size_t i = 0; i < model->count; i++) {
		struct model_recorder *recorder = &model->recorders[i], *first = NULL;

		if (!may_match(&recorder->is.filter, family))
			continue;
		for (size_t j = 0; j < i && !first; j++) {
			if (may_match(&model->recorders[j].is.filter, family) &&
			    has_same_mask(&model->recorders[j].is.filter, &recorder->is.filter))
				first = &model->recorders[j];
		}
		recorder->mask[family] = first ? first->mask[family] : next++;
	}
}

static void rate_masks(struct recorder_model *model, int family)
{
	uint32_t best[RECORDER_MASK_LIMIT] = { 0 };

	for (size_t i = 0; i < model->count; i++) {
		const struct model_recorder *recorder = &model->recorders[i];

		if (may_match(&recorder->is.filter, family) &&
		    recorder->is.priority > best[recorder->mask[family]])
			best[recorder->mask[family]] = recorder->is.priority;
	}
	for (size_t i = 0; i < model->count; i++)
		model->recorders[i].best_priority[family] = best[model->recorders[i].mask[family]];
}

struct recorder_model recorder_model_of(const struct recorder *recorders, size_t count,
					uint64_t now)
{
	struct recorder_model model = { calloc(count, sizeof(*model.recorders)), count };

	if (!model.recorders)
		abort();
	for (size_t i = 0; i < count; i++) {
		model.recorders[i].is = recorders[i];
		model.recorders[i].has_expired =
			recorders[i].expires && recorders[i].expires <= now;
	}
	for (int family = 0; family < RECORDER_FAMILY_COUNT; family++) {
		number_masks(&model, family);
		rate_masks(&model, family);
	}
	return model;
}

/* Of two recorders of one priority, does `a` come first? */
static bool is_before(const struct model_recorder *a, const struct model_recorder *b, int family)
{
	if (a->best_priority[family] != b->best_priority[family])
		return a->best_priority[family] > b->best_priority[family];
	return a->mask[family] < b->mask[family];
}

/* The next one behind `last` in the order, of this priority. */
static struct model_recorder *next_match(struct model_recorder **matching, size_t count,
					 uint32_t priority, const struct model_recorder *last,
					 int family)
{
	struct model_recorder *next = NULL;

	for (size_t i = 0; i < count; i++) {
		struct model_recorder *candidate = matching[i];

		if (candidate->is.priority != priority ||
		    (last && !is_before(last, candidate, family)))
			continue;
		if (!next || is_before(candidate, next, family))
			next = candidate;
	}
	return next;
}

void recorder_model_meet(struct recorder_model *model, const uint8_t *frame, size_t length,
			 struct model_taken *ret_taken)
{
	struct model_recorder *matching[RECORDER_MASK_LIMIT], *taker = NULL;
	struct model_taken taken = { 0 };
	struct fields fields;
	uint32_t priority = 0;

	read_frame(frame, length, &fields);
	for (size_t i = 0; i < model->count; i++) {
		struct model_recorder *recorder = &model->recorders[i];

		if (!matches(&recorder->is.filter, &fields) || !is_open(recorder))
			continue;
		/* One of each mask at most. */
		if (taken.matching == RECORDER_MASK_LIMIT)
			abort();
		matching[taken.matching++] = recorder;
		if (recorder->is.priority > priority)
			priority = recorder->is.priority;
	}
	while (taken.count < SAMPLE_RECORDERS &&
	       (taker = next_match(matching, taken.matching, priority, taker, fields.family))) {
		taken.ids[taken.count++] = taker->is.id;
		taker->is.packets++;
		taker->is.bytes += length;
		if (taker->is.capture_length > taken.captured)
			taken.captured = taker->is.capture_length;
	}
	if (taken.captured > length)
		taken.captured = length;
	*ret_taken = taken;
}
