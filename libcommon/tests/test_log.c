// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "log.h"

#define KEPT_SIZE (64 * 1024)

static int quiet_and_empty(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_open("xdp_test", false);
	log_kept_clear();
	return 0;
}

/* What libbpf does when it has something to say. */
__attribute__((format(printf, 2, 3))) static void libbpf_says(enum libbpf_print_level level,
							      const char *format, ...)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	va_list arguments;

	libbpf_set_print(print);
	va_start(arguments, format);
	print(level, format, arguments);
	va_end(arguments);
}

static void assert_captured(struct capture *capture, const char *expected)
{
	capture_end(capture);
	assert_string_equal(capture->text, expected);
	free(capture->text);
}

static void tells_tool_and_text(void **state)
{
	struct capture capture;

	(void)state;
	capture_begin(&capture, STDERR_FILENO);
	log_error("slot %d", 3);
	log_warning("look");
	log_detail("not shown");
	log_error("first\n\nsecond\n");
	assert_captured(&capture,
			"xdp_test: slot 3\nxdp_test: look\nxdp_test: first\nxdp_test: second\n");
	assert_string_equal(log_kept(), "");
}

static void detail_is_for_verbose(void **state)
{
	struct capture capture;

	(void)state;
	assert_false(log_is_verbose());
	log_open("xdp_test", true);
	assert_true(log_is_verbose());
	capture_begin(&capture, STDERR_FILENO);
	log_detail("slot %d", 3);
	assert_captured(&capture, "xdp_test: slot 3\n");
}

static void nothing_on_stdout(void **state)
{
	struct capture out;
	struct capture err;

	(void)state;
	log_open("xdp_test", true);
	capture_begin(&out, STDOUT_FILENO);
	capture_begin(&err, STDERR_FILENO);
	log_error("x");
	libbpf_says(LIBBPF_WARN, "y\n");
	capture_end(&err);
	assert_captured(&out, "");
	free(err.text);
}

static void libbpf_is_kept_back(void **state)
{
	struct capture capture;

	(void)state;
	capture_begin(&capture, STDERR_FILENO);
	libbpf_says(LIBBPF_WARN, "libbpf: map %d\n", 1);
	libbpf_says(LIBBPF_INFO, "libbpf: info\n");
	libbpf_says(LIBBPF_DEBUG, "libbpf: debug\n");
	assert_captured(&capture, "");
	assert_string_equal(log_kept(), "libbpf: map 1\nlibbpf: info\n");
	log_kept_clear();
	assert_string_equal(log_kept(), "");
}

static void verbose_shows_libbpf_at_once(void **state)
{
	struct capture capture;

	(void)state;
	log_open("xdp_test", true);
	capture_begin(&capture, STDERR_FILENO);
	libbpf_says(LIBBPF_WARN, "libbpf: a\n0: (95) exit\n");
	libbpf_says(LIBBPF_INFO, "libbpf: b\n");
	libbpf_says(LIBBPF_DEBUG, "libbpf: c\n");
	assert_captured(&capture, "xdp_test: libbpf: a\nxdp_test: 0: (95) exit\n"
				  "xdp_test: libbpf: b\nxdp_test: libbpf: c\n");
	assert_string_equal(log_kept(), "libbpf: a\n0: (95) exit\nlibbpf: b\n");
}

static void problem_brings_what_was_kept(void **state)
{
	struct problem problem = { .text = "eth0: refused" };
	struct capture capture;

	(void)state;
	libbpf_says(LIBBPF_WARN, "0: (95) exit\nR0 !read_ok\n");
	capture_begin(&capture, STDERR_FILENO);
	log_problem(&problem);
	assert_captured(&capture, "xdp_test: eth0: refused\n");
	problem.show_kept_log = true;
	capture_begin(&capture, STDERR_FILENO);
	log_problem(&problem);
	assert_captured(&capture, "xdp_test: eth0: refused\nxdp_test: 0: (95) exit\n"
				  "xdp_test: R0 !read_ok\n");
	log_open("xdp_test", true);
	capture_begin(&capture, STDERR_FILENO);
	log_problem(&problem);
	assert_captured(&capture, "xdp_test: eth0: refused\n");
}

static void real_libbpf_is_kept(void **state)
{
	struct capture capture;
	struct bpf_object *object;

	(void)state;
	capture_begin(&capture, STDERR_FILENO);
	object = bpf_object__open_file("/nonexistent/object.o", NULL);
	assert_captured(&capture, "");
	assert_null(object);
	assert_non_null(strstr(log_kept(), "/nonexistent/object.o"));
}

