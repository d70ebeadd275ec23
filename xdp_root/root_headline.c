// SPDX-License-Identifier: GPL-2.0-only
#include "root_headline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chain_health.h"
#include "counters.h"
#include "root_list.h"

struct tally {
	unsigned int roots, nops, programs;
	uint64_t packets;
	unsigned int sick;
	char interface[INTERFACE_NAME_SIZE]; /* the first of them */
	char disagreement[CHAIN_FINDING_SIZE];
};

static void count_programs(struct tally *tally, const struct chain_health *health)
{
	for (unsigned int i = 0; i < ECBPF_PLACE_COUNT; i++)
		tally->programs += health->slots[i].program_id != 0;
}

/* All packets that entered since the counters were cleared. */
static int count_packets(struct tally *tally, const struct chain *chain, struct problem *problem)
{
	struct counters counters = { 0 };
	int err = counters_read(chain, &counters, problem);

	if (!err)
		tally->packets += counters_seen(&counters, 0, 0);
	counters_free(&counters);
	return err;
}

static int take(void *context, const struct chain_health *health, struct problem *problem)
{
	struct tally *tally = context;

	if (health->attachment.ours && health->is_nop)
		tally->nops++;
	else if (health->attachment.ours)
		tally->roots++;
	count_programs(tally, health);
	if (health->disagreement_count && !tally->sick++) {
		memcpy(tally->interface, health->chain.interface, sizeof(tally->interface));
		memcpy(tally->disagreement, health->disagreements[0], sizeof(tally->disagreement));
	}
	return chain_has_maps(&health->chain) ? count_packets(tally, &health->chain, problem) : 0;
}

static const char *plural(unsigned int count)
{
	return count == 1 ? "" : "s";
}

/* "eth0: SENTENCE (and 2 more interfaces)", the sentence cut between words where there is no room for it. */
static void write_sick(const struct tally *tally, char ret_line[COMPONENT_HEADLINE_SIZE])
{
	const char *sentence = tally->disagreement;
	size_t room, length = strlen(sentence);
	char more[40] = "";

	if (tally->sick > 1)
		snprintf(more, sizeof(more), " (and %u more interface%s)", tally->sick - 1,
			 plural(tally->sick - 1));
	room = COMPONENT_HEADLINE_SIZE - strlen(tally->interface) - strlen(": ") - strlen(more) - 1;
	if (length > room) {
		length = room - strlen("...");
		while (length && sentence[length] != ' ')
			length--;
	}
	snprintf(ret_line, COMPONENT_HEADLINE_SIZE, "%s: %.*s%s%s", tally->interface, (int)length,
		 sentence, sentence[length] ? "..." : "", more);
}

int root_headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
		  struct problem *problem)
{
	struct tally tally = { 0 };
	int length, err = root_list_each(bpffs, take, &tally, problem);

	if (err)
		return err;
	if (tally.sick) {
		write_sick(&tally, ret_line);
		return -EUCLEAN;
	}
	if (!tally.roots && !tally.nops)
		return -ENOENT;
	length = snprintf(ret_line, COMPONENT_HEADLINE_SIZE,
			  "%u interface%s, %u program%s, %" PRIu64 " packets", tally.roots,
			  plural(tally.roots), tally.programs, plural(tally.programs),
			  tally.packets);
	if (tally.nops)
		snprintf(ret_line + length, COMPONENT_HEADLINE_SIZE - (size_t)length,
			 "; NOP root on %u interface%s", tally.nops, plural(tally.nops));
	return 0;
}
