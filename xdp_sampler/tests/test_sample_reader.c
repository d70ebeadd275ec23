// SPDX-License-Identifier: GPL-2.0-only
/* Readers of a real ring: one that works, one that is killed, one too many, and maps that are replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run_program.h"
#include "sample_reader_maps.h"
#include "sampled_root.h"

#define RING "1M"
#define KILLS 60

static struct problem problem;
/* Shared with the children. */
static struct shared {
	uint64_t taken;
	uint64_t die_at; /* the child that takes that many kills itself in the middle, 0: none */
} * shared;

static void take(void *context, struct sample_reader *reader, const struct sample *sample)
{
	(void)context;
	reader_ledger_take(reader->ledger, sample->cpu, sample->sequence, 0);
	shared->taken++;
	/* The ledger has it, and it is still in the ring. */
	if (shared->taken == shared->die_at)
		raise(SIGKILL);
}

static int setup(void **state)
{
	shared->taken = shared->die_at = 0;
	problem = (struct problem){ 0 };
	return sampled_root_setup(state);
}

static struct sample_reader new_reader(void)
{
	struct sample_reader reader;

	sample_reader_init(&reader, sampled_root_bpffs(), SAMPLED_INTERFACE, take, NULL);
	return reader;
}

static void look(struct sample_reader *reader, int expected)
{
	int result = sample_reader_look(reader, &problem);

	if (result != expected)
		fail_msg("%d instead of %d: %s", result, expected, problem.text);
}

static void takes_each_once(void **state)
{
	struct sample_reader reader = new_reader();
	struct sampled_totals totals;

	(void)state;
	sampled_root_attach(RING);
	sampled_root_flood(0, 100);
	look(&reader, 1);
	assert_int_equal(sample_reader_consume(&reader, 30), 30);
	assert_int_equal(sample_reader_consume(&reader, 1000), 70);
	sampled_root_flood(1, 50);
	look(&reader, 0);
	assert_int_equal(sample_reader_consume(&reader, 1000), 50);
	assert_int_equal(sample_reader_consume(&reader, 1000), 0);
	totals = sampled_root_totals();
	assert_int_equal(totals.read, 150);
	assert_int_equal(totals.sampled, 150);
	/* Since this process saw it first. */
	sample_reader_count(&reader);
	assert_int_equal(reader.counts[SAMPLER_VERDICT].packets, 50);
	assert_int_equal(reader.counts[SAMPLER_VERDICT].sampled, 50);
	assert_string_equal(program_names_of(&reader.names, ECBPF_ROOT_ROW), "xdp_root");
	assert_string_equal(program_names_of(&reader.names, SAMPLE_NO_VERDICT), "");
	sample_reader_close(&reader);
	sampled_root_detach();
}

static void counts_what_the_ring_lost(void **state)
{
	struct sample_reader reader = new_reader();
	struct sampled_totals totals;

	(void)state;
	sampled_root_attach("256K");
	look(&reader, 1);
	sampled_root_flood(0, 5000);
	(void)sample_reader_consume(&reader, UINT32_MAX);
	sample_reader_count(&reader);
	totals = sampled_root_totals();
	assert_int_equal(totals.sampled, 5000);
	assert_true(totals.ring_lost > 1000);
	assert_int_equal(totals.read, shared->taken);
	assert_int_equal(reader.counts[SAMPLER_VERDICT].ring_lost, totals.ring_lost);
	sample_reader_close(&reader);
	sampled_root_detach();
}

static pid_t start_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		struct sample_reader reader = new_reader();

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (sample_reader_look(&reader, &problem) != 1)
			_exit(1);
		for (;;)
			(void)sample_reader_consume(&reader, 1000);
	}
	assert_true(child > 0);
	return child;
}

