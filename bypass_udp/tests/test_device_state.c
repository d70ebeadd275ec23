// SPDX-License-Identifier: GPL-2.0-only
/* Which of a driver's counters mean that a frame XDP sent is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "device_state.h"

static void test_counters(void **state)
{
	static const char *const lost[] = { "rx_queue_0_xdp_tx_errors",
					    "tx_queue_1_xdp_xmit_errors", "rx0_xdp_tx_full",
					    "rx0_xdp_tx_drops", "xdp_tx_err" };
	static const char *const others[] = { "rx_queue_0_xdp_tx",
					      "rx_queue_0_xdp_drops",
					      "rx_queue_0_drops",
					      "tx_queue_0_xdp_xmit",
					      "tx_errors",
					      "rx_queue_0_xdp_redirect",
					      "" };

	(void)state;
	for (size_t i = 0; i < sizeof(lost) / sizeof(*lost); i++)
		assert_true(device_state_counts_lost(lost[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(device_state_counts_lost(others[i]));
}

/* What is not there has nothing to tell. */
static void test_no_device(void **state)
{
	static const uint8_t none[6];
	uint8_t mac[6];

	(void)state;
	memset(mac, 0xff, sizeof(mac));
	device_state_mac("no such device", mac);
	assert_memory_equal(mac, none, sizeof(mac));
	assert_int_equal(device_state_lost("no such device"), 0);
	assert_int_equal(device_state_lost("lo"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
