// SPDX-License-Identifier: GPL-2.0-only
#include "sflow_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Bytes that are still to be read. */
struct rest {
	const uint8_t *at;
	size_t length;
};

static char text[65536];
static size_t used;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	used += (size_t)vsnprintf(text + used, sizeof(text) - used, format, arguments);
	va_end(arguments);
	assert_true(used < sizeof(text));
}

static struct rest take(struct rest *rest, size_t length)
{
	struct rest taken = { rest->at, length };

	assert_true(length <= rest->length);
	rest->at += length;
	rest->length -= length;
	return taken;
}

static uint32_t number(struct rest *rest)
{
	struct rest word = take(rest, 4);
	uint32_t value;

	memcpy(&value, word.at, sizeof(value));
	return ntohl(value);
}

static struct rest opaque(struct rest *rest)
{
	uint32_t length = number(rest);
	struct rest content = take(rest, length), padding = take(rest, (4 - length % 4) % 4);

	for (size_t i = 0; i < padding.length; i++)
		assert_int_equal(padding.at[i], 0);
	return content;
}

static void say_numbers(const char *name, struct rest *rest, size_t count)
{
	say("%s", name);
	for (size_t i = 0; i < count; i++)
		say(" %u", number(rest));
}

static void read_flow_record(struct rest *rest)
{
	uint32_t format = number(rest);
	struct rest record = opaque(rest), content;

	switch (format) {
	case 1:
		say_numbers(" {header", &record, 3);
		content = opaque(&record);
		say(" %zu}", content.length);
		break;
	case 1001:
		say_numbers(" {switch", &record, 4);
		say("}");
		break;
	case 1038:
		content = opaque(&record);
		say(" {function %.*s}", (int)content.length, (const char *)content.at);
		break;
	default:
		fail_msg("flow record of format %u", format);
	}
	assert_int_equal(record.length, 0);
}

static void read_counter_record(struct rest *rest)
{
	uint32_t format = number(rest);
	struct rest record = opaque(rest);

	assert_int_equal(format, 1);
	assert_int_equal(record.length, 88);
	say(" {interface %u}", number(&record));
}

static void read_source(struct rest *sample, bool expanded)
{
	uint32_t source = number(sample);

	if (expanded)
		say(" %u:%u", source, number(sample));
	else
		say(" %u:%u", source >> 24, source & 0xffffff);
}

static void read_records(struct rest *sample, void (*read_record)(struct rest *rest))
{
	uint32_t count = number(sample);

	while (count--)
		read_record(sample);
	assert_int_equal(sample->length, 0);
	say("\n");
}

static void read_flow(struct rest *sample, bool expanded)
{
	uint32_t interface;

	say_numbers(expanded ? "flow_expanded" : "flow", sample, 1);
	read_source(sample, expanded);
	say(" 1/%u", number(sample));
	say_numbers(" pool", sample, 1);
	say_numbers(" drops", sample, 1);
	if (expanded) {
		interface = number(sample);
		say(" in %u:%u", interface, number(sample));
		interface = number(sample);
		say(" out %u:%u", interface, number(sample));
	} else {
		say_numbers(" in", sample, 1);
		interface = number(sample);
		say(" out %u:%u", interface >> 30, interface & 0x3fffffff);
	}
	read_records(sample, read_flow_record);
}

static void read_discard(struct rest *sample)
{
	say_numbers("discard", sample, 1);
	read_source(sample, true);
	say_numbers(" drops", sample, 1);
	say_numbers(" in", sample, 1);
	say_numbers(" out", sample, 1);
	say_numbers(" reason", sample, 1);
	read_records(sample, read_flow_record);
}

static void read_counters(struct rest *sample, bool expanded)
{
	say_numbers(expanded ? "counters_expanded" : "counters", sample, 1);
	read_source(sample, expanded);
	read_records(sample, read_counter_record);
}

static void read_sample(struct rest *datagram)
{
	uint32_t format = number(datagram);
	struct rest sample = opaque(datagram);

	switch (format) {
	case 1:
	case 3:
		read_flow(&sample, format == 3);
		break;
	case 2:
	case 4:
		read_counters(&sample, format == 4);
		break;
	case 5:
		read_discard(&sample);
		break;
	default:
		fail_msg("sample of format %u", format);
	}
}

static void read_agent(struct rest *datagram)
{
	char address[INET6_ADDRSTRLEN] = "unknown";
	uint32_t type = number(datagram);

	assert_true(type <= 2);
	if (type)
		assert_non_null(inet_ntop(type == 1 ? AF_INET : AF_INET6,
					  take(datagram, type == 1 ? 4 : 16).at, address,
					  sizeof(address)));
	say("datagram %s", address);
}

const char *sflow_read(const uint8_t *bytes, size_t length)
{
	struct rest datagram = { bytes, length };
	uint32_t samples;

	used = 0;
	assert_int_equal(number(&datagram), 5);
	read_agent(&datagram);
	say_numbers(" sub", &datagram, 1);
	say_numbers(" seq", &datagram, 1);
	(void)number(&datagram); /* uptime */
	say("\n");
	samples = number(&datagram);
	while (samples--)
		read_sample(&datagram);
	assert_int_equal(datagram.length, 0);
	return text;
}

uint32_t sflow_read_uptime(const uint8_t *bytes)
{
	struct rest datagram = { bytes, 64 };

	(void)number(&datagram);
	(void)take(&datagram, number(&datagram) == 1 ? 4 : 16);
	(void)take(&datagram, 8);
	return number(&datagram);
}
