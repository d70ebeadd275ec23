// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "abi/slots.h"
#include "sample_comment.h"

static void assert_comment(const struct sample *sample, const char *program, const char *expected)
{
	struct sample_view view = { .sample = sample, .program = program };
	char text[SAMPLE_COMMENT_SIZE];
	size_t length;

	memset(text, '#', sizeof(text));
	length = sample_comment_write(&view, text);
	assert_in_range(length, 1, sizeof(text) - 1);
	assert_int_equal(text[length], '#');
	text[length] = '\0';
	assert_string_equal(text, expected);
}

static void tells_what_applies(void **state)
{
	struct sample sample = {
		.sequence = 12,
		.join = 281474976710657,
		.rate = 1000,
		.place = SAMPLER_VERDICT,
		.verdict = 1,
		.reason = 5,
		.row = 2,
		.recorder_count = 2,
		.recorder = { 7, 9 },
	};

	(void)state;
	assert_comment(&sample, "xdp_filter",
		       "at=verdict verdict=XDP_DROP slot=2 program=xdp_filter reason=not_ip "
		       "rate=1000 recorders=7,9 join=281474976710657 seq=12 cpu=0");
	sample.join = 0;
	sample.rate = 0;
	sample.recorder_count = 1;
	sample.cpu = 64;
	assert_comment(&sample, "",
		       "at=verdict verdict=XDP_DROP slot=2 reason=not_ip recorders=7 seq=12 cpu=64");
	sample.recorder_count = 0;
	sample.reason = 0;
	sample.verdict = 2;
	sample.row = ECBPF_ROOT_ROW;
	assert_comment(&sample, "", "at=verdict verdict=XDP_PASS slot=root seq=12 cpu=64");
	sample.row = 0;
	sample.reason = 17;
	sample.verdict = ECBPF_ACTION_INVALID;
	assert_comment(&sample, "a b\n\xff",
		       "at=verdict verdict=XDP_INVALID_ACTION slot=0 program=a?b?? "
		       "reason=reason_17 seq=12 cpu=64");
}

static void says_nothing_of_a_verdict_at_ingress(void **state)
{
	const struct sample sample = {
		.sequence = 1,
		.join = 3,
		.rate = 1,
		.place = SAMPLER_INGRESS,
		.verdict = SAMPLE_NO_VERDICT,
		.reason = SAMPLE_NO_VERDICT,
		.row = SAMPLE_NO_VERDICT,
	};

	(void)state;
	assert_comment(&sample, "", "at=ingress rate=1 join=3 seq=1 cpu=0");
}

static void the_longest_fits(void **state)
{
	struct sample sample = {
		.sequence = UINT64_MAX,
		.join = UINT64_MAX,
		.cpu = UINT32_MAX,
		.rate = UINT32_MAX,
		.place = SAMPLER_VERDICT,
		.verdict = ECBPF_ACTION_INVALID,
		.reason = 254,
		.row = 254,
		.recorder_count = 255,
	};
	char program[1000];
	char expected[1000];

	(void)state;
	memset(program, 'p', sizeof(program));
	program[sizeof(program) - 1] = '\0';
	memset(sample.recorder, 0xff, sizeof(sample.recorder));
	snprintf(expected, sizeof(expected),
		 "at=verdict verdict=XDP_INVALID_ACTION slot=254 program=%.64s "
		 "reason=reason_254 rate=4294967295 recorders=4294967295,4294967295,"
		 "4294967295,4294967295,4294967295,4294967295,4294967295,4294967295 "
		 "join=18446744073709551615 seq=18446744073709551615 cpu=4294967295",
		 program);
	assert_comment(&sample, program, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_applies),
		cmocka_unit_test(says_nothing_of_a_verdict_at_ingress),
		cmocka_unit_test(the_longest_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
