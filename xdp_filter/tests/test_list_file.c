// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "list_file.h"
#include "list_time.h"
#include "scratch_lists.h"

#define BOM "\xef\xbb\xbf"
#define SECOND 1000000000LL
#define FUTURE "2199-12-24T18:00:00Z"
#define FUTURE_SECONDS 7257492000LL /* date -d 2199-12-24T18:00:00Z +%s */

static const struct source pattern = { .action = SOURCE_DROP };

static int read_bytes(struct source_list *to, const void *bytes, size_t size,
		      const struct source *from)
{
	/* Of nothing, fmemopen() makes no stream. */
	FILE *stream = size ? fmemopen((void *)bytes, size, "r") : fopen("/dev/null", "r");
	int err;

	assert_non_null(stream);
	err = list_file_read(stream, "f", from, to, &problem);
	fclose(stream);
	return err;
}

static int read_text(const char *text)
{
	return read_bytes(&list, text, strlen(text), &pattern);
}

static void assert_source(size_t i, const char *prefix, const char *tag)
{
	char text[ADDRESS_PREFIX_TEXT_SIZE];

	assert_true(i < list.count);
	assert_string_equal(address_prefix_text(&list.sources[i].prefix, text, sizeof(text)),
			    prefix);
	assert_string_equal(list.tags + list.sources[i].tag, tag);
}

static void test_firehol(void **state)
{
	(void)state;
	assert_int_equal(read_text("#\n# firehol_level1\n#\n# ipv4 hash:net ipset\n#\n"
				   "# Maintainer      : FireHOL\n"
				   "# Category        : attacks\n#\n"
				   "0.0.0.0/8\n1.10.16.0/20\n1.19.0.0/16\n2.57.122.9\n"),
			 0);
	assert_int_equal(list.count, 4);
	assert_source(0, "0.0.0.0/8", "");
	assert_source(1, "1.10.16.0/20", "");
	assert_source(3, "2.57.122.9/32", "");
}

static void test_spamhaus(void **state)
{
	(void)state;
	assert_int_equal(read_text(
				 "; Spamhaus DROP List 2024/03/01 - (c) 2024 The Spamhaus Project\n"
				 "; https://www.spamhaus.org/drop/drop.txt\n"
				 "; Expires: Fri, 01 Mar 2024 13:08:55 GMT\n"
				 "1.10.16.0/20 ; SBL256894\n1.19.0.0/16 ; SBL434604\n"
				 "2a06:e480::/29 ; SBL301771\n"),
			 0);
	assert_int_equal(list.count, 3);
	assert_source(0, "1.10.16.0/20", "SBL256894");
	assert_source(1, "1.19.0.0/16", "SBL434604");
	assert_source(2, "2a06:e480::/29", "SBL301771");
}

