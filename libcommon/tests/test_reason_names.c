// SPDX-License-Identifier: GPL-2.0-only
/* Names of reasons come and go with the program they belong to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "abi/pin_names.h"
#include "reason_names.h"
#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"
#include "scratch_load.h"
#include "slot_table.h"

#define SLOT 2

static void load(const struct chain *chain, const struct reason_names *names)
{
	struct scratch_load load = { .chain = chain,
				     .object = "subprogram_hits.o",
				     .slot = SLOT,
				     .replace = SUBPROGRAM_REPLACE_SAME,
				     .reason_names = names };

	assert_int_equal(scratch_load(&load), 0);
	scratch_load_end(&load);
}

static void general_names(void **state)
{
	(void)state;
	assert_string_equal(reason_name_general(ECBPF_REASON_NOT_IP), "not_ip");
	for (unsigned int i = 0; i <= ECBPF_REASON_MANY_TAGS; i++)
		assert_non_null(reason_name_general(i));
	assert_null(reason_name_general(ECBPF_REASON_OWN));
	assert_null(reason_name_general(UINT32_MAX));
}

static void come_and_go_with_the_program(void **state)
{
	const struct chain *chain = *state;
	struct reason_names names = { 0 }, read;
	struct problem problem = { 0 };

	strcpy(names.name[17], "too_loud");
	strcpy(names.name[ECBPF_REASON_LIMIT - 1], "last");
	load(chain, &names);
	assert_int_equal(reason_names_read(chain, SLOT, &read, &problem), 0);
	assert_memory_equal(&read, &names, sizeof(read));
	strcpy(names.name[17], "too_quiet");
	load(chain, &names);
	assert_int_equal(reason_names_read(chain, SLOT, &read, &problem), 0);
	assert_string_equal(read.name[17], "too_quiet");
	load(chain, NULL);
	assert_int_equal(reason_names_read(chain, SLOT, &read, &problem), -ENOENT);
	assert_string_equal(read.name[17], "");
	assert_string_equal(problem.text, "");
	assert_int_equal(reason_names_read(chain, SLOT + 1, &read, &problem), -ENOENT);
}

/* Someone else may have written the map. */
static void strangers_are_not_believed(void **state)
{
	const struct chain *chain = *state;
	struct reason_names names, read;
	struct problem problem = { 0 };

	memset(&names, 'x', sizeof(names));
	load(chain, &names);
	assert_int_equal(reason_names_read(chain, SLOT, &read, &problem), 0);
	assert_int_equal(strlen(read.name[0]), REASON_NAME_SIZE - 1);
	assert_int_equal(strlen(read.name[ECBPF_REASON_LIMIT - 1]), REASON_NAME_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(general_names),
		cmocka_unit_test_setup_teardown(come_and_go_with_the_program, scratch_chain_set_up,
						scratch_chain_tear_down),
		cmocka_unit_test_setup_teardown(strangers_are_not_believed, scratch_chain_set_up,
						scratch_chain_tear_down),
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
