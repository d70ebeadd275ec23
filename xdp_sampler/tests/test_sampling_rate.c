// SPDX-License-Identifier: GPL-2.0-only
#include "sampling_rate.h"

#include <errno.h>
#include <linux/bpf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct sampling_rates parsed(const char *text)
{
	struct sampling_rates rates;

	memset(&rates, 0xaa, sizeof(rates));
	assert_int_equal(sampling_rates_parse(text, &rates, NULL), 0);
	return rates;
}

static void assert_rates(const char *text, uint32_t ingress, uint32_t aborted, uint32_t drop,
			 uint32_t pass, uint32_t tx, uint32_t redirect, uint32_t invalid)
{
	const struct sampling_rates wanted = { ingress,
					       { aborted, drop, pass, tx, redirect, invalid } };
	struct sampling_rates rates = parsed(text);

	assert_memory_equal(&rates, &wanted, sizeof(rates));
}

static void test_number_is_for_all(void **state)
{
	(void)state;
	assert_rates("1000", 1000, 1000, 1000, 1000, 1000, 1000, 1000);
	assert_rates("0", 0, 0, 0, 0, 0, 0, 0);
	assert_rates("1", 1, 1, 1, 1, 1, 1, 1);
	assert_rates("16777216", 1 << 24, 1 << 24, 1 << 24, 1 << 24, 1 << 24, 1 << 24, 1 << 24);
}

static void test_by_verdict(void **state)
{
	(void)state;
	assert_rates("drop=10,tx=100,1000", 1000, 1000, 10, 1000, 100, 1000, 1000);
	assert_rates("1000,drop=10", 1000, 1000, 10, 1000, 1000, 1000, 1000);
	assert_rates("drop=10", 0, 0, 10, 0, 0, 0, 0);
	assert_rates("ingress=7", 7, 0, 0, 0, 0, 0, 0);
	assert_rates("aborted=1,drop=2,pass=3,tx=4,redirect=5,invalid=6,ingress=7", 7, 1, 2, 3, 4,
		     5, 6);
	assert_rates("DROP=2,XDP_TX=3,5", 5, 5, 2, 5, 3, 5, 5);
	assert_rates("pass=0,9", 9, 9, 9, 0, 9, 9, 9);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *says;
	} rows[] = {
		{ "", -ERANGE, "'' is not a rate" },
		{ ",", -ERANGE, "is not a rate" },
		{ "10,", -EINVAL, "for all others already" },
		{ "10,20", -EINVAL, "'20': there is a rate for all others already" },
		{ "16777217", -ERANGE, "1 to 16777216" },
		{ "-1", -ERANGE, "'-1'" },
		{ "1:100", -ERANGE, "'1:100'" },
		{ "drop", -ERANGE, "'drop'" },
		{ "drop=", -ERANGE, "''" },
		{ "drop=x", -ERANGE, "'x'" },
		{ "drop=1,drop=2", -EINVAL, "'drop' is given twice" },
		{ "drop=1,XDP_DROP=2", -EINVAL, "'XDP_DROP' is given twice" },
		{ "lost=1", -EINVAL, "'lost' is neither a verdict" },
		{ "=1", -EINVAL, "'' is neither" },
		{ "drop =1", -EINVAL, "'drop ' is neither" },
		{ "drop=1=2", -ERANGE, "'1=2'" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=1",
		  -EINVAL, "is not a rate" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sampling_rates rates = { .ingress = 42 };
		struct problem problem = { 0 };

		assert_int_equal(sampling_rates_parse(rows[i].text, &rates, &problem), rows[i].err);
		if (!strstr(problem.text, rows[i].says))
			fail_msg("'%s': %s", rows[i].text, problem.text);
		assert_int_equal(rates.ingress, 42);
		assert_int_equal(rates.verdict[XDP_DROP], 0);
	}
}

static void assert_text(const char *text, const char *wanted)
{
	struct sampling_rates rates = parsed(text);
	char found[SAMPLING_RATES_TEXT_SIZE];

	assert_string_equal(sampling_rates_text(&rates, found), wanted);
}

static void test_text(void **state)
{
	(void)state;
	assert_text("1000", "1000");
	assert_text("tx=100,drop=10,1000", "drop=10,tx=100,1000");
	assert_text("drop=10", "drop=10,0");
	assert_text("drop=5,pass=5,tx=5,redirect=5,invalid=5,ingress=5,aborted=0", "aborted=0,5");
}