/* One line each that holds one source, or none. */
static void test_lines(void **state)
{
	static const struct {
		const char *text, *prefix, *tag;
		uint8_t action;
	} cases[] = {
		{ "", NULL, NULL, 0 },
		{ "\n\n \t\n", NULL, NULL, 0 },
		{ "#", NULL, NULL, 0 },
		{ BOM, NULL, NULL, 0 },
		{ BOM "; a\r\n", NULL, NULL, 0 },
		{ "10.0.0.0/8", "10.0.0.0/8", "", SOURCE_DROP },
		{ BOM "10.0.0.0/8\r\n", "10.0.0.0/8", "", SOURCE_DROP },
		{ " \t10.0.0.1\t \r\n\r\n", "10.0.0.1/32", "", SOURCE_DROP },
		{ "::1#a", "::1/128", "a", SOURCE_DROP },
		{ "::1;#a ; b\r", "::1/128", "#a ; b", SOURCE_DROP },
		{ "::1 #", "::1/128", "", SOURCE_DROP },
		{ "::1 # a\tb\033\177 ", "::1/128", "a?b??", SOURCE_DROP },
		{ "10.0.0.0/8 allow", "10.0.0.0/8", "", SOURCE_ALLOW },
		{ "10.0.0.0/8\tallow#x", "10.0.0.0/8", "x", SOURCE_ALLOW },
		{ "10.0.0.0/8 drop ; x", "10.0.0.0/8", "x", SOURCE_DROP },
		{ "::1 allow until " FUTURE " # y", "::1/128", "y", SOURCE_ALLOW },
		{ "::1 until " FUTURE " allow", "::1/128", "", SOURCE_ALLOW },
		{ "::1 until 2020-12-24T18:00:00Z", NULL, NULL, 0 },
		{ "::1 until 0000-01-01T00:00:00Z", NULL, NULL, 0 },
		{ "::1 until 1969-12-31T23:59:59Z", NULL, NULL, 0 },
		{ "::1 # " TAG_63, "::1/128", TAG_63, SOURCE_DROP },
		{ "::1 # " TAG_63 "45", "::1/128", TAG_63, SOURCE_DROP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(read_text(cases[i].text), 0);
		assert_int_equal(list.count, cases[i].prefix != NULL);
		if (cases[i].prefix) {
			assert_source(0, cases[i].prefix, cases[i].tag);
			assert_int_equal(list.sources[0].action, cases[i].action);
			assert_int_equal(list.sources[0].packets, 0);
			assert_int_equal(list.sources[0].expires != 0,
					 strstr(cases[i].text, "until") != NULL);
		}
		source_list_free(&list);
	}
}

/* A tag is cut between characters, and a cut leaves no space at the end. */
static void test_tag_cut(void **state)
{
	static const char *const ends[][2] = {
		{ "\303\251\303\251", "\303\251" },                 /* é, 61 + 2 bytes */
		{ "1\303\251", "1" },                               /* 62 + 2 */
		{ "\342\202\254\342\202\254", "" },                 /* €, 61 + 3 */
		{ "\360\237\230\200", "" },                         /* 61 + 4 */
		{ "1 23", "1" },                                    /* 62, space */
		{ "\200\200\200\200\200\200\200\200", "\200\200" }, /* no UTF-8 */
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		snprintf(text, sizeof(text), "::1 ; %.61s%s\n", TAG_63, ends[i][0]);
		assert_int_equal(read_text(text), 0);
		snprintf(text, sizeof(text), "%.61s%s", TAG_63, ends[i][1]);
		assert_source(0, "::1/128", text);
		source_list_free(&list);
	}
}

/* What a line does not say is as in the pattern. */
static void test_pattern(void **state)
{
	struct source said = {
		.action = SOURCE_ALLOW, .origin = SOURCE_FROM_CONFIG, .load_time = 5, .expires = 6
	};
	const char text[] = "10.0.0.1\n10.0.0.2 drop until " FUTURE " # own\n";

	(void)state;
	assert_int_equal(source_list_tag(&list, "another", 7, &said.tag), 0);
	assert_int_equal(source_list_tag(&list, "unless said", 11, &said.tag), 0);
	assert_int_equal(read_bytes(&list, text, strlen(text), &said), 0);
	/* The pattern's tag is as good as before. */
	assert_int_equal(read_bytes(&list, "::1", 3, &said), 0);
	assert_int_equal(list.count, 3);
	assert_source(0, "10.0.0.1/32", "unless said");
	assert_source(1, "10.0.0.2/32", "own");
	assert_source(2, "::1/128", "unless said");
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(list.sources[i].origin, SOURCE_FROM_CONFIG);
		assert_int_equal(list.sources[i].load_time, 5);
		assert_int_equal(list.sources[i].action, i == 1 ? SOURCE_DROP : SOURCE_ALLOW);
		assert_int_equal(list.sources[i].expires == 6, i != 1);
	}
}

#define WHAT_MAY_FOLLOW                                                                              \
	"behind the prefix: there may be drop or allow, until TIME, and a comment that starts with " \
	"# or ;"
#define NO_PREFIX "is neither an IPv4 nor an IPv6 address or prefix"
#define NO_TIME "is no time in UTC like 2026-12-24T18:00:00Z"

