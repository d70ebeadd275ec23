// SPDX-License-Identifier: GPL-2.0-only
#include "option_rows.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "harness/typed_line.h"
#include "interface.h"

#define WITH_FIRST 1U

struct options {
	int first; /* offset 0 must not be special */
	struct interface_list interfaces;
	const char *config;
	bool no_config;
	uint64_t slot;
	bool json;
	const char *bpffs;
	bool verbose;
	const char *setting[2];
};

static const struct verb_row verbs[] = { { .name = "first" }, { .name = "second" } };
static struct options options;
static struct problem problem;

static const struct option_row *all_rows(size_t *ret_count)
{
	static const struct {
		const char *name, *value_name, *help;
	} settings[] = { { "plain", "WORD", "plain help" }, { "with_two_lines", "N", "help" } };
	static const struct option_row fixed[] = {
		OPTION_ROW_INTERFACES(struct options, "which", WITH_FIRST),
		OPTION_ROW_CONFIG(struct options, WITH_FIRST),
		OPTION_ROW_NO_CONFIG(struct options, WITH_FIRST),
		OPTION_ROW_SLOT(struct options, "where", WITH_FIRST),
		OPTION_ROW_JSON(struct options, "how", WITH_FIRST),
		OPTION_ROW_BPFFS(struct options),
		OPTION_ROW_VERBOSE(struct options, "more"),
	};
	static struct option_row rows[sizeof(fixed) / sizeof(*fixed) + 2];
	static char names[2][OPTION_NAME_SIZE];

	memcpy(rows, fixed, sizeof(fixed));
	*ret_count = sizeof(fixed) / sizeof(*fixed);
	for (size_t i = 0; i < 2; i++)
		rows[(*ret_count)++] =
			OPTION_ROW_SETTING(struct options, i, &settings[i], names[i], WITH_FIRST);
	return rows;
}

const struct typed_tool typed_tool = {
	.verbs = verbs,
	.verb_count = 2,
	.rows = all_rows,
	.separator = " ",
	.options = &options,
	.options_size = sizeof(options),
	.problem = &problem,
};

static void rows_store_values(void **state)
{
	(void)state;
	typed_take("--first --interface a,b --config f --no-config --slot 7 --json --bpffs d "
		   "--verbose --plain x --with-two-lines y");
	assert_int_equal(options.interfaces.count, 2);
	assert_string_equal(options.config, "f");
	assert_true(options.no_config);
	assert_int_equal(options.slot, 7);
	assert_true(options.json);
	assert_string_equal(options.bpffs, "d");
	assert_true(options.verbose);
	assert_string_equal(options.setting[0], "x");
	assert_string_equal(options.setting[1], "y");
	assert_int_equal(options.first, 0);
	typed_take("--first -i a -c f -v");
	assert_int_equal(options.interfaces.count, 1);
	assert_string_equal(options.config, "f");
	assert_true(options.verbose);
}

static void rows_have_their_verbs(void **state)
{
	static const char *const bad[] = {
		"--second --interface a", "--second --config f", "--second --no-config",
		"--second --slot 1",      "--second --json",     "--second --plain x",
		"--first --slot 8",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (typed_parse(bad[i]) != -EINVAL)
			fail_msg("%s is understood", bad[i]);
	}
	typed_take("--second --bpffs d --verbose");
}

static void usage_is_told(void **state)
{
	size_t count;
	const struct option_row *rows = all_rows(&count);

	(void)state;
	assert_int_equal(count, 9);
	assert_string_equal(rows[0].help, "which");
	assert_string_equal(rows[0].value_name, "LIST");
	assert_string_equal(rows[1].help,
			    "configuration file (/etc/ecbpf/ecbpf.json, if it is there)");
	assert_string_equal(rows[1].value_name, "FILE");
	assert_string_equal(rows[2].help, "read no configuration file");
	assert_string_equal(rows[3].help, "where");
	assert_string_equal(rows[3].value_name, "N");
	assert_string_equal(rows[4].help, "how");
	assert_string_equal(rows[5].help, "where pins are kept (/sys/fs/bpf)");
	assert_string_equal(rows[5].value_name, "DIR");
	assert_string_equal(rows[6].help, "more");
	assert_string_equal(rows[7].help, "plain help");
	assert_string_equal(rows[8].value_name, "N");
}

static void settings_become_names(void **state)
{
	char name[OPTION_NAME_SIZE];

	(void)state;
	assert_ptr_equal(option_name("_a_b_", name), name);
	assert_string_equal(name, "-a-b-");
	assert_string_equal(option_name("", name), "");
	assert_string_equal(option_name("0123456789_0123456789_0123456789_", name),
			    "0123456789-0123456789-012345678");
}

static void problems_name_the_option(void **state)
{
	(void)state;
	problem_set(&problem, -EINVAL, "'x' is no time");
	assert_int_equal(option_problem(&problem, -ERANGE, "idle_timeout"), -ERANGE);
	assert_string_equal(problem.text, "--idle-timeout: 'x' is no time");
}

static void one_file_is_meant(void **state)
{
	const char *path = "untouched";

	(void)state;
	assert_int_equal(option_config_path("f", true, &path, &problem), -EINVAL);
	assert_string_equal(problem.text,
			    "--config and --no-config contradict each other: give one");
	assert_string_equal(path, "untouched");
	assert_int_equal(option_config_path("f", false, &path, &problem), 0);
	assert_string_equal(path, "f");
	assert_int_equal(option_config_path(NULL, false, &path, &problem), 0);
	assert_string_equal(path, "/etc/ecbpf/ecbpf.json");
	assert_int_equal(option_config_path(NULL, true, &path, &problem), 0);
	assert_null(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_store_values),
		cmocka_unit_test(rows_have_their_verbs),
		cmocka_unit_test(usage_is_told),
		cmocka_unit_test(settings_become_names),
		cmocka_unit_test(problems_name_the_option),
		cmocka_unit_test(one_file_is_meant),
	};

	return cmocka_run_group_tests(tests, NULL, typed_teardown);
}