static void wait_for_kill(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* Once in the worst moment: between the ledger and the ring. */
static void takes_nothing_twice(void **state)
{
	struct sample_reader reader = new_reader();

	(void)state;
	sampled_root_attach(RING);
	sampled_root_flood(0, 100);
	shared->die_at = 40;
	wait_for_kill(start_child());
	look(&reader, 1);
	assert_int_equal(sample_reader_consume(&reader, 1000), 60);
	assert_int_equal(shared->taken, 100);
	assert_int_equal(sampled_root_totals().read, 100);
	sample_reader_close(&reader);
	/* The next one finds nothing to pass over. */
	sampled_root_flood(0, 10);
	look(&reader, 1);
	assert_int_equal(sample_reader_consume(&reader, 1000), 10);
	sample_reader_close(&reader);
	sampled_root_detach();
}

/* And at any moment, while packets come. */
static void stays_exact_when_killed(void **state)
{
	struct sample_reader reader = new_reader();

	(void)state;
	sampled_root_attach(RING);
	for (int i = 0; i < KILLS; i++) {
		uint64_t before = shared->taken;
		pid_t child = start_child();

		do {
			sampled_root_flood((unsigned int)i % 2, 300);
		} while (shared->taken < before + 100 * (unsigned int)i % 1000 + 1);
		assert_int_equal(kill(child, SIGKILL), 0);
		wait_for_kill(child);
	}
	look(&reader, 1);
	(void)sample_reader_consume(&reader, UINT32_MAX);
	/* Asserts that the CPUs' numbers add up. */
	(void)sampled_root_totals();
	sample_reader_close(&reader);
	sampled_root_detach();
}

static void is_the_only_one(void **state)
{
	struct sample_reader reader = new_reader(), second = new_reader();
	char pid[32];

	(void)state;
	sampled_root_attach(RING);
	look(&reader, 1);
	look(&second, -EBUSY);
	snprintf(pid, sizeof(pid), "process %d reads", (int)getpid());
	assert_non_null(strstr(problem.text, pid));
	sample_reader_close(&reader);
	look(&second, 1);
	sample_reader_close(&second);
	sampled_root_detach();
}

static void tells_what_is_missing(void **state)
{
	struct sample_reader reader = new_reader();

	(void)state;
	look(&reader, -ENOENT);
	assert_non_null(strstr(problem.text, "xdp_sampler"));
	sample_reader_init(&reader, sampled_root_bpffs(), "eth7", take, NULL);
	look(&reader, -ENODEV);
	assert_non_null(strstr(problem.text, "eth7"));
	sample_reader_close(&reader);
}

/* Detached and attached again: the old ring is emptied, the new one read, and counts go on. */
static void follows_to_new_maps(void **state)
{
	struct sample_reader reader = new_reader();

	(void)state;
	sampled_root_attach(RING);
	look(&reader, 1);
	sampled_root_flood(0, 100);
	sample_reader_count(&reader);
	sampled_root_detach();
	look(&reader, -ENOENT);
	sampled_root_attach("256K");
	sampled_root_flood(1, 20);
	look(&reader, 1);
	assert_int_equal(shared->taken, 100);
	assert_int_equal(sample_reader_consume(&reader, 1000), 20);
	sample_reader_count(&reader);
	assert_int_equal(reader.counts[SAMPLER_VERDICT].packets, 120);
	assert_int_equal(reader.counts[SAMPLER_VERDICT].sampled, 120);
	assert_int_equal(sampled_root_totals().read, 20);
	/* An upgrade keeps the maps. */
	sampled_root_attach("256K");
	look(&reader, 0);
	sample_reader_close(&reader);
	sampled_root_detach();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_each_once, setup, sampled_root_teardown),
		cmocka_unit_test_setup_teardown(counts_what_the_ring_lost, setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(takes_nothing_twice, setup, sampled_root_teardown),
		cmocka_unit_test_setup_teardown(stays_exact_when_killed, setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(is_the_only_one, setup, sampled_root_teardown),
		cmocka_unit_test_setup_teardown(tells_what_is_missing, setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(follows_to_new_maps, setup, sampled_root_teardown),
	};
	const char *reason = run_unavailable();

	if (reason) {
		print_message("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
