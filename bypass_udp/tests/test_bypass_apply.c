// SPDX-License-Identifier: GPL-2.0-only
/* The configuration file made true on a router: by the front door, and by --configured. */
#include "bypass_work.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bypass_slot.h"
#include "bypassed_router.h"
#include "log.h"

#define must bypassed_router_must
#define FLOW "\"flows\": [{ \"in\": \"10.1.0.1:5000 > 10.2.0.1:53\", \"out\": \"l2\" }]"

static struct problem *const problem = &bypassed_router_problem;
static char path[] = "/tmp/test_bypass_apply.XXXXXX";
static char said[4096];

/* Members of the section; the host's interfaces are r0 and r1, if nothing else is said. */
static void configure(const char *section)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fprintf(file, "{ \"interfaces\": [\"r0\", \"r1\"], \"bypass_udp\": {%s} }",
			    section) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int apply(const char *interfaces)
{
	struct interface_list list = { 0 };
	struct component_apply wish = { .bpffs = bypassed_router_bpffs(),
					.config = path,
					.interfaces = &list };
	FILE *stream = fmemopen(memset(said, 0, sizeof(said)), sizeof(said) - 1, "w");
	int err;

	assert_non_null(stream);
	if (*interfaces)
		assert_int_equal(interface_list_add(&list, interfaces, NULL), 0);
	*problem = (struct problem){ 0 };
	err = bypass_work_apply(stream, &wish, problem);
	interface_list_free(&list);
	assert_int_equal(fclose(stream), 0);
	return err;
}

static void assert_said(const char *text)
{
	if (!strstr(said, text))
		fail_msg("'%s' instead of '%s'", said, text);
}

static int typed(int (*work)(struct bypass_options *options, struct problem *problem),
		 bool configured, bool attached)
{
	struct bypass_options options = { .bpffs = bypassed_router_bpffs(),
					  .config = path,
					  .slot = BYPASS_SLOT_ANY,
					  .configured = configured,
					  .attached = attached };
	int err;

	*problem = (struct problem){ 0 };
	err = work(&options, problem);
	interface_list_free(&options.interfaces);
	return err;
}

static void assert_nothing_is_left(void)
{
	char *pins = bypassed_router_pins();

	assert_string_equal(pins, "");
	free(pins);
}

static struct bypass_settings read_settings(void)
{
	struct bypass_settings settings;
	struct bypass_host host;

	must(bypass_host_open(&host, bypassed_router_bpffs(), problem));
	must(bypass_host_read_settings(&host, &settings, problem));
	bypass_host_close(&host);
	return settings;
}

static void what_is_missing_is_attached(void **state)
{
	uint32_t program;

	(void)state;
	configure(FLOW);
	must(apply("r0"));
	assert_string_equal(said, "bypass_udp: attached to r0\n");
	program = bypassed_router_program("r0", BYPASS_SLOT_DEFAULT);
	assert_int_not_equal(program, 0);
	assert_int_equal(bypassed_router_program("r1", BYPASS_SLOT_DEFAULT), 0);
	must(apply("r0,r1"));
	assert_said("bypass_udp: attached to r1\n");
	assert_said("static flows: 0 added, 1 stay, 0 removed\n");
	assert_null(strstr(said, "r0"));
	/* What is there stays as it is. */
	assert_int_equal(bypassed_router_program("r0", BYPASS_SLOT_DEFAULT), program);
	must(typed(bypass_work_detach, false, true));
	assert_nothing_is_left();
	must(typed(bypass_work_detach, false, true));
}

