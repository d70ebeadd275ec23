// SPDX-License-Identifier: GPL-2.0-only
/* The configuration file made true on a host of the test's own: by the front door, and by --configured. */
#include "offload_apply.h"

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

#include "abi/pin_names.h"
#include "attached_host.h"
#include "log.h"
#include "offload_wanted.h"
#include "offload_work.h"

#define FLOW "{ \"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2 via 10.0.0.9 dev o0\" }"

static char path[] = "/tmp/test_offload_apply.XXXXXX";
static char said[4096];

static void configure(const char *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* As the front door does it. */
static int wanted(struct interface_list *ret_list, bool *ret_wanted, unsigned int *ret_missing)
{
	struct config_file *file = NULL;
	int err;

	attached_host_must(config_file_open(path, &file, &attached_host_problem));
	err = offload_wanted(file, ret_wanted, ret_list, ret_missing, &attached_host_problem);
	config_file_close(file);
	return err;
}

static int apply(void)
{
	struct interface_list list = { 0 };
	struct component_apply wish = { .bpffs = attached_host_bpffs(),
					.config = path,
					.interfaces = &list };
	FILE *stream = fmemopen(memset(said, 0, sizeof(said)), sizeof(said) - 1, "w");
	unsigned int missing;
	bool is_wanted;
	int err;

	assert_non_null(stream);
	attached_host_must(wanted(&list, &is_wanted, &missing));
	assert_int_equal(missing, 0);
	err = offload_apply(stream, &wish, &attached_host_problem);
	interface_list_free(&list);
	assert_int_equal(fclose(stream), 0);
	return err;
}

static void assert_said(const char *text)
{
	if (!strstr(said, text))
		fail_msg("'%s' instead of '%s'", said, text);
}

static enum tc_link_kind kind_at(const char *interface, enum offload_side side)
{
	return attached_host_places() ? attached_host_state(interface, side).kind : TC_LINK_NONE;
}

static struct offload_options options_of(void)
{
	return (struct offload_options){ .bpffs = attached_host_bpffs(), .config = path };
}

static int do_configured(int (*work)(struct offload_options *options, struct problem *problem))
{
	struct offload_options options = options_of();
	int err;

	options.configured = true;
	err = work(&options, &attached_host_problem);
	interface_list_free(&options.interfaces);
	return err;
}

static int detach_attached(void)
{
	struct offload_options options = options_of();
	int err;

	options.attached = true;
	err = offload_work_detach(&options, &attached_host_problem);
	interface_list_free(&options.interfaces);
	return err;
}

static void where_it_is_wanted(void **state)
{
	static const struct {
		const char *content, *names;
		bool wanted;
		unsigned int missing;
	} rows[] = {
		{ "{}", "", false, 0 },
		{ "{ \"interfaces\": \"o0\" }", "", false, 0 },
		{ "{ \"interfaces\": \"o0\", \"tc_offload\": {} }", "o0 ", true, 0 },
		{ "{ \"interfaces\": \"o0\", \"tc_offload\": { \"interfaces\": [] } }", "", true,
		  0 },
		{ "{ \"interfaces\": \"o0\", \"tc_offload\": { \"interfaces\": [\"o1\", \"lo\"] } }",
		  "o1 lo ", true, 0 },
		{ "{ \"tc_offload\": { \"interfaces\": \"o*\" } }", "o0 o1 ", true, 0 },
		/* There is nothing physical here. */
		{ "{ \"tc_offload\": { \"interfaces\": [\"lo\", \"all\"] } }", "lo ", true, 0 },
		{ "{ \"tc_offload\": { \"interfaces\": [\"no_such\", \"o0\", \"nor_this\"] } }",
		  "o0 ", true, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct interface_list list = { 0 };
		unsigned int missing = 77;
		char names[256] = "";
		bool is_wanted = !rows[i].wanted;

		configure(rows[i].content);
		attached_host_must(wanted(&list, &is_wanted, &missing));
		for (size_t j = 0; j < list.count; j++)
			(void)strcat(strcat(names, list.names[j]), " ");
		assert_string_equal(names, rows[i].names);
		assert_int_equal(is_wanted, rows[i].wanted);
		assert_int_equal(missing, rows[i].missing);
		interface_list_free(&list);
	}
}

static void what_is_missing_is_attached(void **state)
{
	uint32_t program, program_at_lo;

	(void)state;
	configure("{ \"tc_offload\": { \"interfaces\": \"lo\", \"at\": \"both\" } }");
	attached_host_must(apply());
	program_at_lo = attached_host_state("lo", OFFLOAD_INGRESS).program_id;
	configure("{ \"tc_offload\": { \"interfaces\": [\"o0\", \"lo\"], \"flows\": [" FLOW
		  "] } }");
	attached_host_must(apply());
	assert_said("tc_offload: attached to o0 (ingress");
	assert_said("static flows: 1 added");
	program = attached_host_state("o0", OFFLOAD_INGRESS).program_id;
	assert_int_equal(kind_at("o0", OFFLOAD_EGRESS), TC_LINK_NONE);
	/* What is there stays as it is. */
	attached_host_must(apply());
	assert_said("static flows: 0 added, 1 stay, 0 removed");
	assert_null(strstr(said, "tached"));
	assert_null(strstr(said, "upgraded"));
	assert_int_equal(attached_host_state("o0", OFFLOAD_INGRESS).program_id, program);
	configure(
		"{ \"tc_offload\": { \"interfaces\": [\"o0\", \"o1\", \"lo\"], \"at\": \"both\", \"flows\": [] } }");
	attached_host_must(apply());
	assert_said("tc_offload: attached to o1 (egress");
	assert_int_equal(attached_host_state("lo", OFFLOAD_INGRESS).program_id, program_at_lo);
	assert_said("static flows: 0 added, 0 stay, 1 removed");
	assert_int_not_equal(kind_at("o0", OFFLOAD_EGRESS), TC_LINK_NONE);
	attached_host_must(detach_attached());
	assert_int_equal(attached_host_places(), 0);
	attached_host_must(detach_attached());
}

static void what_is_not_wanted_is_left_and_told(void **state)
{
	(void)state;
	configure("{ \"interfaces\": [\"o0\", \"o1\"], \"tc_offload\": { \"at\": \"both\" } }");
	attached_host_must(apply());
	configure("{ \"interfaces\": [\"o1\"], \"tc_offload\": {} }");
	attached_host_must(apply());
	assert_said(
		"o0: tc_offload is attached and not wanted by the configuration: left alone; to "
		"take it away: tc_offload --detach --interface o0\n");
	assert_null(strstr(said, "o1:"));
	/* Once, not for each side. */
	assert_null(strstr(strstr(said, "o0:") + 1, "o0:"));
	assert_int_not_equal(kind_at("o0", OFFLOAD_INGRESS), TC_LINK_NONE);
	configure("{}");
	attached_host_must(apply());
	assert_said("o0: tc_offload is attached and not wanted");
	assert_said("o1: tc_offload is attached and not wanted");
	attached_host_must(detach_attached());
}

static void sysctls_come_with_a_reload(void **state)
{
	(void)state;
	configure("{ \"tc_offload\": { \"interfaces\": \"lo\" } }");
	attached_host_must(apply());
	configure("{ \"tc_offload\": { \"interfaces\": \"lo\", \"set_sysctls\": true } }");
	attached_host_must(apply());
	assert_true(attached_host_shows("sysctl net.ipv4.conf.lo.route_localnet", "= 1"));
	assert_true(attached_host_shows("sysctl net.ipv4.conf.lo.accept_local", "= 1"));
	attached_host_must(detach_attached());
	assert_true(attached_host_shows("sysctl net.ipv4.conf.lo.accept_local", "= 0"));
}

static void the_room_follows_the_file(void **state)
{
	struct offload_host host;
	uint32_t capacity;

	(void)state;
	configure("{ \"tc_offload\": { \"interfaces\": \"lo\", \"max_flows\": 10 } }");
	attached_host_must(do_configured(offload_work_attach));
	configure("{ \"tc_offload\": { \"interfaces\": \"lo\", \"max_flows\": 20, \"flows\": [" FLOW
		  "] } }");
	attached_host_must(do_configured(offload_work_reload));
	host = attached_host_open();
	attached_host_must(flow_tables_capacity(&host.flows, FLOW_TABLE_STATIC, &capacity,
						&attached_host_problem));
	offload_host_close(&host);
	assert_int_equal(capacity, 20);
	attached_host_must(detach_attached());
}

static void configured_does_what_it_can(void **state)
{
	(void)state;
	configure("{ \"tc_offload\": { \"interfaces\": [\"no_such\", \"o0\"] } }");
	assert_int_equal(do_configured(offload_work_attach), COMMAND_LINE_PARTLY);
	attached_host_told("1 interface of the configuration is not there");
	assert_int_not_equal(kind_at("o0", OFFLOAD_INGRESS), TC_LINK_NONE);
	attached_host_must(detach_attached());
	configure("{ \"tc_offload\": { \"interfaces\": [\"no_such\"] } }");
	assert_int_equal(do_configured(offload_work_attach), COMMAND_LINE_PARTLY);
	assert_int_equal(attached_host_places(), 0);
}

/* Without --configured it is all of the file's list or nothing, as ever. */
static void typed_attach_takes_all_or_nothing(void **state)
{
	struct offload_options options = options_of();

	(void)state;
	configure("{ \"tc_offload\": { \"interfaces\": [\"no_such\", \"o0\"] } }");
	assert_int_equal(offload_work_attach(&options, &attached_host_problem), -ENODEV);
	attached_host_told("--attach takes all interfaces of the configuration or none");
	interface_list_free(&options.interfaces);
	assert_int_equal(attached_host_places(), 0);
	configure("{ \"interfaces\": \"o0\", \"tc_offload\": {} }");
	options = options_of();
	assert_int_equal(offload_work_attach(&options, &attached_host_problem), -EINVAL);
	attached_host_told("--attach needs --interface LIST");
	configure("{ \"tc_offload\": { \"interfaces\": [\"o0\"] } }");
	options = options_of();
	attached_host_must(offload_work_attach(&options, &attached_host_problem));
	interface_list_free(&options.interfaces);
	assert_int_not_equal(kind_at("o0", OFFLOAD_INGRESS), TC_LINK_NONE);
	attached_host_must(detach_attached());
}

/* A killed --attach may leave the directory and nothing else. */
static void what_is_left_goes_with_detach(void **state)
{
	char base[BPFFS_PATH_SIZE];

	(void)state;
	bpffs_join(base, attached_host_bpffs(), ECBPF_PIN_BASE);
	assert_int_equal(bpffs_make_directory(base), 0);
	attached_host_must(offload_host_create(attached_host_bpffs(), 10, &attached_host_problem));
	assert_true(bpffs_exists(attached_host_path("")));
	attached_host_must(detach_attached());
	assert_false(bpffs_exists(attached_host_path("")));
}

static void nothing_wanted_is_no_error(void **state)
{
	(void)state;
	configure("{ \"interfaces\": \"o0\" }");
	attached_host_must(do_configured(offload_work_attach));
	attached_host_must(do_configured(offload_work_reload));
	attached_host_must(apply());
	assert_string_equal(said, "");
	configure("{ \"tc_offload\": { \"flows\": [] } }");
	attached_host_must(do_configured(offload_work_attach));
	attached_host_must(do_configured(offload_work_reload));
	assert_int_equal(attached_host_places(), 0);
}

#define APPLY_TEST(name)                                                                           \
	cmocka_unit_test_setup_teardown(name, attached_host_set_up, attached_host_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		APPLY_TEST(where_it_is_wanted),
		APPLY_TEST(what_is_missing_is_attached),
		APPLY_TEST(what_is_not_wanted_is_left_and_told),
		APPLY_TEST(sysctls_come_with_a_reload),
		APPLY_TEST(the_room_follows_the_file),
		APPLY_TEST(configured_does_what_it_can),
		APPLY_TEST(typed_attach_takes_all_or_nothing),
		APPLY_TEST(what_is_left_goes_with_detach),
		APPLY_TEST(nothing_wanted_is_no_error),
	};
	const char *reason = attached_host_enter();
	int failed, fd;

	log_open("test_offload_apply", false);
	if (reason) {
		printf("SKIP: %s\n", reason);
		return ATTACHED_HOST_SKIP;
	}
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	attached_host_leave();
	return failed;
}
