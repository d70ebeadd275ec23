// SPDX-License-Identifier: GPL-2.0-only
#include "filter_duel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

static struct run_result result;

void duel_open(struct filter_duel *duel, uint32_t frags)
{
	memset(duel, 0, sizeof(*duel));
	assert_int_equal(run_chain_create(&duel->chain, frags), 0);
	subject_open(&duel->subject, &duel->chain, DUEL_SLOT, -1);
	duel->entry = &duel->subject.program;
	duel->model.token = true;
	duel->model.room = true;
}

void duel_close(struct filter_duel *duel)
{
	subject_close(&duel->subject);
	run_chain_close(&duel->chain);
}

static void forget_counts(struct filter_duel *duel)
{
	subject_counters(&duel->subject, &duel->before);
	assert_int_equal(run_stats_clear(&duel->chain), 0);
	memset(&duel->expected, 0, sizeof(duel->expected));
	memset(duel->model.counter, 0, sizeof(duel->model.counter));
}

void duel_begin(struct filter_duel *duel)
{
	subject_follow(&duel->subject, &duel->model);
	forget_counts(duel);
	for (size_t i = 0; i < duel->model.source_count; i++)
		duel->model.sources[i].packets = duel->model.sources[i].bytes = 0;
}

void duel_configure(struct filter_duel *duel, const struct filter_config *config)
{
	duel->model.config = *config;
	subject_configure(&duel->subject, config);
	forget_counts(duel);
}

int duel_set_up(void **state)
{
	duel_open(*state, 0);
	duel_begin(*state);
	return 0;
}

int duel_tear_down(void **state)
{
	duel_close(*state);
	return 0;
}

static void show_bytes(const char *name, const uint8_t *bytes, size_t length)
{
	fprintf(stderr, "%s, %zu bytes: ", name, length);
	for (size_t i = 0; i < length; i++)
		fprintf(stderr, "%02x", bytes[i]);
	fprintf(stderr, "\n");
}

static void show_config(const struct filter_config *config)
{
	fprintf(stderr, "monitor %u, checks", config->monitor);
	for (int i = 0; i < FILTER_CHECK_COUNT_OF; i++)
		fprintf(stderr, " %u", config->check[i]);
	fprintf(stderr, ", fragments %u %u, ptb ttl %u dscp %u mtu %u interval %llu\n",
		config->fragments_ipv4, config->fragments_ipv6, config->ptb_ttl, config->ptb_dscp,
		config->ptb_mtu, (unsigned long long)config->ptb_interval);
}

void duel_show(const struct filter_duel *duel, const char *what, const void *bytes, size_t length)
{
	const struct filter_answer *answer = &duel->answer;

	fprintf(stderr, "%s: the model says action %u, reason %u; the filter action %u\n", what,
		answer->action, answer->reason, result.action);
	show_config(&duel->model.config);
	show_bytes("frame", bytes, length);
	if (answer->action == XDP_TX)
		show_bytes("model's reply", answer->reply, answer->length);
	if (result.action == XDP_TX)
		show_bytes("filter's reply", result.bytes, result.length);
}

static bool same_frame(const struct filter_answer *answer, const struct filter_frame *frame)
{
	const uint8_t *bytes = answer->action == XDP_TX ? answer->reply : frame->bytes;

	return result.length == answer->length && !memcmp(result.bytes, bytes, answer->length);
}

void duel_moved_frame(struct filter_duel *duel, const char *what, const struct run_frame *given,
		      const struct filter_frame *frame)
{
	const struct filter_answer *answer = &duel->answer;

	filter_model_decide(&duel->model, frame, &duel->answer);
	duel->expected.row[answer->action == XDP_PASS ? ECBPF_ROOT_ROW : DUEL_SLOT]
		.packets[answer->reason][answer->action]++;
	assert_int_equal(run_packet(duel->entry, given, &result), 0);
	if (result.action == answer->action && same_frame(answer, frame))
		return;
	duel_show(duel, what, frame->bytes, frame->length);
	fail_msg("%s: the filter does something else than the model", what);
}

void duel_frame(struct filter_duel *duel, const char *what, const void *bytes, size_t length)
{
	const struct run_frame given = { .bytes = bytes, .length = (uint32_t)length };
	const struct filter_frame frame = { bytes, length, length };

	duel_moved_frame(duel, what, &given, &frame);
}

static bool same_counters(const struct filter_duel *duel)
{
	struct filter_counters now;

	subject_counters(&duel->subject, &now);
	for (int i = 0; i < FILTER_COUNTER_LIMIT; i++) {
		uint64_t moved = now.packets[i] - duel->before.packets[i];

		if (moved == duel->model.counter[i])
			continue;
		fprintf(stderr, "counter %d: the model moved by %llu, the filter by %llu\n", i,
			(unsigned long long)duel->model.counter[i], (unsigned long long)moved);
		return false;
	}
	return true;
}

static bool same_stats(const struct filter_duel *duel)
{
	static struct ecbpf_stats stats;
	const uint64_t *cell = (const uint64_t *)stats.row;
	const uint64_t *expected = (const uint64_t *)duel->expected.row;

	assert_int_equal(run_stats(&duel->chain, &stats), 0);
	for (size_t i = 0; i < sizeof(stats.row) / (sizeof(*cell)); i++) {
		if (cell[i] == expected[i])
			continue;
		fprintf(stderr,
			"row %zu, reason %zu, action %zu: the model says %llu, counted %llu\n",
			i / ECBPF_ACTION_COUNT / ECBPF_REASON_LIMIT,
			i / ECBPF_ACTION_COUNT % ECBPF_REASON_LIMIT, i % ECBPF_ACTION_COUNT,
			(unsigned long long)expected[i], (unsigned long long)cell[i]);
		return false;
	}
	return true;
}

static bool same_hits(const struct filter_duel *duel)
{
	for (size_t i = 0; i < duel->model.source_count; i++) {
		const struct model_source *source = &duel->model.sources[i];
		uint64_t packets, bytes;

		subject_hits(&duel->subject, &source->prefix, &packets, &bytes);
		if (packets == source->packets && bytes == source->bytes)
			continue;
		fprintf(stderr,
			"source %zu, IPv%d /%u: the model counts %llu packets, %llu bytes, the "
			"filter %llu, %llu\n",
			i, source->prefix.family, source->prefix.length,
			(unsigned long long)source->packets, (unsigned long long)source->bytes,
			(unsigned long long)packets, (unsigned long long)bytes);
		return false;
	}
	return true;
}

bool duel_counts(const struct filter_duel *duel)
{
	return same_counters(duel) && same_stats(duel) && same_hits(duel);
}
