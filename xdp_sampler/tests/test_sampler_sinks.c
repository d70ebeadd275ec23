// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_sinks.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void test_kinds(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SINK_KIND_COUNT; i++) {
		enum sink_kind kind = SINK_KIND_COUNT;

		assert_int_equal(sink_kind_parse(sink_kind_name(i), &kind, NULL), 0);
		assert_int_equal(kind, i);
	}
}

static void test_words(void **state)
{
	struct sink_wish wish = { .kind = SINK_PCAPNG };

	(void)state;
	assert_int_equal(sink_wish_set(&wish, "file", "/var/x.pcapng", NULL), 0);
	assert_int_equal(sink_wish_set(&wish, "takes", "recorders", NULL), 0);
	assert_int_equal(sink_wish_set(&wish, "rotate_size", "100M", NULL), 0);
	assert_int_equal(sink_wish_set(&wish, "rotate_seconds", "1h", NULL), 0);
	assert_int_equal(sink_wish_set(&wish, "rotate_samples", "5", NULL), 0);
	assert_int_equal(sink_wish_set(&wish, "keep_files", "3", NULL), 0);
	assert_int_equal(sink_wish_set(&wish, "queue_size", "1G", NULL), 0);
	assert_string_equal(wish.target, "/var/x.pcapng");
	assert_int_equal(wish.takes, SINK_TAKES_RECORDERS);
	assert_int_equal(wish.rotate_bytes, 100 << 20);
	assert_int_equal(wish.rotate_seconds, 3600);
	assert_int_equal(wish.rotate_samples, 5);
	assert_int_equal(wish.keep_files, 3);
	assert_int_equal(wish.queue_bytes, 1 << 30);
	assert_int_equal(sink_wish_set(&wish, "rotate_seconds", "90", NULL), 0);
	assert_int_equal(wish.rotate_seconds, 90);
	wish = (struct sink_wish){ .kind = SINK_SFLOW };
	assert_int_equal(sink_wish_set(&wish, "collector", "192.0.2.1,[2001:db8::1]:6344", NULL),
			 0);
	assert_int_equal(sink_wish_set(&wish, "agent", "192.0.2.9", NULL), 0);
	assert_int_equal(sink_wish_set(&wish, "sub_agent", "7", NULL), 0);
	assert_int_equal(sink_wish_set(&wish, "counter_seconds", "20", NULL), 0);
	assert_int_equal(sink_wish_set(&wish, "datagram_size", "8K", NULL), 0);
	assert_string_equal(wish.target, "192.0.2.1,[2001:db8::1]:6344");
	assert_string_equal(wish.agent, "192.0.2.9");
	assert_int_equal(wish.sub_agent, 7);
	assert_int_equal(wish.counter_seconds, 20);
	assert_int_equal(wish.datagram_bytes, 8192);
}

static void test_words_refused(void **state)
{
	static const struct {
		enum sink_kind kind;
		const char *name;
		const char *text;
		const char *says;
	} rows[] = {
		{ SINK_PCAPNG, "speed", "1", "no such setting" },
		{ SINK_PCAPNG, "collector", "x", "is nothing for a pcapng sink" },
		{ SINK_SFLOW, "file", "x", "is nothing for a sflow sink" },
		{ SINK_LIVE, "rotate_size", "1M", "is nothing for a live sink" },
		{ SINK_LIVE, "file", "x", "is nothing for a live sink" },
		{ SINK_JSON, "agent", "x", "is nothing for a json sink" },
		{ SINK_PCAPNG, "file", "", "'' is not 1 to 255 bytes" },
		{ SINK_SFLOW, "agent",
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "is not 1 to 63 bytes" },
		{ SINK_PCAPNG, "takes", "some", "'some' is none of" },
		{ SINK_PCAPNG, "rotate_size", "1K", "'1K' is not from 64K to 1048576G" },
		{ SINK_PCAPNG, "rotate_seconds", "0", "neither seconds" },
		{ SINK_PCAPNG, "rotate_seconds", "soon", "'soon' is neither seconds" },
		{ SINK_SFLOW, "counter_seconds", "2d", "'2d' is not from 1 to 86400 seconds" },
		{ SINK_PCAPNG, "rotate_samples", "0", "'0' is not a number from 1" },
		{ SINK_PCAPNG, "keep_files", "-1", "'-1' is not a number from 1" },
		{ SINK_SFLOW, "datagram_size", "64K", "is not from 512 to 65507" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sink_wish wish = { .kind = rows[i].kind }, before = wish;
		struct problem problem = { 0 };

		assert_int_not_equal(sink_wish_set(&wish, rows[i].name, rows[i].text, &problem), 0);
		if (!strstr(problem.text, rows[i].says))
			fail_msg("%s '%s': %s", rows[i].name, rows[i].text, problem.text);
		assert_memory_equal(&wish, &before, sizeof(wish));
	}
}

static struct sink_wish wish_of(enum sink_kind kind, const char *target)
{
	struct sink_wish wish = { .kind = kind };

	if (target)
		assert_int_equal(sink_wish_set(&wish, kind == SINK_SFLOW ? "collector" : "file",
					       target, NULL),
				 0);
	return wish;
}

static void refuse(struct sampler_sinks *sinks, struct sink_wish wish, int err, const char *says)
{
	struct problem problem = { 0 };
	size_t count = sinks->count;

	assert_int_equal(sampler_sinks_add(sinks, &wish, &problem), err);
	if (!strstr(problem.text, says))
		fail_msg("%s", problem.text);
	assert_int_equal(sinks->count, count);
}

static void test_add(void **state)
{
	struct sampler_sinks sinks = { 0 };
	struct sink_wish wish = wish_of(SINK_LIVE, NULL);

	(void)state;
	assert_int_equal(sampler_sinks_add(&sinks, &wish, NULL), 0);
	assert_string_equal(sinks.wishes[0].target, "-");
	refuse(&sinks, wish_of(SINK_PCAPNG, "-"), -EINVAL, "'-' is the target of a live sink");
	refuse(&sinks, wish_of(SINK_PCAPNG, NULL), -EINVAL, "a pcapng sink needs a file");
	refuse(&sinks, wish_of(SINK_SFLOW, NULL), -EINVAL, "a sflow sink needs a collector");
	wish = wish_of(SINK_JSON, "x");
	wish.keep_files = 3;
	refuse(&sinks, wish, -EINVAL, "keep_files without rotation");
	wish.rotate_samples = 3;
	assert_int_equal(sampler_sinks_add(&sinks, &wish, NULL), 0);
	wish = wish_of(SINK_JSON, "-");
	wish.rotate_seconds = 3;
	refuse(&sinks, wish, -EINVAL, "stdout cannot be rotated");
	refuse(&sinks, wish_of(SINK_PCAPNG, "x"), -EINVAL, "'x' is the target of a json sink");
	wish = wish_of(SINK_SFLOW, "x"); /* a host may be called like a file */
	assert_int_equal(sampler_sinks_add(&sinks, &wish, NULL), 0);
	refuse(&sinks, wish, -EINVAL, "'x' is the target of a sflow sink");
	for (char name[] = "0"; sinks.count < LEDGER_SINKS; name[0]++) {
		wish = wish_of(SINK_PCAPNG, name);
		assert_int_equal(sampler_sinks_add(&sinks, &wish, NULL), 0);
	}
	refuse(&sinks, wish_of(SINK_PCAPNG, "y"), -E2BIG, "more than 8 sinks");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_refused),
		cmocka_unit_test(test_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
