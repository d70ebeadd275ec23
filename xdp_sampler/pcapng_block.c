// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pcapng_block.h"
#include "sample_comment.h"

enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BLOCK_SECTION = 0x0a0d0d0a,
};

enum option_code {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_HARDWARE = 2,
	SECTION_OS = 3,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_DESCRIPTION = 3,
	INTERFACE_TIME_RESOLUTION = 9,
	PACKET_FLAGS = 2,
	PACKET_DROPPED = 4,
	PACKET_ID = 5,
	PACKET_QUEUE = 6,
	PACKET_VERDICT = 7,
	STATISTICS_BEGIN = 2,
	STATISTICS_END = 3,
	STATISTICS_RECEIVED = 4,
	STATISTICS_DROPPED = 5,
	STATISTICS_ACCEPTED = 6,
	STATISTICS_DROPPED_EARLY = 7,
	STATISTICS_DELIVERED = 8,
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4dU
#define LINKTYPE_ETHERNET 1
#define NANOSECONDS 9 /* time is in units of 10^-9 s */
#define FLAGS_INBOUND 1U
#define VERDICT_XDP 2 /* what follows is an action of Linux eBPF XDP */

#define OPTION_HEADER 4
#define FIXED_PARTS_LIMIT                                                                          \
	256 /* of any block: its frame, its fixed fields, options of fixed length */
#define GROWTH (64U << 10)

void pcapng_buffer_free(struct pcapng_buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct pcapng_buffer){ 0 };
}

