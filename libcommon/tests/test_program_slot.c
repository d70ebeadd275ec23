// SPDX-License-Identifier: GPL-2.0-only
/* A tool's own program is found where a loader of ours put it, and nothing else is taken for it. */
#include "program_slot.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"

#define PROGRAM "xdp_mine"

static __u32 publish(const struct chain *chain, unsigned int slot, const char *name)
{
	struct slot_content content = {
		.program = scratch_program("kernel_name", BPF_PROG_TYPE_XDP, XDP_PASS),
		.record = { .slot = slot, .kit = 1 },
	};
	__u32 id = scratch_program_id(content.program);

	snprintf(content.record.name, sizeof(content.record.name), "%s", name);
	assert_int_equal(slot_table_publish(chain, slot, &content, NULL), 0);
	close(content.program);
	return id;
}

static void assert_found(const struct chain *chain, unsigned int wanted, unsigned int number,
			 __u32 running, __u32 pinned)
{
	struct problem problem = { 0 };
	struct program_slot found;

	assert_int_equal(program_slot_find(chain, PROGRAM, wanted, &found, &problem), 0);
	assert_int_equal(found.number, number);
	assert_int_equal(found.slot.program_id, running);
	assert_int_equal(found.slot.pinned_id, pinned);
	assert_string_equal(found.slot.name, PROGRAM);
	assert_string_equal(problem.text, "");
}

static void assert_refused(const struct chain *chain, unsigned int wanted, int expected,
			   const char *text)
{
	struct program_slot found = { .number = 77 };
	struct problem problem = { 0 };

	assert_int_equal(program_slot_find(chain, PROGRAM, wanted, &found, &problem), expected);
	assert_string_equal(problem.text, text);
	assert_int_equal(program_slot_find(chain, PROGRAM, wanted, &found, NULL), expected);
	assert_int_equal(found.number, 77);
}

static void it_is_found_in_every_slot(void **state)
{
	const struct chain *chain = *state;

	for (unsigned int slot = 0; slot < ECBPF_SLOT_COUNT; slot++) {
		__u32 id = publish(chain, slot, PROGRAM);

		assert_found(chain, PROGRAM_SLOT_ANY, slot, id, id);
		assert_found(chain, slot, slot, id, id);
		assert_int_equal(slot_table_clear(chain, slot, NULL), 0);
	}
}

static void where_it_is_not_is_said(void **state)
{
	const struct chain *chain = *state;
	const char *nowhere = SCRATCH_INTERFACE ": xdp_mine is not attached; run: xdp_mine "
						"--attach --interface " SCRATCH_INTERFACE;
	__u32 id;

	assert_refused(chain, PROGRAM_SLOT_ANY, -ENOENT, nowhere);
	/* The exit hook is no slot. */
	publish(chain, ECBPF_EXIT_HOOK, PROGRAM);
	assert_refused(chain, PROGRAM_SLOT_ANY, -ENOENT, nowhere);
	id = publish(chain, 2, PROGRAM);
	assert_found(chain, PROGRAM_SLOT_ANY, 2, id, id);
	assert_refused(chain, 3, -ENOENT,
		       SCRATCH_INTERFACE ": slot 3 is empty, xdp_mine is not attached there");
}

static void one_whose_entry_was_emptied_is_found(void **state)
{
	const struct chain *chain = *state;
	__u32 slot = 4, id = publish(chain, slot, PROGRAM);

	assert_int_equal(bpf_map_delete_elem(chain->map[CHAIN_SLOTS], &slot), 0);
	assert_found(chain, PROGRAM_SLOT_ANY, slot, 0, id);
	assert_found(chain, slot, slot, 0, id);
}

static void two_are_told_apart_by_number(void **state)
{
	const struct chain *chain = *state;
	__u32 first = publish(chain, 2, PROGRAM), second = publish(chain, 6, PROGRAM);

	assert_refused(chain, PROGRAM_SLOT_ANY, -EEXIST,
		       SCRATCH_INTERFACE ": xdp_mine is in slots 2 and 6: say which with --slot N");
	assert_found(chain, 2, 2, first, first);
	assert_found(chain, 6, 6, second, second);
}

static void another_program_is_named(void **state)
{
	const struct chain *chain = *state;
	__u32 id = publish(chain, 5, "stranger");
	char text[256];

	snprintf(text, sizeof(text), "%s: slot 5 holds stranger (id %u), not xdp_mine",
		 SCRATCH_INTERFACE, id);
	assert_refused(chain, 5, -EBUSY, text);
	/* Also while its entry is empty. */
	assert_int_equal(bpf_map_delete_elem(chain->map[CHAIN_SLOTS], &(__u32){ 5 }), 0);
	assert_refused(chain, 5, -EBUSY, text);
}

/* One of the same name that some other loader put there. */
static void a_namesake_is_not_it(void **state)
{
	const struct chain *chain = *state;
	int fd = scratch_program(PROGRAM, BPF_PROG_TYPE_XDP, XDP_PASS);
	char text[256];
	__u32 slot = 1, id;

	assert_int_equal(bpf_map_update_elem(chain->map[CHAIN_SLOTS], &slot, &fd, BPF_ANY), 0);
	snprintf(text, sizeof(text),
		 "%s: slot 1 holds xdp_mine (id %u), not xdp_mine as this tool loads it",
		 SCRATCH_INTERFACE, scratch_program_id(fd));
	assert_refused(chain, slot, -EBUSY, text);
	id = publish(chain, 3, PROGRAM);
	assert_found(chain, PROGRAM_SLOT_ANY, 3, id, id);
	close(fd);
}

static void an_array_that_cannot_be_read_is_an_error(void **state)
{
	struct chain *chain = *state;
	int array = chain->map[CHAIN_SLOTS], no_map = open("/dev/null", O_RDONLY);
	struct program_slot found;

	publish(chain, 2, PROGRAM);
	chain->map[CHAIN_SLOTS] = no_map;
	assert_int_equal(program_slot_find(chain, PROGRAM, PROGRAM_SLOT_ANY, &found, NULL),
			 -EINVAL);
	chain->map[CHAIN_SLOTS] = array;
	close(no_map);
}

#define IN_A_CHAIN(test)                                                                           \
	cmocka_unit_test_setup_teardown(test, scratch_chain_set_up, scratch_chain_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_CHAIN(it_is_found_in_every_slot),
		IN_A_CHAIN(where_it_is_not_is_said),
		IN_A_CHAIN(one_whose_entry_was_emptied_is_found),
		IN_A_CHAIN(two_are_told_apart_by_number),
		IN_A_CHAIN(another_program_is_named),
		IN_A_CHAIN(a_namesake_is_not_it),
		IN_A_CHAIN(an_array_that_cannot_be_read_is_an_error),
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
