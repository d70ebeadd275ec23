// SPDX-License-Identifier: GPL-2.0-only
/* The status as text and as JSON, of a root on the loopback and two components of the test's own. */
#include "status.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capability.h"
#include "harness/loopback_root.h"
#include "log.h"
#include "sample_components.h"
#include "status_screen.h"

static struct run_program root;
static struct chain chain;
static struct problem problem;
static char *text;

static int set_up(void **state)
{
	(void)state;
	sample_reset();
	loopback_root_open(&root, &chain);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(text);
	text = NULL;
	loopback_root_close(&root, &chain);
	return 0;
}

static int show(const char *config, bool json)
{
	const struct status_wish wish = {
		.bpffs = loopback_root_bpffs(),
		.config = sample_config(config),
		.sockets = "/no/such/directory",
		.json = json,
	};
	struct sample_output output;
	int err;

	problem = (struct problem){ 0 };
	free(text);
	sample_output_open(&output);
	err = status_show(output.stream, sample_table, &wish, &problem);
	sample_output_close(&output);
	text = output.text;
	return err;
}

static void says(const char *expected)
{
	if (!strstr(text, expected))
		print_message("not there: %s\n%s", expected, text);
	assert_non_null(strstr(text, expected));
}

static void one_screen_has_chains_and_components(void **state)
{
	static const unsigned char frame[64];
	struct run_result result;

	(void)state;
	assert_int_equal(run_packet(&root, &(struct run_frame){ frame, sizeof(frame), 0, 0 },
				    &result),
			 0);
	assert_int_equal(show("{ \"interfaces\": \"lo\", \"beta\": {} }", false), 0);
	assert_string_equal(text,
			    "INTERFACE  SLOT  PROGRAM      SEEN  PASS  DROP  TX  REDIR  ABORT\n"
			    "lo         all   generic         1     1     0   0      0      0\n"
			    "           root  (undecided)     1     1     0   0      0      0\n"
			    "\n"
			    "xdp_root      root is fine\n"
			    "beta          beta is fine\n");
}

static void what_is_sick_is_told_and_fails(void **state)
{
	(void)state;
	sample_beta =
		(struct sample_answers){ .headline = "slot emptied", .headline_err = -EUCLEAN };
	assert_int_equal(show("{}", false), -EUCLEAN);
	says("beta          SICK: slot emptied\n");
	assert_non_null(strstr(problem.text, "1 component is not as it should be"));
	sample_root.headline_err = -EIO;
	assert_int_equal(show("{}", false), -EUCLEAN);
	says("xdp_root      UNKNOWN: its map is broken\n");
	assert_non_null(strstr(problem.text, "2 components are not as they should be"));
}

static void what_is_wanted_and_not_there_is_told(void **state)
{
	(void)state;
	sample_beta.headline_err = -ENOENT;
	assert_int_equal(show("{}", false), 0);
	says("beta          not attached\n");
	assert_int_equal(show("{ \"beta\": { \"interfaces\": [] } }", false), 0);
	says("beta          not attached, but wanted: ecbpf reload\n");
	assert_int_equal(show("{ \"interfaces\": [\"no_such0\", \"lo\"] }", false), 0);
	says("\n1 interface of the configuration is not there\n");
	assert_int_equal(show("{ \"interfaces\": [\"no_such0\", \"lo\"] }", true), 0);
	says("\"missing\": 1");
}

static void a_broken_configuration_does_not_hide_the_rest(void **state)
{
	(void)state;
	assert_int_equal(show("{ \"interfaces\": ", false), 0);
	says("line 1");
	says("beta is fine");
	assert_int_equal(show("{ \"interfaces\": ", true), 0);
	says("\"exists\": true");
	says("line 1");
}

static void json_has_every_components_report(void **state)
{
	(void)state;
	assert_int_equal(show("{ \"interfaces\": \"lo\" }", true), 0);
	says("\"tool\": \"ecbpf\"");
	says("\"schema_version\": 1");
	says("\"says\": \"root is fine\"");
	says("\"says\": \"beta is fine\"");
	says("\"wanted\": true");
	says("\"wanted\": false");
	says("\"interfaces\": [\n      \"lo\"\n    ]");
	says("\"sick\": 0\n}");
	sample_beta.sick = 2;
	sample_root.status_err = -EIO;
	assert_int_equal(show("{}", true), -EUCLEAN);
	says("\"problem\": \"no status\"");
	assert_null(strstr(text, "\"attached\": false"));
	sample_beta.headline_err = -ENOENT;
	assert_int_equal(show("{}", true), -EUCLEAN);
	says("\"attached\": false");
	sample_beta = (struct sample_answers){ .headline = "", .headline_err = -EIO };
	assert_int_equal(show("{}", true), -EUCLEAN);
	says("\"problem\": \"its map is broken\"");
	sample_beta.sick = 2;
	says("\"sick\": 2\n}");
}

/* A link that is not the pinned one: the interface is as if the root had gone. */
static void an_interface_without_its_root_is_told(void **state)
{
	const struct terminal plain = { 0 };
	struct chain_views none = { 0 };
	struct status_wanted wanted;
	struct sample_output output;

	(void)state;
	status_wanted_read(&wanted, sample_config("{ \"interfaces\": \"lo\" }"));
	sample_output_open(&output);
	assert_int_equal(status_screen_chains(output.stream, &plain, &none), 0);
	status_screen_wanted(output.stream, &plain, &none, &wanted);
	sample_output_close(&output);
	text = output.text;
	says("No root is attached to any interface.\nlo: wanted by /tmp/");
	says(", but no root is attached: ecbpf reload\n");
	status_wanted_free(&wanted);
}

static void narrow_terminals_get_short_numbers(void **state)
{
	const struct terminal narrow = { .is_terminal = true, .width = 70 };
	const struct interface_list all = { 0 };
	struct sample_output output;
	struct chain_views views;

	(void)state;
	assert_int_equal(chain_views_read(&views, loopback_root_bpffs(), &all, &problem), 0);
	views.views[0].counters.total->row[2].packets[16][1] = 123456789012345;
	sample_output_open(&output);
	assert_int_equal(status_screen_chains(output.stream, &narrow, &views), 0);
	sample_output_close(&output);
	text = output.text;
	says("123T");
	assert_null(strstr(text, "123456789012345"));
	chain_views_free(&views);
}

/* In a process of its own, as rights are given up for good. */
static void who_has_no_rights_asks_the_service(void **state)
{
	int status;
	pid_t child;

	(void)state;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int err = capability_keep_only(NULL, 0, NULL);
		bool as_service = false;

		if (!err)
			err = show("{}", false);
		if (err == -ENOENT) {
			setenv("LISTEN_FDS", "1", 1);
			as_service = show("{}", false) == -EPERM;
			unsetenv("LISTEN_FDS");
			(void)show("{}", false);
		}
		remove(sample_config(""));
		_exit(as_service && err == -ENOENT &&
				      strstr(problem.text, "missing CAP_BPF, and nobody serves "
							   "/no/such/directory/status") ?
			      0 :
			      1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_screen_has_chains_and_components),
		TEST(what_is_sick_is_told_and_fails),
		TEST(what_is_wanted_and_not_there_is_told),
		TEST(a_broken_configuration_does_not_hide_the_rest),
		TEST(json_has_every_components_report),
		TEST(an_interface_without_its_root_is_told),
		TEST(narrow_terminals_get_short_numbers),
		TEST(who_has_no_rights_asks_the_service),
	};
	const char *reason = run_unavailable();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	log_open("test_status", false);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	remove(sample_config(""));
	return failed;
}
