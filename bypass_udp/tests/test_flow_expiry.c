// SPDX-License-Identifier: GPL-2.0-only
#include "flow_expiry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
#define NOW (1000 * SECOND)

static const __u64 idle[BYPASS_CLASS_COUNT] = { 60 * SECOND, 10 * SECOND, 120 * SECOND };

static enum flow_expiry look(const struct flow_value *value, uint64_t since, uint64_t timer_set)
{
	struct flow_expiry_rules rules = { .now = NOW, .timer_each = 10 * SECOND, .idle = idle };

	return flow_expiry_of(value, since, timer_set, &rules);
}

static void test_idle(void **state)
{
	/* Seconds before now: added, packet of the flow's own CPU, of another. 0: never. */
	static const struct {
		int class, since, home, other;
		enum flow_expiry expected;
	} rows[] = {
		{ BYPASS_CLASS_OTHER, 59, 0, 0, FLOW_EXPIRY_STAYS },
		{ BYPASS_CLASS_OTHER, 60, 0, 0, FLOW_EXPIRY_STAYS },
		{ BYPASS_CLASS_OTHER, 61, 0, 0, FLOW_EXPIRY_IDLE },
		{ BYPASS_CLASS_OTHER, 900, 59, 0, FLOW_EXPIRY_STAYS },
		{ BYPASS_CLASS_OTHER, 900, 0, 59, FLOW_EXPIRY_STAYS },
		{ BYPASS_CLASS_OTHER, 900, 800, 59, FLOW_EXPIRY_STAYS },
		{ BYPASS_CLASS_OTHER, 900, 61, 62, FLOW_EXPIRY_IDLE },
		/* Seen leaving again after its last packet: what was read may be older than that. */
		{ BYPASS_CLASS_OTHER, 30, 61, 0, FLOW_EXPIRY_STAYS },
		{ BYPASS_CLASS_DNS, 11, 0, 0, FLOW_EXPIRY_IDLE },
		{ BYPASS_CLASS_DNS, 900, 9, 0, FLOW_EXPIRY_STAYS },
		{ BYPASS_CLASS_QUIC, 119, 0, 0, FLOW_EXPIRY_STAYS },
		{ BYPASS_CLASS_QUIC, 121, 0, 0, FLOW_EXPIRY_IDLE },
		/* On a CPU whose clock is ahead. */
		{ BYPASS_CLASS_DNS, 900, -1, 0, FLOW_EXPIRY_STAYS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct flow_value value = { .class = (__u8)rows[i].class };

		if (rows[i].home)
			value.home_counts.last = NOW - rows[i].home * SECOND;
		if (rows[i].other)
			value.other_counts.last = NOW - rows[i].other * SECOND;
		assert_int_equal(look(&value, NOW - rows[i].since * SECOND, NOW), rows[i].expected);
	}
}

static void test_gone(void **state)
{
	struct flow_value value = { .gone = 1, .flags = FLOW_CONNTRACK };

	(void)state;
	assert_int_equal(look(&value, NOW, NOW), FLOW_EXPIRY_GONE);
	assert_int_equal(look(&value, NOW - 900 * SECOND, NOW), FLOW_EXPIRY_GONE);
}

static void test_timer(void **state)
{
	/* Seconds before now: last packet, timer set by netlink, by the kernel side. 0: never. */
	static const struct {
		int last, timer_set, confirmed;
		__u16 flags;
		enum flow_expiry expected;
	} rows[] = {
		{ 1, 10, 0, FLOW_CONNTRACK, FLOW_EXPIRY_TIMER },
		{ 1, 9, 0, FLOW_CONNTRACK, FLOW_EXPIRY_STAYS },
		{ 1, 40, 0, FLOW_CONNTRACK, FLOW_EXPIRY_TIMER },
		{ 40, 40, 0, FLOW_CONNTRACK, FLOW_EXPIRY_STAYS },
		{ 40, 30, 0, FLOW_CONNTRACK, FLOW_EXPIRY_STAYS },
		{ 1, 40, 0, FLOW_OBSERVED, FLOW_EXPIRY_STAYS },
		/* Set by the kernel side with a packet not long before the last. */
		{ 1, 40, 1, FLOW_CONNTRACK, FLOW_EXPIRY_STAYS },
		{ 1, 40, 11, FLOW_CONNTRACK, FLOW_EXPIRY_STAYS },
		{ 1, 40, 12, FLOW_CONNTRACK, FLOW_EXPIRY_STAYS },
		{ 1, 40, 13, FLOW_CONNTRACK, FLOW_EXPIRY_TIMER },
		/* And then there were no more packets. */
		{ 50, 55, 52, FLOW_CONNTRACK, FLOW_EXPIRY_STAYS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct flow_value value = { .flags = rows[i].flags };

		value.home_counts.last = NOW - rows[i].last * SECOND;
		if (rows[i].confirmed)
			value.confirmed = NOW - rows[i].confirmed * SECOND;
		assert_int_equal(look(&value, NOW - 58 * SECOND, NOW - rows[i].timer_set * SECOND),
				 rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_timer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
