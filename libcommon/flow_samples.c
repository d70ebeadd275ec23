// SPDX-License-Identifier: GPL-2.0-only
#include "flow_samples.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash(const struct flow_key *key)
{
	uint64_t word[sizeof(*key) / sizeof(uint64_t)], sum = 0;

	memcpy(word, key, sizeof(*key));
	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++) {
		sum = (sum ^ word[i]) * 0x9e3779b97f4a7c15ULL;
		sum ^= sum >> 29;
	}
	return sum;
}

/* Where the key is, or the free slot where it would be. */
static size_t find_slot(const struct flow_samples *samples, const struct flow_key *key)
{
	size_t i = (size_t)hash(key) & (samples->slot_count - 1);

	while (samples->slot[i] &&
	       memcmp(&samples->sample[samples->slot[i] - 1].key, key, sizeof(*key)) != 0)
		i = (i + 1) & (samples->slot_count - 1);
	return i;
}

int flow_samples_take(struct flow_samples *samples, const struct flow_entry_list *list)
{
	struct flow_samples taken = { .slot_count = 16 };

	while (taken.slot_count < 2 * list->count)
		taken.slot_count *= 2;
	taken.sample = calloc(list->count + 1, sizeof(*taken.sample));
	taken.slot = calloc(taken.slot_count, sizeof(*taken.slot));
	if (!taken.sample || !taken.slot) {
		flow_samples_free(&taken);
		return -ENOMEM;
	}
	for (size_t i = 0; i < list->count; i++) {
		struct flow_counts counts = flow_counts_total(&list->entry[i].value);

		taken.sample[i] = (struct flow_sample){ .key = list->entry[i].key,
							.packets = counts.packets,
							.bytes = counts.bytes };
		taken.slot[find_slot(&taken, &list->entry[i].key)] = (uint32_t)(i + 1);
	}
	taken.count = list->count;
	*samples = taken;
	return 0;
}

const struct flow_sample *flow_samples_find(const struct flow_samples *samples,
					    const struct flow_key *key)
{
	uint32_t number = samples->slot_count ? samples->slot[find_slot(samples, key)] : 0;

	return number ? &samples->sample[number - 1] : NULL;
}

void flow_samples_free(struct flow_samples *samples)
{
	free(samples->sample);
	free(samples->slot);
	*samples = (struct flow_samples){ 0 };
}
