// SPDX-License-Identifier: GPL-2.0-only
/* Takes capabilities out of its effective set; the permitted set gives them back. */
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capability.h"

#define BIT(capability) (UINT64_C(1) << (capability))
#define NEEDED (BIT(CAP_BPF) | BIT(CAP_NET_ADMIN) | BIT(CAP_PERFMON))

static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
static struct __user_cap_data_struct original[2];

static int remember(void **state)
{
	(void)state;
	return (int)syscall(SYS_capget, &header, original);
}

static int restore(void **state)
{
	(void)state;
	return (int)syscall(SYS_capset, &header, original);
}

static void become(uint64_t effective)
{
	struct __user_cap_data_struct data[2];
	uint64_t permitted = (uint64_t)original[1].permitted << 32 | original[0].permitted;

	if (effective & ~permitted) {
		print_message("SKIP: this process may not have the capabilities of the test\n");
		skip();
	}
	memcpy(data, original, sizeof(data));
	data[0].effective = (uint32_t)effective;
	data[1].effective = (uint32_t)(effective >> 32);
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

static void nothing_is_not_enough(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	become(0);
	assert_int_equal(capability_require("attach to eth0", &problem), -EPERM);
	assert_string_equal(problem.text,
			    "attach to eth0: missing CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON (needed: "
			    "CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON): run as root, or grant them, for "
			    "example with setcap or AmbientCapabilities=");
	assert_int_equal(capability_require("attach", NULL), -EPERM);
	assert_false(capability_has(CAP_NET_ADMIN));
	assert_false(capability_has(CAP_BPF));
}

static void three_are_enough(void **state)
{
	struct problem problem = { .text = "untouched" };

	(void)state;
	become(NEEDED);
	assert_int_equal(capability_require("attach", &problem), 0);
	assert_string_equal(problem.text, "untouched");
	assert_true(capability_has(CAP_BPF));
	assert_true(capability_has(CAP_NET_ADMIN));
	assert_true(capability_has(CAP_PERFMON));
	assert_false(capability_has(CAP_SYS_ADMIN));
	assert_false(capability_has(CAP_CHOWN));
}

static void names_the_missing_one(void **state)
{
	static const struct {
		int capability;
		const char *text;
	} rows[] = {
		{ CAP_BPF, "x: missing CAP_BPF (needed" },
		{ CAP_NET_ADMIN, "x: missing CAP_NET_ADMIN (needed" },
		{ CAP_PERFMON, "x: missing CAP_PERFMON (needed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct problem problem = { 0 };

		become(NEEDED & ~BIT(rows[i].capability));
		assert_int_equal(capability_require("x", &problem), -EPERM);
		assert_memory_equal(problem.text, rows[i].text, strlen(rows[i].text));
		assert_false(capability_has(rows[i].capability));
	}
}

static void sys_admin_stands_for_two(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	become(BIT(CAP_SYS_ADMIN));
	assert_true(capability_has(CAP_BPF));
	assert_true(capability_has(CAP_PERFMON));
	assert_false(capability_has(CAP_NET_ADMIN));
	assert_int_equal(capability_require("x", &problem), -EPERM);
	assert_memory_equal(problem.text, "x: missing CAP_NET_ADMIN (", 26);
	become(BIT(CAP_SYS_ADMIN) | BIT(CAP_NET_ADMIN));
	assert_int_equal(capability_require("x", &problem), 0);
}

static void impossible_numbers(void **state)
{
	(void)state;
	assert_false(capability_has(-1));
	assert_false(capability_has(64));
	assert_false(capability_has(63));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nothing_is_not_enough, restore),
		cmocka_unit_test_teardown(three_are_enough, restore),
		cmocka_unit_test_teardown(names_the_missing_one, restore),
		cmocka_unit_test_teardown(sys_admin_stands_for_two, restore),
		cmocka_unit_test_teardown(impossible_numbers, restore),
	};

	return cmocka_run_group_tests(tests, remember, NULL);
}