/* The first bad line is told with its number, its text and the reason; the list stays. */
static void test_refused(void **state)
{
	static const struct {
		const char *text, *problem;
	} cases[] = {
		{ "x", "f: line 1: 'x': 'x' " NO_PREFIX },
		{ "::1\n\n# c\n 10.0.0.0/33 # d\n::2\n",
		  "f: line 4: ' 10.0.0.0/33 # d': '10.0.0.0/33' " NO_PREFIX },
		{ "x\ny", "f: line 1: 'x': 'x' " NO_PREFIX " (and 1 more bad line)" },
		{ "x\n::1\ny\nz\r\n", "f: line 1: 'x': 'x' " NO_PREFIX " (and 2 more bad lines)" },
		{ "10.0.0.1/8",
		  "f: line 1: '10.0.0.1/8': '10.0.0.1/8' has bits set behind its length: write "
		  "10.0.0.0/8 for all of them, or '10.0.0.1' for this address alone" },
		{ "::1 ::2", "f: line 1: '::1 ::2': '::2' " WHAT_MAY_FOLLOW },
		{ "::1 Allow", "f: line 1: '::1 Allow': 'Allow' " WHAT_MAY_FOLLOW },
		{ "::1 drop allow", "f: line 1: '::1 drop allow': 'allow' " WHAT_MAY_FOLLOW },
		{ "::1 drop drop", "f: line 1: '::1 drop drop': 'drop' " WHAT_MAY_FOLLOW },
		{ "::1 allow until " FUTURE " until " FUTURE,
		  "f: line 1: '::1 allow until " FUTURE " until " FUTURE
		  "': 'until' " WHAT_MAY_FOLLOW },
		{ "::1,::2", "f: line 1: '::1,::2': '::1,::2' " NO_PREFIX },
		{ "::1\r::2\r", "f: line 1: '::1\\x0d::2\\x0d': '::2' " WHAT_MAY_FOLLOW },
		{ "::1 until", "f: line 1: '::1 until': no time behind 'until'" },
		{ "::1 until # x", "f: line 1: '::1 until # x': no time behind 'until'" },
		{ "::1 until 2027", "f: line 1: '::1 until 2027': '2027' " NO_TIME },
		{ "::1 until 9999-12-31T23:59:59Z",
		  "f: line 1: '::1 until 9999-12-31T23:59:59Z': '9999-12-31T23:59:59Z' is too far "
		  "away: leave 'until' out for what never expires" },
		{ "\n" BOM "::1", "f: line 2: '" BOM "::1': '" BOM "::1' " NO_PREFIX },
		{ "\033]0;x\a\n", "f: line 1: '\\x1b]0;x\\x07': '\\x1b]0' " NO_PREFIX },
		{ "\377\n", "f: line 1: '\\xff': '\\xff' " NO_PREFIX },
		{ TAG_63 "\303\251", "f: line 1: '" TAG_63 "...': '" TAG_63 "...' " NO_PREFIX },
		{ "::1 drop\n::2\n0::1 allow\n::1",
		  "f: line 3: '::1/128': to allow, but line 1 says to drop" },
		{ "::1 allow\n::1\n::1 allow\nx\n::1",
		  "f: line 2: '::1/128': to drop, but line 1 says to allow (and 2 more bad lines)" },
		{ "::\n::1\n::2\n::1 allow\n",
		  "f: line 4: '::1/128': to allow, but line 2 says to drop" },
		{ "y\n::1 allow\n::1", "f: line 1: 'y': 'y' " NO_PREFIX " (and 1 more bad line)" },
	};

	(void)state;
	assert_int_equal(read_text("192.0.2.1 # before"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(read_text(cases[i].text), -EINVAL);
		assert_string_equal(problem.text, cases[i].problem);
		assert_int_equal(list.count, 1);
		assert_source(0, "192.0.2.1/32", "before");
	}
}

static void test_nul(void **state)
{
	static const char *const shown[] = { "...", "::1...", "::1 # a..." };
	static const char texts[][9] = { "\0::1\n", "::1\0\n", "::1 # a\0\n" };
	char expected[200];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(read_bytes(&list, texts[i], 9, &pattern), -EINVAL);
		snprintf(expected, sizeof(expected),
			 "f: line 1: '%s': a NUL byte in it: is it a text file in UTF-8?",
			 shown[i]);
		/* What is behind the line's end are zero bytes as well. */
		assert_memory_equal(problem.text, expected, strlen(expected));
	}
}

static void test_long_lines(void **state)
{
	static char text[3 * 4096];

	(void)state;
	for (size_t length = 4090; length < 4100; length++) {
		memset(text, ' ', length);
		memcpy(text, "::1 # a", 7);
		memcpy(text + length, "\n::2\n", 6);
		if (length <= 4096) {
			assert_int_equal(read_text(text), 0);
			assert_int_equal(list.count, 2);
			source_list_free(&list);
			continue;
		}
		assert_int_equal(read_text(text), -EINVAL);
		assert_string_equal(problem.text,
				    "f: line 1: '::1 # a                                            "
				    "             ...': longer than 4096 bytes");
		assert_int_equal(list.count, 0);
	}
	/* The rest of a long line is no line of its own. */
	memset(text, '1', sizeof(text));
	memcpy(text + 3 * 4096 - 6, "\n::1\n", 6);
	assert_int_equal(read_text(text), -EINVAL);
	assert_null(strstr(problem.text, "more bad line"));
}

