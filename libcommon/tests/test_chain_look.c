// SPDX-License-Identifier: GPL-2.0-only
/* Chains as those see them who only look. */
#include "chain_look.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lock_taker.h"
#include "harness/scratch_bpffs.h"
#include "monotonic_clock.h"
#include "scratch_chain.h"

/* What is looked for: one interface has it, the others say why not. */
struct wanted {
	const char *interface;
	int err;
};

#define WANTED(name, error) (&(const struct wanted){ (name), (error) })

static int holds(const struct chain *chain, const void *context)
{
	const struct wanted *wanted = context;

	return strcmp(chain->interface, wanted->interface) ? wanted->err : 0;
}

static void a_chain_is_opened(void **state)
{
	struct problem problem = { 0 };
	struct chain chain;

	(void)state;
	assert_int_equal(chain_look(&chain, scratch_bpffs(), SCRATCH_INTERFACE, &problem), 0);
	assert_true(chain_has_maps(&chain));
	chain_close(&chain);
}

static void none_is_told(void **state)
{
	struct problem problem = { 0 };
	struct chain chain;

	(void)state;
	assert_int_equal(chain_look(&chain, scratch_bpffs(), "no_such0", &problem), -ENODEV);
	assert_non_null(strstr(problem.text, "no_such0: no such interface"));
	chain_close(&chain);
	assert_int_equal(chain_look(&chain, scratch_bpffs(), "lo", &problem), -ENOENT);
	assert_non_null(strstr(problem.text, "lo: no root array"));
	assert_non_null(strstr(problem.text, "xdp_root_loader --attach --interface lo"));
	chain_close(&chain);
}

static void who_has_it_is_listed(void **state)
{
	struct interface_list nobody = { 0 }, wanted = { 0 }, list = { 0 };
	struct chain second;

	(void)state;
	scratch_chain_open(&second, "eth7");
	assert_int_equal(chain_look_list(&list, scratch_bpffs(), &nobody, holds,
					 WANTED("eth7", -ENOENT), NULL),
			 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.names[0], "eth7");
	interface_list_free(&list);
	/* What cannot be known is to be told by who looks. */
	assert_int_equal(chain_look_list(&list, scratch_bpffs(), &nobody, holds,
					 WANTED("eth7", -EPROTO), NULL),
			 0);
	assert_int_equal(list.count, 2);
	interface_list_free(&list);
	assert_int_equal(interface_list_add(&wanted, "eth8", NULL), 0);
	assert_int_equal(chain_look_list(&list, scratch_bpffs(), &wanted, holds,
					 WANTED("eth7", -ENOENT), NULL),
			 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.names[0], "eth8");
	interface_list_free(&list);
	interface_list_free(&wanted);
	assert_true(chain_look_has(scratch_bpffs(), "eth7", holds, WANTED("eth7", -ENOENT)));
	assert_false(chain_look_has(scratch_bpffs(), "eth7", holds, WANTED("eth8", -ENOENT)));
	assert_false(chain_look_has(scratch_bpffs(), "eth8", holds, WANTED("eth8", -ENOENT)));
	assert_int_equal(chain_remove(&second, NULL), 0);
	chain_close(&second);
}

static void the_lock_is_not_waited_for_for_long(void **state)
{
	struct problem problem = { 0 };
	struct lock_taker taker;
	uint64_t begin;
	int lock;

	(void)state;
	lock_taker_start(&taker);
	lock_taker_go(&taker);
	(void)lock_taker_when(&taker);
	begin = monotonic_clock_now();
	assert_int_equal(chain_look_lock(scratch_bpffs(), &problem), -ETIMEDOUT);
	assert_true(monotonic_clock_now() - begin < UINT64_C(30000000000));
	chain_look_unlock(scratch_bpffs(), -ETIMEDOUT);
	lock_taker_end(&taker);
	lock = chain_look_lock(scratch_bpffs(), &problem);
	assert_true(lock >= 0);
	chain_look_unlock(scratch_bpffs(), lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_chain_is_opened, scratch_chain_set_up,
						scratch_chain_tear_down),
		cmocka_unit_test_setup_teardown(none_is_told, scratch_chain_set_up,
						scratch_chain_tear_down),
		cmocka_unit_test_setup_teardown(who_has_it_is_listed, scratch_chain_set_up,
						scratch_chain_tear_down),
		cmocka_unit_test_setup_teardown(the_lock_is_not_waited_for_for_long,
						scratch_chain_set_up, scratch_chain_tear_down),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
