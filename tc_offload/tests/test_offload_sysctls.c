// SPDX-License-Identifier: GPL-2.0-only
/* The sysctls that --set-sysctls sets, and what becomes of them. */
#include "offload_sysctls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "attached_host.h"

#define must attached_host_must

static struct problem *const problem = &attached_host_problem;

static void set(unsigned int number, int value)
{
	attached_host_run("sysctl -qw %s=%d", offload_sysctl_name(number), value);
}

static void assert_values(int first, int second)
{
	int value[OFFLOAD_SYSCTL_COUNT];

	for (unsigned int i = 0; i < OFFLOAD_SYSCTL_COUNT; i++)
		must(offload_sysctl_read(i, &value[i], problem));
	assert_int_equal(value[0], first);
	assert_int_equal(value[1], second);
}

static int attach_setting(const char *interfaces)
{
	struct offload_attach_wish wish = { .set_sysctls = true };

	return attached_host_attach_as(interfaces, &wish);
}

static void names_are_those_of_sysctl(void **state)
{
	(void)state;
	assert_string_equal(offload_sysctl_name(0), "net.ipv4.conf.lo.route_localnet");
	assert_string_equal(offload_sysctl_name(1), "net.ipv4.conf.lo.accept_local");
	set(1, -1);
	assert_values(0, -1);
	set(0, 2147483647);
	assert_values(2147483647, -1);
}

static void nothing_is_set_unasked(void **state)
{
	(void)state;
	must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	assert_values(0, 0);
}

static void they_are_set_and_given_back_by_the_last_detach(void **state)
{
	(void)state;
	must(attach_setting("o0,o1"));
	assert_values(1, 1);
	must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
	assert_values(1, 1);
	must(attached_host_detach("o1", OFFLOAD_AT_BOTH));
	assert_values(0, 0);
	assert_int_equal(attached_host_pins(), 0);
}

static void those_that_were_set_before_stay(void **state)
{
	(void)state;
	set(0, 1);
	must(attach_setting("o0"));
	assert_values(1, 1);
	must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
	assert_values(1, 0);
}

static void what_somebody_has_changed_since_stays(void **state)
{
	(void)state;
	must(attach_setting("o0"));
	set(0, 2);
	set(1, 0);
	must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
	assert_values(2, 0);
}

static void setting_twice_remembers_what_was_at_first(void **state)
{
	(void)state;
	must(attach_setting("o0"));
	must(attach_setting("o0,o1"));
	assert_values(1, 1);
	must(attached_host_detach("all", OFFLOAD_AT_BOTH));
	assert_values(0, 0);
}

/* Written down, and killed. */
static void what_a_kill_left_unset_is_set_by_the_next(void **state)
{
	const struct offload_sysctls killed = { { { 1, 0 }, { 0, 0 } } };
	struct offload_sysctls now;
	struct offload_host host;

	(void)state;
	must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	host = attached_host_open();
	must(offload_host_write_sysctls(&host, &killed, problem));
	must(offload_sysctls_restore(&host, problem));
	assert_values(0, 0);
	must(offload_host_read_sysctls(&host, &now, problem));
	assert_int_equal(now.sysctl[0].is_set, 0);
	must(offload_host_write_sysctls(&host, &killed, problem));
	must(offload_sysctls_set(&host, problem));
	assert_values(1, 1);
	must(offload_sysctls_restore(&host, problem));
	assert_values(0, 0);
	offload_host_close(&host);
}

static void undo_keeps_what_was_set_before(void **state)
{
	struct offload_sysctls before;
	struct offload_host host;

	(void)state;
	set(1, 1);
	must(attach_setting("o0"));
	host = attached_host_open();
	must(offload_host_read_sysctls(&host, &before, problem));
	assert_int_equal(before.sysctl[0].is_set, 1);
	assert_int_equal(before.sysctl[1].is_set, 0);
	set(1, 0);
	must(offload_sysctls_set(&host, problem));
	assert_values(1, 1);
	must(offload_sysctls_undo(&host, &before, problem));
	assert_values(1, 0);
	offload_host_close(&host);
}

#define SYSCTL_TEST(name)                                                                          \
	cmocka_unit_test_setup_teardown(name, attached_host_set_up, attached_host_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SYSCTL_TEST(names_are_those_of_sysctl),
		SYSCTL_TEST(nothing_is_set_unasked),
		SYSCTL_TEST(they_are_set_and_given_back_by_the_last_detach),
		SYSCTL_TEST(those_that_were_set_before_stay),
		SYSCTL_TEST(what_somebody_has_changed_since_stays),
		SYSCTL_TEST(setting_twice_remembers_what_was_at_first),
		SYSCTL_TEST(what_a_kill_left_unset_is_set_by_the_next),
		SYSCTL_TEST(undo_keeps_what_was_set_before),
	};
	const char *reason = attached_host_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return ATTACHED_HOST_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	attached_host_leave();
	return failed;
}
