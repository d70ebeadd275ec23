// SPDX-License-Identifier: GPL-2.0-only
/* The filter against a second one in plain C, on frames that chance made: verdict and bytes of each,
 * counters, reasons and hits of each few thousand. ECBPF_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_chance.h"
#include "filter_mover.h"

#define FRAMES 1000000
#define FRAMES_MULTI_BUFFER 500000
#define FRAMES_QUICK 20000
#define FRAMES_PER_SETTING 2500
#define FRAMES_PER_SETTING_QUICK 400
#define SEED 20250301

static struct filter_duel duel;
static struct filter_mover mover; /* its first buffer is 0 unless frames have several */
static struct packet_builder builder;
static uint64_t moved[FILTER_COUNTER_LIMIT]; /* by the model, all settings together */

/* Mostly the first buffer ends in the headers, where it matters. */
static void run_frame(uint64_t *chance)
{
	uint32_t most = chance_below(chance, 4) ? 120 : 1400;

	chance_frame(chance, &builder);
	if (mover.first_buffer)
		mover_split_frame(&mover, "chance", &builder,
				  ETH_HLEN + chance_below(chance, most));
	else
		duel_frame(&duel, "chance", builder.bytes, builder.length);
}

static int is_quick(void)
{
	return getenv("ECBPF_TEST_QUICK") != NULL;
}

static int frames_per_setting(void)
{
	return is_quick() ? FRAMES_PER_SETTING_QUICK : FRAMES_PER_SETTING;
}

static void run_frames(uint64_t *chance, int check_each)
{
	for (int i = frames_per_setting(); i; i--) {
		run_frame(chance);
		if (!check_each || duel_counts(&duel))
			continue;
		duel_show(&duel, "chance", builder.bytes, builder.length);
		fail_msg("the filter counts something else than the model");
	}
}

/* Counters are compared once; if they differ, the frames are met again one by one. */
static void run_setting(uint64_t *chance)
{
	uint64_t again;

	chance_setting(chance, &duel.model);
	again = *chance;
	duel_begin(&duel);
	run_frames(chance, 0);
	if (!duel_counts(&duel)) {
		duel_begin(&duel);
		run_frames(&again, 1);
		fail_msg("the filter counts something else, but not frame by frame");
	}
	for (int i = 0; i < FILTER_COUNTER_LIMIT; i++)
		moved[i] += duel.model.counter[i];
}

/* What a run must have met, or it has shown little. */
static void check_coverage(void)
{
	static const uint8_t counters[] = {
		ECBPF_REASON_SHORT_ETHERNET, ECBPF_REASON_SHORT_IPV4,
		ECBPF_REASON_SHORT_IPV6,     ECBPF_REASON_SHORT_EXTENSION,
		ECBPF_REASON_BAD_IPV4,       ECBPF_REASON_BAD_IPV6,
		ECBPF_REASON_LONG_CHAIN,     ECBPF_REASON_MANY_TAGS,
		FILTER_REASON_SOURCE_IPV4,   FILTER_REASON_SOURCE_IPV6,
		FILTER_REASON_FRAGMENT_IPV4, FILTER_REASON_FRAGMENT_IPV6,
		FILTER_REASON_PTB_IPV4,      FILTER_REASON_PTB_IPV6,
		FILTER_REASON_VERSION_IPV4,  FILTER_REASON_VERSION_IPV6,
		FILTER_REASON_OPTIONS,       FILTER_REASON_EVIL,
		FILTER_REASON_CHECKSUM,      FILTER_REASON_SAME_IPV4,
		FILTER_REASON_SAME_IPV6,     FILTER_REASON_MARTIAN_IPV4,
		FILTER_REASON_MARTIAN_IPV6,  FILTER_REASON_REPEATED_EXTENSION,
		FILTER_COUNT_FIRST_IPV4,     FILTER_COUNT_LATER_IPV4,
		FILTER_COUNT_TINY_IPV4,      FILTER_COUNT_OVERLAP_IPV4,
		FILTER_COUNT_FIRST_IPV6,     FILTER_COUNT_LATER_IPV6,
		FILTER_COUNT_TINY_IPV6,      FILTER_COUNT_OVERLAP_IPV6,
		FILTER_COUNT_PTB_REFUSED,
	};

	for (size_t i = 0; i < sizeof(counters); i++) {
		printf(" %u:%" PRIu64, counters[i], moved[counters[i]]);
		assert_true(is_quick() || moved[counters[i]] > 0);
	}
	printf("\n");
}

static void run_settings(int frames)
{
	const char *seed = getenv("ECBPF_TEST_SEED");
	uint64_t chance = seed ? strtoull(seed, NULL, 0) : SEED;
	int settings = (is_quick() ? FRAMES_QUICK : frames) / frames_per_setting();

	chance += !chance;
	memset(moved, 0, sizeof(moved));
	for (int i = 0; i < settings; i++)
		run_setting(&chance);
	printf("%d frames in %d settings, ECBPF_TEST_SEED=%s; by counter:",
	       settings * frames_per_setting(), settings, seed ? seed : "(usual)");
	check_coverage();
}

static void test_model(void **state)
{
	(void)state;
	duel_open(&duel, 0);
	mover.first_buffer = 0;
	run_settings(FRAMES);
	duel_close(&duel);
}

/* Every frame has a second buffer, or more room than it needs in the first. */
static void test_model_multi_buffer(void **state)
{
	(void)state;
	if (!run_frags_supported()) {
		print_message("SKIP: no multi-buffer frames before kernel 5.18\n");
		skip();
		return;
	}
	duel_open(&duel, 1);
	mover_open(&mover, &duel);
	run_settings(FRAMES_MULTI_BUFFER);
	mover_close(&mover);
	duel_close(&duel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_model_multi_buffer),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