static size_t padded(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

/* Room for a block: its fixed parts and `variable` bytes. */
static int reserve(struct pcapng_buffer *buffer, size_t variable)
{
	size_t needed = buffer->length + FIXED_PARTS_LIMIT + variable;
	uint8_t *bytes;

	if (needed <= buffer->size)
		return 0;
	needed += needed / 2 + GROWTH;
	bytes = realloc(buffer->bytes, needed);
	if (!bytes)
		return -ENOMEM;
	buffer->bytes = bytes;
	buffer->size = needed;
	return 0;
}

static uint8_t *put(uint8_t *at, const void *value, size_t length)
{
	memcpy(at, value, length);
	return at + length;
}

static uint8_t *put16(uint8_t *at, uint16_t value)
{
	return put(at, &value, sizeof(value));
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put(at, &value, sizeof(value));
}

static uint8_t *put_time(uint8_t *at, uint64_t time)
{
	return put32(put32(at, (uint32_t)(time >> 32)), (uint32_t)time);
}

/* Ends a value that is `length` bytes long and was put just before. */
static uint8_t *pad(uint8_t *at, size_t length)
{
	size_t padding = padded(length) - length;

	memset(at, 0, padding);
	return at + padding;
}

static uint8_t *put_option(uint8_t *at, enum option_code code, const void *value, size_t length)
{
	at = put16(put16(at, (uint16_t)code), (uint16_t)length);
	return pad(put(at, value, length), length);
}

static uint8_t *put_option32(uint8_t *at, enum option_code code, uint32_t value)
{
	return put_option(at, code, &value, sizeof(value));
}

static uint8_t *put_option64(uint8_t *at, enum option_code code, uint64_t value)
{
	return put_option(at, code, &value, sizeof(value));
}

static uint8_t *put_option_time(uint8_t *at, enum option_code code, uint64_t time)
{
	uint8_t value[sizeof(time)];

	(void)put_time(value, time);
	return put_option(at, code, value, sizeof(value));
}

/* The longest text that an option can hold. */
static size_t text_length(const char *text)
{
	size_t length = strlen(text);

	return length < UINT16_MAX ? length : UINT16_MAX;
}

static uint8_t *put_option_text(uint8_t *at, enum option_code code, const char *text)
{
	return put_option(at, code, text, text_length(text));
}

static uint8_t *begin_block(const struct pcapng_buffer *buffer, enum block_type type)
{
	/* The length is known at the end only. */
	return put32(buffer->bytes + buffer->length, type) + sizeof(uint32_t);
}

static void end_block(struct pcapng_buffer *buffer, uint8_t *at)
{
	uint8_t *block = buffer->bytes + buffer->length;
	uint32_t length;

	at = put16(put16(at, OPTION_END), 0);
	length = (uint32_t)(at - block) + sizeof(length);
	(void)put32(block + sizeof(uint32_t), length);
	(void)put32(at, length);
	buffer->length += length;
}

int pcapng_put_section(struct pcapng_buffer *buffer, const char *hardware, const char *os,
		       const char *application)
{
	static const int64_t length_unknown = -1;
	uint8_t *at;

	if (reserve(buffer, text_length(hardware) + text_length(os) + text_length(application)))
		return -ENOMEM;
	at = begin_block(buffer, BLOCK_SECTION);
	at = put32(at, BYTE_ORDER_MAGIC);
	at = put16(put16(at, 1), 0); /* version 1.0 */
	at = put(at, &length_unknown, sizeof(length_unknown));
	at = put_option_text(at, SECTION_HARDWARE, hardware);
	at = put_option_text(at, SECTION_OS, os);
	at = put_option_text(at, SECTION_APPLICATION, application);
	end_block(buffer, at);
	return 0;
}

int pcapng_put_interface(struct pcapng_buffer *buffer, const char *name, const char *description)
{
	static const uint8_t resolution = NANOSECONDS;
	uint8_t *at;

	if (reserve(buffer, text_length(name) + text_length(description)))
		return -ENOMEM;
	at = begin_block(buffer, BLOCK_INTERFACE);
	at = put16(put16(at, LINKTYPE_ETHERNET), 0);
	at = put32(at, 0); /* no limit of length */
	at = put_option_text(at, INTERFACE_NAME, name);
	at = put_option_text(at, INTERFACE_DESCRIPTION, description);
	at = put_option(at, INTERFACE_TIME_RESOLUTION, &resolution, sizeof(resolution));
	end_block(buffer, at);
	return 0;
}

static uint8_t *put_comment(uint8_t *at, const struct sample_view *view)
{
	size_t length = sample_comment_write(view, (char *)at + OPTION_HEADER);

	at = put16(put16(at, OPTION_COMMENT), (uint16_t)length);
	return pad(at + length, length);
}

static uint8_t *put_verdict(uint8_t *at, uint64_t action)
{
	uint8_t value[1 + sizeof(action)] = { VERDICT_XDP };

	memcpy(value + 1, &action, sizeof(action));
	return put_option(at, PACKET_VERDICT, value, sizeof(value));
}

int pcapng_put_packet(struct pcapng_buffer *buffer, uint32_t interface,
		      const struct sample_view *view, uint64_t dropped)
{
	const struct sample *sample = view->sample;
	uint8_t *at;

	if (reserve(buffer, sample->captured + SAMPLE_COMMENT_SIZE))
		return -ENOMEM;
	at = begin_block(buffer, BLOCK_PACKET);
	at = put32(at, interface);
	at = put_time(at, view->realtime);
	at = put32(put32(at, sample->captured), sample->frame_length);
	at = pad(put(at, view->bytes, sample->captured), sample->captured);
	at = put_comment(at, view);
	at = put_option32(at, PACKET_FLAGS, FLAGS_INBOUND);
	if (dropped > 0)
		at = put_option64(at, PACKET_DROPPED, dropped);
	if (sample->join)
		at = put_option64(at, PACKET_ID, sample->join);
	at = put_option32(at, PACKET_QUEUE, sample->queue);
	if (sample->verdict != SAMPLE_NO_VERDICT)
		at = put_verdict(at, sample->verdict);
	end_block(buffer, at);
	return 0;
}

int pcapng_put_statistics(struct pcapng_buffer *buffer, uint32_t interface,
			  const struct pcapng_statistics *statistics)
{
	uint8_t *at;

	if (reserve(buffer, 0))
		return -ENOMEM;
	at = begin_block(buffer, BLOCK_STATISTICS);
	at = put32(at, interface);
	at = put_time(at, statistics->end);
	at = put_option_time(at, STATISTICS_BEGIN, statistics->begin);
	at = put_option_time(at, STATISTICS_END, statistics->end);
	at = put_option64(at, STATISTICS_RECEIVED, statistics->received);
	at = put_option64(at, STATISTICS_DROPPED, statistics->dropped);
	at = put_option64(at, STATISTICS_ACCEPTED, statistics->accepted);
	at = put_option64(at, STATISTICS_DROPPED_EARLY, statistics->dropped_early);
	at = put_option64(at, STATISTICS_DELIVERED, statistics->delivered);
	end_block(buffer, at);
	return 0;
}