static void test_repeated(void **state)
{
	(void)state;
	assert_int_equal(read_text("10.0.0.0/8 # a\n::1\n10.0.0.0/8 # b\n10.0.0.0/9\n"
				   "10.0.0.0/8 until " FUTURE " # c\n::1\n"
				   "10.0.0.0/8 allow until 2020-01-01T00:00:00Z # over\n"),
			 0);
	assert_int_equal(list.count, 3);
	assert_source(0, "10.0.0.0/8", "c");
	assert_true(list.sources[0].expires > 0);
	assert_source(1, "10.0.0.0/9", "");
	assert_source(2, "::1/128", "");
	/* What is read later replaces what was there, and also turns it round. */
	list.sources[0].packets = 3;
	assert_int_equal(read_text("10.0.0.0/8 allow\n"), 0);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.sources[0].action, SOURCE_ALLOW);
	assert_int_equal(list.sources[0].packets, 3);
	assert_source(0, "10.0.0.0/8", "");
}

static void test_unsorted_list(void **state)
{
	(void)state;
	assert_int_equal(source_list_add_text(&list, "::1,192.0.2.1", &pattern, NULL), 0);
	assert_int_equal(read_text("::\n"), 0);
	assert_int_equal(list.count, 3);
	assert_source(0, "192.0.2.1/32", "");
	assert_source(1, "::/128", "");
	assert_source(2, "::1/128", "");
}

static void test_until(void **state)
{
	struct timespec boot, real;
	int64_t expected;

	(void)state;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &real);
	expected =
		(FUTURE_SECONDS - real.tv_sec + boot.tv_sec) * SECOND - real.tv_nsec + boot.tv_nsec;
	assert_int_equal(read_text("::1 until " FUTURE), 0);
	/* Half a minute for a machine that sleeps between, or whose clock is being set. */
	assert_true(llabs((int64_t)list.sources[0].expires - expected) < 30 * SECOND);
}

static void test_time(void **state)
{
	static const struct list_clock clock = { .now = 500, .offset = 1000 * SECOND + 7 };
	static const struct {
		const char *text;
		int err;
		uint64_t expires;
	} cases[] = {
		{ "1970-01-01T00:16:41Z", 0, SECOND - 7 },
		{ "1970-01-01T00:16:40Z", 0, 1 }, /* before the boot */
		{ "1970-01-01T00:00:00Z", 0, 1 },
		{ "0001-01-01T00:00:00Z", 0, 1 },
		{ "2000-02-29T00:00:00Z", 0, (951782400 - 1000) * SECOND - 7 },
		{ "2262-04-11T23:47:16Z", 0, (9223372036 - 1000) * SECOND - 7 },
		{ "2262-04-11T23:47:17Z", -ERANGE, 0 },
		{ "9999-12-31T23:59:59Z", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "2100-02-29T00:00:00Z", -EINVAL, 0 },
		{ "2026-04-31T00:00:00Z", -EINVAL, 0 },
		{ "2026-00-01T00:00:00Z", -EINVAL, 0 },
		{ "2026-13-01T00:00:00Z", -EINVAL, 0 },
		{ "2026-01-00T00:00:00Z", -EINVAL, 0 },
		{ "2026-01-01T24:00:00Z", -EINVAL, 0 },
		{ "2026-01-01T00:60:00Z", -EINVAL, 0 },
		{ "2026-01-01T00:00:60Z", -EINVAL, 0 },
		{ "2026-01-01T00:00:00", -EINVAL, 0 },
		{ "2026-01-01T00:00:00z", -EINVAL, 0 },
		{ "2026-01-01 00:00:00Z", -EINVAL, 0 },
		{ "2026-1-01T00:00:000Z", -EINVAL, 0 },
		{ "2026-01-01T00:00:00Z ", -EINVAL, 0 },
		{ "+026-01-01T00:00:00Z", -EINVAL, 0 },
	};
	char text[LIST_TIME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t expires = 0;

		assert_int_equal(list_time_parse(cases[i].text, &clock, &expires), cases[i].err);
		assert_int_equal(expires, cases[i].expires);
		if (expires > 1)
			assert_string_equal(list_time_text(expires, &clock, text), cases[i].text);
	}
	/* Rounded to the nearest second, and never to what cannot be read. */
	assert_string_equal(list_time_text(SECOND / 2 - 8, &clock, text), "1970-01-01T00:16:40Z");
	assert_string_equal(list_time_text(SECOND / 2 - 7, &clock, text), "1970-01-01T00:16:41Z");
	assert_string_equal(list_time_text(INT64_MAX, &clock, text), "2262-04-11T23:47:16Z");
	assert_string_equal(list_time_text(UINT64_MAX, &clock, text), "2262-04-11T23:47:16Z");
}

