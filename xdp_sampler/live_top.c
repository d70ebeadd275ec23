// SPDX-License-Identifier: GPL-2.0-only
#include "live_top.h"

#include <string.h>

void live_sum_add(struct live_sum *sum, uint32_t rate, uint32_t frame_length)
{
	sum->chance_packets += rate;
	sum->chance_bytes += (double)rate * frame_length;
	sum->samples += 1;
	sum->sample_bytes += frame_length;
}

void live_sum_scale(struct live_sum *sum, double factor)
{
	sum->chance_packets *= factor;
	sum->chance_bytes *= factor;
	sum->samples *= factor;
	sum->sample_bytes *= factor;
}

static bool is_by_chance(const struct live_sum *sum)
{
	return sum->chance_packets >= sum->samples;
}

double live_sum_packets(const struct live_sum *sum)
{
	return is_by_chance(sum) ? sum->chance_packets : sum->samples;
}

double live_sum_bytes(const struct live_sum *sum)
{
	return is_by_chance(sum) ? sum->chance_bytes : sum->sample_bytes;
}

/* FNV-1a over the key's words. */
static uint64_t hash(const struct live_key *key)
{
	uint64_t hash = 0xcbf29ce484222325ULL;
	uint32_t words[sizeof(*key) / sizeof(uint32_t)];

	memcpy(words, key, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		hash = (hash ^ words[i]) * 0x100000001b3ULL;
	return hash ^ hash >> 32;
}

/* By which the rarest is found. */
static double claim(const struct live_entry *entry)
{
	return live_sum_packets(&entry->sum) + entry->inherited;
}

struct live_entry *live_top_entry(struct live_top *top, const struct live_key *key)
{
	struct live_entry *set = &top->entries[hash(key) % LIVE_TOP_SETS * LIVE_TOP_WAYS];
	struct live_entry *victim = &set[0];
	double inherited = 0;

	for (struct live_entry *entry = set; entry < set + LIVE_TOP_WAYS; entry++) {
		if (entry->count && memcmp(&entry->key, key, sizeof(*key)) == 0)
			return entry;
		if (victim->count && (!entry->count || claim(entry) < claim(victim)))
			victim = entry;
	}
	if (victim->count) {
		inherited = claim(victim);
		top->replaced = true;
	}
	*victim = (struct live_entry){ .key = *key, .inherited = inherited };
	return victim;
}

void live_top_scale(struct live_top *top, double factor, double forget_below)
{
	struct live_entry *end = top->entries + LIVE_TOP_KEYS;

	top->replaced = false;
	for (struct live_entry *entry = top->entries; entry < end; entry++) {
		if (!entry->count)
			continue;
		live_sum_scale(&entry->sum, factor);
		live_sum_scale(&entry->judged, factor);
		live_sum_scale(&entry->dropped, factor);
		entry->inherited *= factor;
		if (claim(entry) < forget_below)
			entry->count = 0;
		else if (entry->inherited > 0)
			top->replaced = true;
	}
}

static bool is_before(const struct live_entry *one, const struct live_entry *other)
{
	double difference = live_sum_packets(&one->sum) - live_sum_packets(&other->sum);

	if (difference > 0 || difference < 0)
		return difference > 0;
	return memcmp(&one->key, &other->key, sizeof(one->key)) < 0;
}

size_t live_top_pick(const struct live_top *top, const struct live_entry **ret_entries, size_t size)
{
	const struct live_entry *end = top->entries + LIVE_TOP_KEYS;
	size_t picked = 0;

	for (const struct live_entry *entry = top->entries; entry < end; entry++) {
		size_t place = picked;

		if (!entry->count)
			continue;
		while (place > 0 && is_before(entry, ret_entries[place - 1]))
			place--;
		if (place == size)
			continue;
		if (picked < size)
			picked++;
		memmove(ret_entries + place + 1, ret_entries + place,
			(picked - place - 1) * sizeof(*ret_entries));
		ret_entries[place] = entry;
	}
	return picked;
}
