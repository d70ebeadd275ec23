// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "command_line_sample.h"

#ifndef ECBPF_VERSION
#define ECBPF_VERSION "0.1.0"
#endif

/* Runs command_line_main() and returns its status; the caller frees both texts. */
static int main_of(const char *text, struct sample_options *options, char **ret_out, char **ret_err)
{
	struct capture out;
	struct capture err;
	char *argv[SAMPLE_WORDS_MAX + 1];
	char words[256];
	int status;
	int argc;

	strcpy(words, text);
	argc = sample_split(words, argv);
	capture_begin(&out, STDOUT_FILENO);
	capture_begin(&err, STDERR_FILENO);
	status = command_line_main(&sample_line, argc, argv, options);
	capture_end(&err);
	capture_end(&out);
	*ret_out = out.text;
	*ret_err = err.text;
	return status;
}

static void assert_main(const char *text, struct sample_options *options, int status,
			const char *out, const char *err)
{
	char *out_text;
	char *err_text;

	assert_int_equal(main_of(text, options, &out_text, &err_text), status);
	assert_string_equal(out_text, out);
	assert_string_equal(err_text, err);
	free(out_text);
	free(err_text);
}

static void usage_is_derived(void **state)
{
	static const char expected[] =
		"Usage: xdp_test VERB [OPTION]...\n"
		"Tests a command line.\n"
		"\n"
		"Verbs, exactly one of:\n"
		"  -a, --attach              Attach to each interface\n"
		"      --status              Show the state\n"
		"  -l, --load OBJ            Load a program\n"
		"  -h, --help                Print this text\n"
		"  -V, --version             Print the version\n"
		"\n"
		"Options:\n"
		"  -i, --interface LIST      Interfaces, separated by commas\n"
		"  -s, --slot N              Slot (1 to 7) (with --attach, --load)\n"
		"      --mode MODE           One of: native, generic\n"
		"      --frags               Take frames of several buffers, which programs that\n"
		"                            were not written for them cannot read as a whole\n"
		"                            (with --attach)\n"
		"      --no-frags            Do not (with --attach)\n"
		"      --config A-VERY-LONG-VALUE-NAME\n"
		"                            File to read\n"
		"      --json                Print JSON\n"
		"  -v, --verbose             Say more\n"
		"\n"
		"The end.\n";
	struct sample_options options = { 0 };

	(void)state;
	assert_main("--help", &options, 0, expected, "");
	assert_main("-h", &options, 0, expected, "");
	assert_main("--attach --help", &options, 0, expected, "");
	assert_int_equal(options.runs, 0);
}

static void rows_may_take_the_letters(void **state)
{
	const struct verb_row verb = { .name = "view", .letter = 'V', .help = "View" };
	const struct option_row option = { .name = "hex", .letter = 'h', .help = "In hex" };
	const struct command_line line = {
		.tool = "t",
		.summary = "S.",
		.verbs = &verb,
		.verb_count = 1,
		.options = &option,
		.option_count = 1,
	};
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	(void)state;
	assert_non_null(stream);
	command_line_usage(&line, stream);
	fclose(stream);
	assert_string_equal(text, "Usage: t VERB [OPTION]...\n"
				  "S.\n"
				  "\n"
				  "Verbs, exactly one of:\n"
				  "  -V, --view                View\n"
				  "      --help                Print this text\n"
				  "      --version             Print the version\n"
				  "\n"
				  "Options:\n"
				  "  -h, --hex                 In hex\n");
	free(text);
}

static void version_is_printed(void **state)
{
	struct sample_options options = { 0 };

	(void)state;
	assert_main("--version", &options, 0, "xdp_test " ECBPF_VERSION "\n", "");
	assert_main("-V", &options, 0, "xdp_test " ECBPF_VERSION "\n", "");
}

static void main_runs_the_verb(void **state)
{
	struct sample_options options = { 0 };

	(void)state;
	assert_main("--attach", &options, 0, "", "");
	assert_int_equal(options.runs, 1);
	assert_false(options.was_verbose);
	assert_main("--attach -v", &options, 0, "", "");
	assert_int_equal(options.runs, 2);
	assert_true(options.was_verbose);
}

static void main_tells_what_failed(void **state)
{
	struct sample_options options = { .result = -EBUSY };

	(void)state;
	assert_main("--attach", &options, 1, "",
		    "xdp_test: --attach failed: -EBUSY (Device or resource busy)\n");
	options.tell = true;
	assert_main("--attach", &options, 1, "", "xdp_test: eth0: the kernel refuses\n");
	assert_int_equal(options.runs, 2);
	options.result = COMMAND_LINE_PARTLY;
	assert_main("--attach", &options, 3, "", "xdp_test: eth0: the kernel refuses\n");
}

static void main_tells_what_was_wrong(void **state)
{
	struct sample_options options = { 0 };

	(void)state;
	assert_main("--attach --foo", &options, 2, "",
		    "xdp_test: unknown option '--foo'; see --help\n");
	assert_int_equal(options.runs, 0);
}

static void main_frees_the_lists(void **state)
{
	struct sample_options options = { 0 };

	(void)state;
	assert_main("--attach -i eth0,eth1", &options, 0, "", "");
	assert_null(options.interfaces.names);
	assert_int_equal(options.interfaces.count, 0);
	assert_main("--attach -i eth0 --foo", &options, 2, "",
		    "xdp_test: unknown option '--foo'; see --help\n");
	assert_null(options.interfaces.names);
	assert_int_equal(options.interfaces.count, 0);
}

static void stdout_must_work(void **state)
{
	struct sample_options options = { 0 };
	struct capture err;
	char tool[] = "xdp_test";
	char help[] = "--help";
	char *argv[] = { tool, help, NULL };
	FILE *full = fopen("/dev/full", "w");
	FILE *saved = stdout;
	int status;

	(void)state;
	assert_non_null(full);
	capture_begin(&err, STDERR_FILENO);
	stdout = full;
	status = command_line_main(&sample_line, 2, argv, &options);
	stdout = saved;
	capture_end(&err);
	fclose(full);
	assert_int_equal(status, 1);
	assert_string_equal(err.text, "xdp_test: cannot write to stdout: -ENOSPC (No space left "
				      "on device)\n");
	free(err.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usage_is_derived),
		cmocka_unit_test(rows_may_take_the_letters),
		cmocka_unit_test(version_is_printed),
		cmocka_unit_test(main_runs_the_verb),
		cmocka_unit_test(main_tells_what_failed),
		cmocka_unit_test(main_tells_what_was_wrong),
		cmocka_unit_test(main_frees_the_lists),
		cmocka_unit_test(stdout_must_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
