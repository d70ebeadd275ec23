// SPDX-License-Identifier: GPL-2.0-only
/* A capture leaves everything as it was, however it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attached_sampler.h"
#include "harness/run_program.h"
#include "recorder_filter.h"
#include "sampled_root.h"
#include "sampler_capture.h"

static struct interface_list interfaces;
static struct sampler_settings settings;
static struct recorder recorder;
static const struct sink_wish sink = { .kind = SINK_JSON, .target = "/dev/null" };

static pid_t start(const struct recorder *its, uint64_t count)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		const struct capture_wish wish = { .bpffs = sampled_root_bpffs(),
						   .interfaces = &interfaces,
						   .settings = &settings,
						   .recorder = its,
						   .sinks = &sink,
						   .sink_count = 1,
						   .count = count };
		struct problem problem = { 0 };

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(-sampler_capture(&wish, &problem));
	}
	assert_true(child > 0);
	return child;
}

static int end_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : WTERMSIG(status);
}

/* Recorders of the sampler that is attached, or a negative errno. */
static int recorders_now(void)
{
	struct recorder_set set = { 0 };
	struct attached_sampler sampler;
	struct problem problem;
	int err =
		attached_sampler_look(&sampler, sampled_root_bpffs(), SAMPLED_INTERFACE, &problem);

	if (!err) {
		const struct recorder_maps maps = attached_sampler_recorders(&sampler);

		err = recorder_maps_read(&maps, &set, &problem);
	}
	attached_sampler_close(&sampler);
	err = err ? err : (int)set.count;
	recorder_set_free(&set);
	return err;
}

static void wait_for_reader(pid_t child)
{
	struct sampled_state state = { 0 };

	while (recorders_now() < 0)
		sched_yield();
	do {
		sched_yield();
		sampled_root_read(&state);
		sampled_root_free(&state);
	} while (state.daemon.pid != (uint32_t)child);
}

static void takes_away_what_it_attached(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pid_t child = start(&recorder, 0);

		wait_for_reader(child);
		assert_int_equal(recorders_now(), 1);
		assert_int_equal(kill(child, signals[i]), 0);
		assert_int_equal(end_of(child), 0);
		assert_int_equal(recorders_now(), -ENOENT);
	}
}

static void uses_what_is_there(void **state)
{
	pid_t child;

	(void)state;
	sampled_root_attach("1M");
	child = start(&recorder, 10);
	wait_for_reader(child);
	assert_int_equal(recorders_now(), 1);
	sampled_root_flood(0, 20);
	assert_int_equal(end_of(child), 0);
	assert_int_equal(recorders_now(), 0);
	sampled_root_detach();
}

/* What would change the sampler under the reader's hands; it goes on. */
static void changes_nothing_for_a_reader(void **state)
{
	pid_t first, second;

	(void)state;
	first = start(NULL, 0);
	wait_for_reader(first);
	settings.given[SAMPLER_SETTING_RATE] = true;
	second = start(&recorder, 0);
	settings.given[SAMPLER_SETTING_RATE] = false;
	assert_int_equal(end_of(second), -EBUSY);
	assert_int_equal(recorders_now(), 0);
	assert_int_equal(kill(first, SIGTERM), 0);
	assert_int_equal(end_of(first), 0);
	assert_int_equal(recorders_now(), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_away_what_it_attached, sampled_root_setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(uses_what_is_there, sampled_root_setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(changes_nothing_for_a_reader, sampled_root_setup,
						sampled_root_teardown),
	};
	const char *reason = run_unavailable();
	struct problem problem;

	if (reason) {
		print_message("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	sampler_settings_standard(&settings);
	recorder = recorder_usual();
	if (recorder_filter_parse("10.0.0.0/8 * * 80 TCP", &recorder.filter, &problem) ||
	    interface_list_add(&interfaces, SAMPLED_INTERFACE, &problem))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
