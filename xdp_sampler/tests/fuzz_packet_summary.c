// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "packet_summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

/* In memory of exactly this size, so that the sanitizer sees who reads beyond it. */
static void read_exactly(const uint8_t *bytes, size_t captured, size_t frame_length,
			 struct packet_summary *ret_summary)
{
	uint8_t *copy = malloc(captured ? captured : 1);

	must(copy != NULL);
	memcpy(copy, bytes, captured);
	packet_summary_read(captured ? copy : NULL, captured, frame_length, ret_summary);
	free(copy);
}

static void check(const struct packet_summary *summary)
{
	char text[SUMMARY_ADDRESS_SIZE];
	char protocol[SUMMARY_PROTOCOL_SIZE];

	must(summary->reached <= SUMMARY_TRANSPORT && summary->stop <= SUMMARY_MALFORMED);
	must(summary->tag_count <= SUMMARY_TAG_LIMIT);
	must((summary->family != 0) == (summary->reached >= SUMMARY_NETWORK));
	must((summary->transport != SUMMARY_OTHER) == (summary->reached == SUMMARY_TRANSPORT));
	must(summary->stop != SUMMARY_COMPLETE || summary->reached == SUMMARY_TRANSPORT);
	must((summary->fragment == SUMMARY_LATER) == (summary->fragment_offset != 0));
	must(summary->fragment != SUMMARY_LATER || summary->reached == SUMMARY_PROTOCOL);
	if (summary->family)
		must(summary_address_text(summary->family, summary->source, text) == text);
	must(strlen(summary_protocol_name(summary->protocol, protocol)) < sizeof(protocol));
	must(summary_stop_name(summary->stop) != NULL);
}

/* The first byte tells where the capture ends; what follows is the frame. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet_summary whole, cut;
	size_t captured;

	if (size == 0)
		return 0;
	size--;
	captured = data[0] < size ? data[0] : size;
	read_exactly(data + 1, size, size, &whole);
	read_exactly(data + 1, captured, size, &cut);
	check(&whole);
	check(&cut);
	must(whole.stop != SUMMARY_CUT);
	must(cut.reached <= whole.reached);
	must(cut.stop == SUMMARY_CUT || cut.stop == whole.stop);
	if (cut.reached >= SUMMARY_NETWORK)
		must(memcmp(cut.destination, whole.destination, sizeof(cut.destination)) == 0);
	if (cut.reached == SUMMARY_TRANSPORT)
		must(cut.destination_port == whole.destination_port);
	return 0;
}