static void test_text_means_the_same(void **state)
{
	(void)state;
	srandom(1);
	for (int round = 0; round < 20000; round++) {
		static const uint32_t some[] = { 0, 1, 10, 1000, SAMPLER_RATE_LIMIT };
		struct sampling_rates rates, again;
		char text[SAMPLING_RATES_TEXT_SIZE];

		rates.ingress = some[random() % 5];
		for (int i = 0; i < ECBPF_ACTION_COUNT; i++)
			rates.verdict[i] = some[random() % 5];
		again = parsed(sampling_rates_text(&rates, text));
		assert_memory_equal(&again, &rates, sizeof(rates));
	}
}

static void test_text_of_the_longest(void **state)
{
	struct sampling_rates rates = { .ingress = SAMPLER_RATE_LIMIT - 6 }, again;
	char text[SAMPLING_RATES_TEXT_SIZE];

	(void)state;
	for (int i = 0; i < ECBPF_ACTION_COUNT; i++)
		rates.verdict[i] = SAMPLER_RATE_LIMIT - (uint32_t)i;
	again = parsed(sampling_rates_text(&rates, text));
	assert_memory_equal(&again, &rates, sizeof(rates));
}

static void assert_exact(uint32_t rate)
{
	struct sampler_draw draw = sampler_draw_of(rate);
	long double wanted = logl(2) / -log1pl(-1.0L / rate);
	long double found = ldexpl(draw.factor, 26 - (int)draw.shift);

	assert_int_equal(draw.rate, rate);
	assert_true(draw.factor >= UINT32_C(1) << 31);
	assert_true(draw.shift >= 26 && draw.shift <= 62);
	if (fabsl(found / wanted - 1) > ldexpl(1, -30))
		fail_msg("1 in %u: %.12Lf instead of %.12Lf", rate, found, wanted);
}

static void test_draw_is_exact(void **state)
{
	(void)state;
	for (uint32_t rate = 2; rate < 100000; rate++)
		assert_exact(rate);
	for (uint32_t rate = 100000; rate < SAMPLER_RATE_LIMIT; rate += 997)
		assert_exact(rate);
	assert_exact(SAMPLER_RATE_LIMIT - 1);
	assert_exact(SAMPLER_RATE_LIMIT);
}

/* As the kernel side does it, whose longest gap has to fit. */
static void test_longest_gap(void **state)
{
	struct sampler_draw draw = sampler_draw_of(SAMPLER_RATE_LIMIT);
	uint64_t gap = ((UINT64_C(32) << 26) * draw.factor) >> draw.shift;

	(void)state;
	assert_true(gap > SAMPLER_RATE_LIMIT && gap < UINT32_MAX);
	/* A coin: as many heads as bits of luck. */
	draw = sampler_draw_of(2);
	assert_int_equal(((UINT64_C(5) << 26) * draw.factor) >> draw.shift, 5);
	assert_int_equal((((UINT64_C(5) << 26) - 1) * draw.factor) >> draw.shift, 4);
}

/* The mean gap over evenly spread luck is N - 1. */
static void test_mean_gap(void **state)
{
	static const uint32_t rates[] = { 2, 3, 10, 100, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		struct sampler_draw draw = sampler_draw_of(rates[i]);
		const int count = 1000000;
		double sum = 0;

		for (int j = 0; j < count; j++) {
			double luck = -log2((j + 0.5) / count);
			uint64_t steps = (uint64_t)ldexp(luck, 26);

			sum += (double)((steps * draw.factor) >> draw.shift);
		}
		assert_true(fabs(sum / count / (rates[i] - 1) - 1) < 1e-4);
	}
}

static void test_draw_of_none_and_all(void **state)
{
	struct sampler_draw draw = sampler_draw_of(0);

	(void)state;
	assert_int_equal(draw.rate, 0);
	draw = sampler_draw_of(1);
	assert_int_equal(draw.rate, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number_is_for_all),
		cmocka_unit_test(test_by_verdict),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_means_the_same),
		cmocka_unit_test(test_text_of_the_longest),
		cmocka_unit_test(test_draw_is_exact),
		cmocka_unit_test(test_longest_gap),
		cmocka_unit_test(test_mean_gap),
		cmocka_unit_test(test_draw_of_none_and_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