/* A stream that says one line again and again. */
struct repeater {
	const char *line;
	size_t left;
};

static ssize_t repeat(void *cookie, char *buffer, size_t size)
{
	struct repeater *repeater = cookie;
	size_t length = strlen(repeater->line);
	size_t done = 0;

	for (; repeater->left && done + length <= size; repeater->left--) {
		memcpy(buffer + done, repeater->line, length);
		done += length;
	}
	return (ssize_t)done;
}

static int read_repeated(const char *line, size_t count)
{
	struct repeater repeater = { line, count };
	FILE *stream = fopencookie(&repeater, "r", (cookie_io_functions_t){ .read = repeat });
	int err;

	assert_non_null(stream);
	err = list_file_read(stream, "f", &pattern, &list, &problem);
	fclose(stream);
	return err;
}

static void assert_more_bad_lines(const char *first, unsigned int more)
{
	char text[256];

	snprintf(text, sizeof(text), "%s (and %u more bad lines)", first, more);
	assert_string_equal(problem.text, text);
}

static void test_million_bad_lines(void **state)
{
	unsigned int count = getenv("ECBPF_TEST_QUICK") ? 10000 : 1000000;

	(void)state;
	assert_int_equal(read_repeated("what is this?\n", count), -EINVAL);
	assert_more_bad_lines("f: line 1: 'what is this?': 'what' " NO_PREFIX, count - 1);
	assert_int_equal(read_repeated("::1 drop\n::1 allow\n", count / 2), -EINVAL);
	assert_more_bad_lines("f: line 2: '::1/128': to allow, but line 1 says to drop",
			      count / 2 - 1);
	assert_int_equal(list.count, 0);
}

/* Also of a file that never ends. */
static void test_too_many(void **state)
{
	(void)state;
	assert_int_equal(read_repeated("10.0.0.1\n", SIZE_MAX), -ENOSPC);
	assert_string_equal(problem.text,
			    "f: line 4194305: more than 4194304 lines with IPv4 prefixes");
	assert_int_equal(read_repeated("#\n::1\n", SIZE_MAX), -ENOSPC);
	assert_string_equal(problem.text,
			    "f: line 8388610: more than 4194304 lines with IPv6 prefixes");
	assert_int_equal(list.count, 0);
	/* Each family by itself. */
	assert_int_equal(read_repeated("10.0.0.1\n::1\n", SOURCE_LIST_MAX / 2 + 1), 0);
	assert_int_equal(list.count, 2);
}

static ssize_t fail_to_read(void *cookie, char *buffer, size_t size)
{
	(void)cookie;
	(void)buffer;
	(void)size;
	errno = EIO;
	return -1;
}

static void test_read_error(void **state)
{
	FILE *stream = fopencookie(NULL, "r", (cookie_io_functions_t){ .read = fail_to_read });

	(void)state;
	assert_non_null(stream);
	assert_int_equal(list_file_read(stream, "f", &pattern, &list, &problem), -EIO);
	assert_string_equal(problem.text, "f: cannot read on behind line 0: -EIO (Input/output "
					  "error)");
	fclose(stream);
}

static void test_load(void **state)
{
	char path[] = "/tmp/list_file_XXXXXX";
	int fd = mkstemp(path);
	FILE *stream;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "::1 # a\n", 8), 8);
	assert_int_equal(list_file_load(path, &pattern, &list, &problem), 0);
	assert_source(0, "::1/128", "a");

	stream = freopen(path, "r", stdin);
	assert_non_null(stream);
	source_list_free(&list);
	assert_int_equal(list_file_load("-", &pattern, &list, &problem), 0);
	assert_source(0, "::1/128", "a");
	assert_int_equal(write(fd, "b\n", 2), 2);
	assert_non_null(freopen(path, "r", stdin));
	assert_int_equal(list_file_load("-", &pattern, &list, &problem), -EINVAL);
	assert_string_equal(problem.text, "standard input: line 2: 'b': 'b' " NO_PREFIX);

	close(fd);
	unlink(path);
	assert_int_equal(list_file_load("/nowhere/list", &pattern, &list, &problem), -ENOENT);
	assert_string_equal(problem.text, "/nowhere/list: cannot be opened: -ENOENT (No such file "
					  "or directory)");
	assert_int_equal(list_file_load("/", &pattern, &list, &problem), -EISDIR);
	assert_string_equal(problem.text,
			    "/: cannot read on behind line 0: -EISDIR (Is a directory)");
	assert_int_equal(list.count, 1);
}