static void keeps_the_last_64_kib_in_whole_lines(void **state)
{
	const char *text;
	size_t length;
	unsigned int first;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++)
		libbpf_says(LIBBPF_WARN, "line %05u\n", i);
	text = log_kept();
	length = strlen(text);
	/* Eleven bytes a line: as many whole ones as fit. */
	assert_int_equal(length, KEPT_SIZE / 11 * 11);
	assert_int_equal(sscanf(text, "line %u\n", &first), 1);
	assert_int_equal(first, 20000 - KEPT_SIZE / 11);
	assert_string_equal(text + length - 22, "line 19998\nline 19999\n");
}

static void exact_fit_drops_no_extra_line(void **state)
{
	(void)state;
	/* Lines of 16 bytes fill the space to the last byte. */
	for (unsigned int i = 0; i < KEPT_SIZE / 16 + 1; i++)
		libbpf_says(LIBBPF_WARN, "message %07u\n", i);
	assert_int_equal(strlen(log_kept()), KEPT_SIZE);
	assert_memory_equal(log_kept(), "message 0000001\n", 16);
}

static void long_message_keeps_its_end(void **state)
{
	static char text[3 * KEPT_SIZE];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text + sizeof(text) - 1 - 5, "end.\n", 5);
	libbpf_says(LIBBPF_WARN, "before\n");
	libbpf_says(LIBBPF_WARN, "%s", text);
	assert_int_equal(strlen(log_kept()), KEPT_SIZE);
	assert_string_equal(log_kept() + KEPT_SIZE - 6, "xend.\n");
	libbpf_says(LIBBPF_WARN, "after\n");
	assert_string_equal(log_kept(), "after\n");
}

static void journal_gets_priorities(void **state)
{
	struct capture capture;
	struct stat file;
	char stream[64];

	(void)state;
	capture_begin(&capture, STDERR_FILENO);
	if (fstat(STDERR_FILENO, &file) == 0)
		snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)file.st_dev,
			 (unsigned long long)file.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_open("xdp_test", true);
	log_error("a\nb");
	log_warning("c");
	log_detail("d");
	libbpf_says(LIBBPF_WARN, "e\n");
	libbpf_says(LIBBPF_DEBUG, "f\n");
	assert_captured(&capture, "<3>xdp_test: a\n<3>xdp_test: b\n<4>xdp_test: c\n"
				  "<6>xdp_test: d\n<4>xdp_test: e\n<7>xdp_test: f\n");
}

static void journal_of_someone_else(void **state)
{
	static const char *const rows[] = { "1:1", "", "x", "12" };
	struct capture capture;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("JOURNAL_STREAM", rows[i], 1);
		capture_begin(&capture, STDERR_FILENO);
		log_open("xdp_test", false);
		log_error("a");
		assert_captured(&capture, "xdp_test: a\n");
	}
}

static void errno_survives(void **state)
{
	struct capture capture;
	int after;

	(void)state;
	capture_begin(&capture, STDERR_FILENO);
	close(STDERR_FILENO);
	errno = EBUSY;
	log_error("lost");
	after = errno;
	dup2(capture.saved, STDERR_FILENO);
	close(capture.saved);
	assert_int_equal(after, EBUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(tells_tool_and_text, quiet_and_empty),
		cmocka_unit_test_setup(detail_is_for_verbose, quiet_and_empty),
		cmocka_unit_test_setup(nothing_on_stdout, quiet_and_empty),
		cmocka_unit_test_setup(libbpf_is_kept_back, quiet_and_empty),
		cmocka_unit_test_setup(verbose_shows_libbpf_at_once, quiet_and_empty),
		cmocka_unit_test_setup(problem_brings_what_was_kept, quiet_and_empty),
		cmocka_unit_test_setup(real_libbpf_is_kept, quiet_and_empty),
		cmocka_unit_test_setup(keeps_the_last_64_kib_in_whole_lines, quiet_and_empty),
		cmocka_unit_test_setup(exact_fit_drops_no_extra_line, quiet_and_empty),
		cmocka_unit_test_setup(long_message_keeps_its_end, quiet_and_empty),
		cmocka_unit_test_setup(journal_gets_priorities, quiet_and_empty),
		cmocka_unit_test_setup(journal_of_someone_else, quiet_and_empty),
		cmocka_unit_test_setup(errno_survives, quiet_and_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
