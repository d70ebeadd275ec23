// SPDX-License-Identifier: GPL-2.0-only
/* The ledger in plain memory. A reader is stopped after every single instruction of taking a record, and
 * each time the next reader finds exact numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reader_ledger.h"

#define CPUS 4
#define SIZE 65536

static struct reader_ledger *ledger;
static struct problem problem;

static int memory(void)
{
	int fd = memfd_create("ledger", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, SIZE), 0);
	return fd;
}

static struct reader_ledger *open_ledger(void)
{
	int cpus = memory(), daemon = memory();
	struct reader_ledger *opened;

	assert_int_equal(reader_ledger_open(cpus, daemon, CPUS, &opened, &problem), 0);
	close(cpus);
	close(daemon);
	return opened;
}

static int setup(void **state)
{
	(void)state;
	ledger = open_ledger();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	reader_ledger_release(ledger);
	return 0;
}

static void takes_records(void **state)
{
	(void)state;
	reader_ledger_take(ledger, 1, 5, 0x81);
	reader_ledger_take(ledger, 1, 7, 0x01);
	assert_int_equal(ledger->cpus[1].read, 2);
	assert_int_equal(ledger->cpus[1].sequence, 7);
	assert_int_equal(ledger->cpus[1].sink[0].offered, 2);
	assert_int_equal(ledger->cpus[1].sink[7].offered, 1);
	assert_int_equal(ledger->cpus[1].sink[1].offered, 0);
	assert_int_equal(ledger->cpus[0].read + ledger->cpus[2].read + ledger->cpus[3].read, 0);
	assert_int_equal(ledger->daemon->taking.cpu, 0);
}

static void keeps_seats_by_name(void **state)
{
	(void)state;
	assert_int_equal(reader_ledger_find(ledger, "pcapng /a"), -ENOSPC);
	assert_int_equal(reader_ledger_seat(ledger, "pcapng /a", "/a", 0), 0);
	assert_int_equal(reader_ledger_seat(ledger, "json /b", "/b", 0), 1);
	assert_int_equal(reader_ledger_find(ledger, "json /b"), 1);
	assert_string_equal(ledger->daemon->sink[1].target, "/b");
	reader_ledger_take(ledger, 2, 1, 3);
	reader_ledger_end(ledger);
	reader_ledger_begin(ledger, 1);
	assert_int_equal(reader_ledger_find(ledger, "pcapng /a"), 0);
	assert_int_equal(ledger->cpus[2].sink[0].offered, 1);
}

/* Nobody's seat is given away while it is used; one that is given away counts from zero. */
static void gives_seats_away(void **state)
{
	char name[] = "live 0";

	(void)state;
	for (int i = 0; i < LEDGER_SINKS; i++, name[5]++)
		assert_int_equal(reader_ledger_seat(ledger, name, "-", 0xff), i);
	reader_ledger_take(ledger, 0, 1, 0xff);
	assert_int_equal(reader_ledger_seat(ledger, "json /b", "/b", 0xff), -ENOSPC);
	assert_int_equal(reader_ledger_seat(ledger, "json /b", "/b", 0xff & ~(1u << 5)), 5);
	assert_int_equal(ledger->cpus[0].sink[5].offered, 0);
	assert_int_equal(ledger->cpus[0].sink[4].offered, 1);
	assert_int_equal(reader_ledger_find(ledger, "live 5"), -ENOSPC);
	assert_string_equal(ledger->daemon->sink[5].name, "json /b");
}

static void loses_what_died_in_a_queue(void **state)
{
	struct ledger_sink *cell = &ledger->cpus[3].sink[2];

	(void)state;
	strcpy(ledger->daemon->sink[2].name, "json /b");
	for (int i = 1; i <= 10; i++)
		reader_ledger_take(ledger, 3, (uint64_t)i, 1 << 2);
	reader_ledger_add(&cell->delivered, 4);
	reader_ledger_add(&cell->lost, 1);
	reader_ledger_begin(ledger, 77);
	assert_int_equal(cell->offered, 10);
	assert_int_equal(cell->delivered, 4);
	assert_int_equal(cell->lost, 6);
	assert_int_equal(ledger->daemon->sink[2].state, LEDGER_SINK_CLOSED);
	assert_int_equal(ledger->daemon->pid, getpid());
	assert_int_equal(ledger->daemon->started, 77);
	reader_ledger_end(ledger);
	assert_int_equal(ledger->daemon->pid, 0);
}

static void answers(void **state)
{
	(void)state;
	reader_ledger_answer(ledger, -EINVAL, "no such sink");
	assert_int_equal(ledger->daemon->reloads, 1);
	assert_int_equal(ledger->daemon->reload_error, -EINVAL);
	assert_string_equal(ledger->daemon->reload_text, "no such sink");
	reader_ledger_answer(ledger, 0, "");
	assert_int_equal(ledger->daemon->reloads, 2);
	assert_int_equal(ledger->daemon->reload_error, 0);
}

/* What the next reader makes of the memory as it is now. */
static bool is_exact(struct reader_ledger *scratch)
{
	const struct ledger_cpu *cell = &scratch->cpus[1];
	uint64_t more;

	memcpy(scratch->cpus, ledger->cpus, SIZE / 16);
	memcpy(scratch->daemon, ledger->daemon, sizeof(*ledger->daemon));
	reader_ledger_begin(scratch, 1);
	more = cell->read - 100;
	return more <= 1 && cell->sequence == 200 + 11 * more &&
	       cell->sink[0].offered == 50 + more && cell->sink[1].offered == 60 &&
	       cell->sink[2].offered == 70 + more && cell->sink[7].offered == 80 + more &&
	       cell->sink[0].delivered + cell->sink[0].lost == cell->sink[0].offered &&
	       scratch->cpus[0].read == 0 && scratch->daemon->taking.cpu == 0;
}

static void take_one_traced(void)
{
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	(void)raise(SIGSTOP);
	reader_ledger_take(ledger, 1, 211, 1 | 1 << 2 | 1 << 7);
	_exit(0);
}

static void survives_a_kill_anywhere(void **state)
{
	struct reader_ledger *scratch = open_ledger();
	unsigned int steps = 0, wrong = 0, before = 0;
	int status;
	pid_t child;

	(void)state;
	ledger->cpus[1].read = 100;
	ledger->cpus[1].sequence = 200;
	ledger->cpus[1].sink[0] = (struct ledger_sink){ 50, 40, 10 };
	ledger->cpus[1].sink[1] = (struct ledger_sink){ 60, 30, 20 };
	ledger->cpus[1].sink[2].offered = 70;
	ledger->cpus[1].sink[7].offered = 80;
	child = fork();
	if (child == 0)
		take_one_traced();
	assert_int_equal(waitpid(child, &status, 0), child);
	while (WIFSTOPPED(status)) {
		wrong += !is_exact(scratch);
		before += ledger->cpus[1].read == 100;
		steps++;
		if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) < 0)
			break;
		assert_int_equal(waitpid(child, &status, 0), child);
	}
	reader_ledger_release(scratch);
	if (steps < 20) {
		print_message("SKIP: no right to step through a process\n");
		skip();
	}
	assert_int_equal(wrong, 0);
	/* The steps were on both sides of it. */
	assert_in_range(before, 10, steps - 10);
	assert_int_equal(ledger->cpus[1].read, 101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_records, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_seats_by_name, setup, teardown),
		cmocka_unit_test_setup_teardown(gives_seats_away, setup, teardown),
		cmocka_unit_test_setup_teardown(loses_what_died_in_a_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(answers, setup, teardown),
		cmocka_unit_test_setup_teardown(survives_a_kill_anywhere, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
