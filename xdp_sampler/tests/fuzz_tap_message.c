// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tap_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is found lies in the packet, all of it, and is what its users take for granted. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* As long as the packet, so that a look behind its end is found. */
	unsigned char *packet = malloc(size);
	struct tap_message message;
	size_t position = 0, before = 0;
	unsigned char sum = 0;
	int result;

	if (!packet)
		return 0;
	memcpy(packet, data, size);
	while ((result = tap_message_next(packet, size, &position, &message)) > 0) {
		const struct tap_sample *sample = message.sample;

		if (position <= before || position > size || position % 8 ||
		    !message.port == !message.sample)
			abort();
		if (message.port && message.port->port >= TAP_PORTS)
			abort();
		if (sample && (sample->port >= TAP_PORTS ||
			       sample->sample.recorder_count > SAMPLE_RECORDERS ||
			       strlen(sample->program) >= sizeof(sample->program) ||
			       strlen(sample->reason) >= sizeof(sample->reason)))
			abort();
		for (uint32_t i = 0; sample && i < sample->sample.captured; i++)
			sum ^= sample->sample.bytes[i];
		before = position;
	}
	if (result == 0 && position != size)
		abort();
	/* The bytes are looked at. */
	if (size)
		packet[0] = sum;
	free(packet);
	return 0;
}