/* Root may read everything, so this asks as somebody else. */
static void test_unreadable(void **state)
{
	char path[] = "/tmp/list_file_XXXXXX";
	int fd = mkstemp(path);
	int err;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	err = list_file_load(path, &pattern, &list, &problem);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(err, -EACCES);
	assert_non_null(strstr(problem.text, ": cannot be opened: -EACCES (Permission denied)"));
	close(fd);
	unlink(path);
}

static char *write_text(const struct source_list *from)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	assert_int_equal(list_file_write(stream, from), 0);
	fclose(stream);
	return text;
}

static void test_write(void **state)
{
	const char *text = "10.0.0.0/8 allow\n192.0.2.1/32 drop ; # a ; b\n"
			   "::/0 drop until " FUTURE "\n"
			   "2001:db8::/32 allow until " FUTURE " ; caf\303\251\n";
	char *written = write_text(&list);

	(void)state;
	assert_string_equal(written, "");
	free(written);
	assert_int_equal(read_text(text), 0);
	written = write_text(&list);
	assert_string_equal(written, text);
	free(written);
}

static void test_write_error(void **state)
{
	FILE *stream = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(stream);
	assert_int_equal(read_text("::1"), 0);
	assert_int_equal(list_file_write(stream, &list), -EIO);
	fclose(stream);
}

static unsigned int random_state = 1;

static unsigned int random_below(unsigned int limit)
{
	return (unsigned int)rand_r(&random_state) % limit;
}

static void add_random(const struct list_clock *clock)
{
	struct source source = { .prefix = { .family = random_below(2) ? AF_INET : AF_INET6 } };
	size_t size = source.prefix.family == AF_INET ? 4 : 16;
	char tag[SOURCE_TAG_MAX];
	size_t length = random_below(3) ? 0 : random_below(SOURCE_TAG_MAX + 1);

	/* Whole bytes: the length's last bits are tested by others. */
	source.prefix.length = (uint8_t)(8 * random_below((unsigned int)size + 1));
	for (size_t i = 0; i < source.prefix.length / 8U; i++)
		source.prefix.address[i] = random_below(2) ? 0 : (uint8_t)random_below(256);
	source.action = (uint8_t)random_below(2);
	if (random_below(2))
		source.expires = clock->now + 3600 * SECOND + random_below(1U << 30) * 123456789ULL;
	for (size_t i = 0; i < length; i++)
		tag[i] = (char)(0x21 + random_below(0x5e));
	assert_int_equal(source_list_tag(&list, tag, length, &source.tag), 0);
	assert_int_equal(source_list_append(&list, &source), 0);
}

/* What is written is read as the same, and then written as the same text. */
static void test_round_trip(void **state)
{
	struct list_clock clock;

	(void)state;
	list_clock_read(&clock);
	for (size_t round = 0; round < 100; round++) {
		size_t count = random_below(200);
		char *text, *again;

		for (size_t i = 0; i < count; i++)
			add_random(&clock);
		assert_int_equal(source_list_sort(&list), 0);
		text = write_text(&list);
		assert_int_equal(read_bytes(&other, text, strlen(text), &pattern), 0);
		assert_true(source_list_equal(&list, &other));
		again = write_text(&other);
		assert_string_equal(text, again);
		free(text);
		free(again);
		scratch_lists_tear_down(NULL);
	}
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, scratch_lists_set_up, scratch_lists_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_firehol),
		TEST(test_spamhaus),
		TEST(test_lines),
		TEST(test_tag_cut),
		TEST(test_pattern),
		TEST(test_refused),
		TEST(test_nul),
		TEST(test_long_lines),
		TEST(test_repeated),
		TEST(test_unsorted_list),
		TEST(test_until),
		TEST(test_time),
		TEST(test_million_bad_lines),
		TEST(test_too_many),
		TEST(test_read_error),
		TEST(test_load),
		TEST(test_unreadable),
		TEST(test_write),
		TEST(test_write_error),
		TEST(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