static void what_is_there_is_reloaded(void **state)
{
	(void)state;
	configure("\"sample\": \"2s\"");
	must(apply("r0,r1"));
	configure("\"idle_timeout\": \"30s\", " FLOW
		  ", \"interface\": { \"r1\": { \"monitor\": true } }");
	must(apply("r0,r1"));
	assert_said("idle_timeout: 60s -> 30s\n");
	assert_said("sample: 2s -> 500ms\n");
	assert_said("static flows: 1 added, 0 stay, 0 removed\n");
	assert_int_equal(bypassed_router_config("r0").monitor, 0);
	assert_int_equal(bypassed_router_config("r1").monitor, 1);
	/* Nothing wanted any more: settings stay, too. */
	must(apply(""));
	assert_said("r0: bypass_udp is attached and not wanted by the configuration: left alone");
	assert_said("r1: bypass_udp is attached and not wanted by the configuration: left alone");
	assert_int_equal(read_settings().idle[0], UINT64_C(30000000000));
	must(typed(bypass_work_detach, false, true));
}

static void errors_of_the_file_change_nothing(void **state)
{
	(void)state;
	configure("\"sample\": \"2s\"");
	must(apply("r0"));
	configure("\"sample\": \"5\", \"idle_timeout\": \"30s\"");
	assert_int_equal(apply("r0,r1"), -EINVAL);
	assert_string_equal(said, "");
	assert_int_equal(bypassed_router_program("r1", BYPASS_SLOT_DEFAULT), 0);
	assert_int_equal(read_settings().sample, UINT64_C(2000000000));
	must(typed(bypass_work_detach, false, true));
}

static void the_file_has_the_slot(void **state)
{
	uint32_t program;

	(void)state;
	configure("\"slot\": 3");
	must(typed(bypass_work_attach, true, false));
	program = bypassed_router_program("r0", 3);
	assert_int_not_equal(program, 0);
	assert_int_not_equal(bypassed_router_program("r1", 3), 0);
	/* Where it is, it stays. */
	configure("\"slot\": 4");
	must(typed(bypass_work_attach, true, false));
	assert_int_not_equal(bypassed_router_program("r0", 3), 0);
	assert_int_not_equal(bypassed_router_program("r0", 3), program);
	assert_int_equal(bypassed_router_program("r0", 4), 0);
	must(typed(bypass_work_reload, true, false));
	must(typed(bypass_work_detach, false, true));
	assert_nothing_is_left();
}

static void configured_does_what_it_can(void **state)
{
	(void)state;
	configure("\"interfaces\": [\"no_such\", \"r1\"]");
	assert_int_equal(typed(bypass_work_attach, true, false), COMMAND_LINE_PARTLY);
	assert_int_not_equal(bypassed_router_program("r1", BYPASS_SLOT_DEFAULT), 0);
	assert_int_equal(bypassed_router_program("r0", BYPASS_SLOT_DEFAULT), 0);
	assert_int_equal(typed(bypass_work_reload, true, false), COMMAND_LINE_PARTLY);
	must(typed(bypass_work_detach, false, true));
	configure("\"interfaces\": []");
	must(typed(bypass_work_attach, true, false));
	must(typed(bypass_work_reload, true, false));
	assert_nothing_is_left();
}

/* As after xdp_root_loader --detach. */
static void what_is_left_goes_with_detach(void **state)
{
	(void)state;
	configure(FLOW);
	must(typed(bypass_work_attach, true, false));
	bypassed_router_remove_root("r0");
	bypassed_router_remove_root("r1");
	assert_true(bpffs_exists(bypassed_router_path("")));
	must(typed(bypass_work_detach, false, true));
	assert_false(bpffs_exists(bypassed_router_path("")));
}

#define APPLY_TEST(name)                                                                           \
	cmocka_unit_test_setup_teardown(name, bypassed_router_set_up, bypassed_router_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		APPLY_TEST(what_is_missing_is_attached),
		APPLY_TEST(what_is_there_is_reloaded),
		APPLY_TEST(errors_of_the_file_change_nothing),
		APPLY_TEST(the_file_has_the_slot),
		APPLY_TEST(configured_does_what_it_can),
		APPLY_TEST(what_is_left_goes_with_detach),
	};
	const char *reason = bypassed_router_enter();
	int failed, fd;

	log_open("test_bypass_apply", false);
	if (reason) {
		printf("SKIP: %s\n", reason);
		return ROUTER_SKIP;
	}
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	bypassed_router_leave();
	return failed;
}
