// SPDX-License-Identifier: GPL-2.0-only
#include "sink_name.h"

#include <stdio.h>
#include <string.h>

#include "sampler_sinks.h"

static uint16_t hash(const char *text)
{
	uint32_t sum = 5381;

	while (*text)
		sum = sum * 33 + (unsigned char)*text++;
	return (uint16_t)(sum ^ sum >> 16);
}

void sink_name(const struct sink_wish *wish, char ret_name[SINK_NAME_SIZE])
{
	const char *kind = wish->kind == SINK_TAP ? "tap" : sink_kind_name(wish->kind);
	const char *target = wish->target;
	char text[64 + SINK_TARGET_SIZE];

	snprintf(text, sizeof(text), "%s %s", kind, target);
	if (strlen(text) >= SINK_NAME_SIZE) {
		int head = snprintf(text, sizeof(text), "%s %04x..", kind, hash(target));
		size_t rest = SINK_NAME_SIZE - 1 - (size_t)head;

		memcpy(text + head, target + strlen(target) - rest, rest + 1);
	}
	memcpy(ret_name, text, strlen(text) + 1);
}
