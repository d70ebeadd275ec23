// SPDX-License-Identifier: GPL-2.0-only
/* Metrics as monitoring reads them: each sample once, under its family, whatever is in its labels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct metric_family packets = { "ecbpf_test_packets", METRIC_COUNTER, NULL,
					      "Packets that were seen" };
static const struct metric_family size = { "ecbpf_test_size_bytes", METRIC_GAUGE, "bytes",
					   "How large it is" };
static const struct metric_family mode = { "ecbpf_test_mode", METRIC_INFO, NULL, "How it runs" };
static const struct metric_family silence = { "ecbpf_test_silence_seconds", METRIC_GAUGE, "seconds",
					      "Since it was heard of" };

/* To be freed. */
static char *written(struct metrics *metrics, enum metrics_format format)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	struct problem problem = { 0 };

	assert_non_null(stream);
	if (metrics_write_as(metrics, format, stream, &problem))
		fail_msg("%s", problem.text);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static struct metrics *sample_metrics(void)
{
	struct metrics *metrics = metrics_new();

	assert_non_null(metrics);
	metrics_add(metrics, &packets, 1, "interface", "eth0", "verdict", "drop", NULL);
	metrics_add(metrics, &mode, 7, "mode", "native", "frags", (const char *)NULL, "vlan", "",
		    NULL);
	metrics_add(metrics, &size, UINT64_MAX, NULL);
	metrics_add(metrics, &packets, 2, "interface", "eth0", "verdict", "pass", NULL);
	metrics_add_duration(metrics, &silence, UINT64_C(1500000001), "slot", "0", NULL);
	metrics_add(metrics, &silence, 3, "slot", "1", NULL);
	metrics_add(metrics, &packets, 3, "interface", "eth1", NULL);
	return metrics;
}

static void writes_openmetrics(void **state)
{
	struct metrics *metrics = sample_metrics();
	char *text = written(metrics, METRICS_OPENMETRICS), *again;

	(void)state;
	assert_string_equal(text,
			    "# HELP ecbpf_test_packets Packets that were seen\n"
			    "# TYPE ecbpf_test_packets counter\n"
			    "ecbpf_test_packets_total{interface=\"eth0\",verdict=\"drop\"} 1\n"
			    "ecbpf_test_packets_total{interface=\"eth0\",verdict=\"pass\"} 2\n"
			    "ecbpf_test_packets_total{interface=\"eth1\"} 3\n"
			    "# HELP ecbpf_test_mode How it runs\n"
			    "# TYPE ecbpf_test_mode info\n"
			    "ecbpf_test_mode_info{mode=\"native\"} 1\n"
			    "# HELP ecbpf_test_size_bytes How large it is\n"
			    "# TYPE ecbpf_test_size_bytes gauge\n"
			    "# UNIT ecbpf_test_size_bytes bytes\n"
			    "ecbpf_test_size_bytes 18446744073709551615\n"
			    "# HELP ecbpf_test_silence_seconds Since it was heard of\n"
			    "# TYPE ecbpf_test_silence_seconds gauge\n"
			    "# UNIT ecbpf_test_silence_seconds seconds\n"
			    "ecbpf_test_silence_seconds{slot=\"0\"} 1.500000001\n"
			    "ecbpf_test_silence_seconds{slot=\"1\"} 3\n"
			    "# EOF\n");
	again = written(metrics, METRICS_OPENMETRICS);
	assert_string_equal(again, text);
	free(again);
	free(text);
	metrics_free(metrics);
}

static void writes_the_older_format(void **state)
{
	struct metrics *metrics = sample_metrics();
	char *text = written(metrics, METRICS_PROMETHEUS);

	(void)state;
	assert_string_equal(text,
			    "# HELP ecbpf_test_packets_total Packets that were seen\n"
			    "# TYPE ecbpf_test_packets_total counter\n"
			    "ecbpf_test_packets_total{interface=\"eth0\",verdict=\"drop\"} 1\n"
			    "ecbpf_test_packets_total{interface=\"eth0\",verdict=\"pass\"} 2\n"
			    "ecbpf_test_packets_total{interface=\"eth1\"} 3\n"
			    "# HELP ecbpf_test_mode_info How it runs\n"
			    "# TYPE ecbpf_test_mode_info gauge\n"
			    "ecbpf_test_mode_info{mode=\"native\"} 1\n"
			    "# HELP ecbpf_test_size_bytes How large it is\n"
			    "# TYPE ecbpf_test_size_bytes gauge\n"
			    "ecbpf_test_size_bytes 18446744073709551615\n"
			    "# HELP ecbpf_test_silence_seconds Since it was heard of\n"
			    "# TYPE ecbpf_test_silence_seconds gauge\n"
			    "ecbpf_test_silence_seconds{slot=\"0\"} 1.500000001\n"
			    "ecbpf_test_silence_seconds{slot=\"1\"} 3\n");
	free(text);
	metrics_free(metrics);
}

static void writes_statsd(void **state)
{
	struct metrics *metrics = sample_metrics();
	char *text;

	(void)state;
	metrics_add(metrics, &size, 5, "interface",
		    "eth1.5:|@\n\"\xff"
		    "a_b-c",
		    NULL);
	text = metrics_statsd(metrics, NULL);
	assert_non_null(text);
	assert_string_equal(text, "ecbpf_test.packets_total.eth0.drop:1|g\n"
				  "ecbpf_test.packets_total.eth0.pass:2|g\n"
				  "ecbpf_test.packets_total.eth1:3|g\n"
				  "ecbpf_test.size_bytes:18446744073709551615|g\n"
				  "ecbpf_test.size_bytes.eth1_5______xffa_b-c:5|g\n"
				  "ecbpf_test.silence_seconds.0:1.500000001|g\n"
				  "ecbpf_test.silence_seconds.1:3|g\n");
	free(text);
	metrics_free(metrics);
}

static void writes_nothing_of_nothing(void **state)
{
	struct metrics *metrics = metrics_new();
	char *text = written(metrics, METRICS_OPENMETRICS);

	(void)state;
	assert_string_equal(text, "# EOF\n");
	free(text);
	text = written(metrics, METRICS_PROMETHEUS);
	assert_string_equal(text, "");
	free(text);
	text = metrics_statsd(metrics, NULL);
	assert_string_equal(text, "");
	free(text);
	metrics_free(metrics);
}

static void writes_values(void **state)
{
	static const struct {
		const struct metric_family *family;
		uint64_t value;
		const char *text;
	} cases[] = {
		{ &packets, 0, "0" },
		{ &packets, 1500000000, "1500000000" },
		{ &silence, 0, "0" },
		{ &silence, 1, "0.000000001" },
		{ &silence, 100000000, "0.1" },
		{ &silence, 1000000000, "1" },
		{ &silence, 12034500000, "12.0345" },
		{ &silence, UINT64_MAX, "18446744073.709551615" },
	};
	char text[METRICS_VALUE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(metrics_value_text(cases[i].family, cases[i].value, text),
				    cases[i].text);
}

/* Seconds that nanoseconds cannot hold are as many as they can. */
static void too_many_seconds(void **state)
{
	struct metrics *metrics = metrics_new();
	char *text;

	(void)state;
	metrics_add(metrics, &silence, UINT64_MAX / 5, NULL);
	text = written(metrics, METRICS_PROMETHEUS);
	assert_non_null(strstr(text, "ecbpf_test_silence_seconds 18446744073.709551615\n"));
	free(text);
	metrics_free(metrics);
}

static void refused(struct metrics *metrics, const char *about)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	struct problem problem = { 0 };

	assert_non_null(stream);
	assert_int_equal(metrics_check(metrics, NULL), -EINVAL);
	assert_int_equal(metrics_write(metrics, stream, &problem), -EINVAL);
	if (!strstr(problem.text, about))
		fail_msg("'%s' is not in '%s'", about, problem.text);
	assert_null(metrics_statsd(metrics, &problem));
	fclose(stream);
	/* Not a part of it, either. */
	assert_string_equal(text, "");
	free(text);
	metrics_free(metrics);
}

static void refuses_names(void **state)
{
	static const struct {
		struct metric_family family;
		const char *about;
	} cases[] = {
		{ { "test_packets", METRIC_GAUGE, NULL, "Help" }, "ecbpf_" },
		{ { "ecbpf_Packets", METRIC_GAUGE, NULL, "Help" }, "lower case" },
		{ { "ecbpf_a-b", METRIC_GAUGE, NULL, "Help" }, "ecbpf_a-b" },
		{ { "ecbpf_packets_total", METRIC_COUNTER, NULL, "Help" }, "_total" },
		{ { "ecbpf_mode_info", METRIC_INFO, NULL, "Help" }, "_info" },
		{ { "ecbpf_flows_count", METRIC_GAUGE, NULL, "Help" }, "_count" },
		{ { "ecbpf_silence", METRIC_GAUGE, "seconds", "Help" }, "_seconds" },
		{ { "ecbpf_milliseconds", METRIC_GAUGE, "seconds", "Help" }, "_seconds" },
		{ { "ecbpf_mode_bytes", METRIC_INFO, "bytes", "Help" }, "unit" },
		{ { "ecbpf_packets", METRIC_COUNTER, NULL, "" }, "help" },
		{ { "ecbpf_packets", METRIC_COUNTER, NULL, NULL }, "help" },
		{ { "ecbpf_packets", METRIC_COUNTER, NULL, "Two\nlines" }, "help" },
		{ { "ecbpf_packets", METRIC_COUNTER, NULL, "A \"word\"" }, "help" },
		{ { "ecbpf_packets", METRIC_COUNTER, NULL, "a\\b" }, "help" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct metrics *metrics = metrics_new();

		metrics_add(metrics, &packets, 1, NULL);
		metrics_add(metrics, &cases[i].family, 1, NULL);
		refused(metrics, cases[i].about);
	}
}

static void refuses_labels(void **state)
{
	static const char *const names[] = { "", "a-b", "1a", "Upper", "__name__", "\xc3\xa4" };
	struct metrics *metrics;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		metrics = metrics_new();
		metrics_add(metrics, &packets, 1, names[i], "x", NULL);
		refused(metrics, "no name of a label");
	}
	metrics = metrics_new();
	metrics_add(metrics, &packets, 1, "slot", "1", "slot", "2", NULL);
	refused(metrics, "label slot is given twice");
	metrics = metrics_new();
	metrics_add(metrics, &packets, 1, "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f",
		    "6", "g", "7", "h", "8", "i", "9", NULL);
	refused(metrics, "more than 8 labels");
}

static void refuses_what_is_there_twice(void **state)
{
	static const struct metric_family other = { "ecbpf_test_packets", METRIC_GAUGE, NULL,
						    "Packets that were seen" };
	struct metrics *metrics = metrics_new();

	(void)state;
	metrics_add(metrics, &packets, 1, "slot", "1", NULL);
	metrics_add(metrics, &other, 1, "slot", "2", NULL);
	refused(metrics, "two families");

	metrics = metrics_new();
	metrics_add(metrics, &packets, 1, "slot", "1", "verdict", "drop", NULL);
	metrics_add(metrics, &packets, 1, "slot", "2", "verdict", "drop", NULL);
	metrics_add(metrics, &packets, 2, "verdict", "drop", "slot", "1", NULL);
	refused(metrics, "the same labels twice");

	metrics = metrics_new();
	metrics_add(metrics, &packets, 1, NULL);
	metrics_add(metrics, &packets, 1, "slot", "", NULL);
	refused(metrics, "the same labels twice");

	/* As they come out, not as they came in. */
	metrics = metrics_new();
	metrics_add(metrics, &packets, 1, "interface", "\xff", NULL);
	metrics_add(metrics, &packets, 1, "interface", "\\xff", NULL);
	refused(metrics, "the same labels twice");

	metrics = metrics_new();
	metrics_add_duration(metrics, &packets, 1, NULL);
	refused(metrics, "seconds");
}

static void takes_what_only_looks_alike(void **state)
{
	struct metrics *metrics = metrics_new();

	(void)state;
	metrics_add(metrics, &packets, 1, NULL);
	metrics_add(metrics, &packets, 1, "a", "b", NULL);
	metrics_add(metrics, &packets, 1, "b", "a", NULL);
	metrics_add(metrics, &packets, 1, "a", "b", "b", "a", NULL);
	metrics_add(metrics, &packets, 1, "a", "a", "b", "b", NULL);
	metrics_add(metrics, &packets, 1, "a", "bb", NULL);
	metrics_add(metrics, &size, 1, "a", "b", NULL);
	assert_int_equal(metrics_check(metrics, NULL), 0);
	metrics_free(metrics);
}

#define TEXTS 2000

static char texts[TEXTS][12];

/* The label as a reader of the format understands it. */
static const char *unescaped(const char *quoted, char *ret_text)
{
	assert_int_equal(*quoted++, '"');
	while (*quoted != '"') {
		assert_int_not_equal(*quoted, '\n');
		if (*quoted == '\\') {
			quoted++;
			assert_non_null(memchr("n\\\"", *quoted, 3));
			*ret_text++ = *quoted == 'n' ? '\n' : *quoted;
		} else {
			*ret_text++ = *quoted;
		}
		quoted++;
	}
	*ret_text = '\0';
	return quoted + 1;
}

/* What stands in a label comes back out of it, also the bytes that give formats their structure. */
static void labels_come_back(void **state)
{
	static const char alphabet[] = "\"\\\n{},= #a\x7f\t";
	struct metrics *metrics = metrics_new();
	char *text, *line, *rest, number[8], back[32];
	unsigned int count = 0;

	(void)state;
	srandom(7);
	for (unsigned int i = 0; i < TEXTS; i++) {
		size_t length = (size_t)random() % (sizeof(texts[i]) - 1) + 1;

		for (size_t j = 0; j < length; j++)
			texts[i][j] = alphabet[(size_t)random() % (sizeof(alphabet) - 1)];
		(void)snprintf(number, sizeof(number), "%u", i);
		metrics_add(metrics, &packets, i, "text", texts[i], "number", number, NULL);
	}
	rest = text = written(metrics, METRICS_OPENMETRICS);
	while ((line = strsep(&rest, "\n")) && *line) {
		const char *at = line + strlen("ecbpf_test_packets_total{text=");

		if (*line == '#')
			continue;
		at = unescaped(at, back);
		assert_string_equal(back, texts[count]);
		(void)snprintf(back, sizeof(back), ",number=\"%u\"} %u", count, count);
		assert_string_equal(at, back);
		count++;
	}
	assert_int_equal(count, TEXTS);
	free(text);
	metrics_free(metrics);
}

static void labels_are_utf8(void **state)
{
	struct metrics *metrics = metrics_new();
	char *text;

	(void)state;
	metrics_add(metrics, &packets, 1, "interface", "\xc3\xa4\xe4\xff", NULL);
	text = written(metrics, METRICS_OPENMETRICS);
	assert_non_null(strstr(text, "{interface=\"\xc3\xa4\\\\xe4\\\\xff\"} 1\n"));
	free(text);
	metrics_free(metrics);
}

struct taken {
	unsigned int count, ends_at;
	const char *names[8];
	uint64_t sum;
};

static int take(void *context, const struct metric_family *family, const char *name,
		const char *const *labels, uint64_t value)
{
	struct taken *taken = context;

	assert_int_equal(strncmp(name, family->name, strlen(family->name)), 0);
	for (; *labels; labels += 2)
		assert_non_null(labels[1]);
	taken->names[taken->count] = name;
	taken->sum += family == &packets ? value : 0;
	return ++taken->count == taken->ends_at ? -ECANCELED : 0;
}

static void gives_each(void **state)
{
	struct metrics *metrics = sample_metrics();
	struct taken taken = { 0 };

	(void)state;
	assert_int_equal(metrics_each(metrics, take, &taken), 0);
	assert_int_equal(taken.count, 7);
	assert_int_equal(taken.sum, 6);
	assert_string_equal(taken.names[2], "ecbpf_test_packets_total");
	assert_string_equal(taken.names[3], "ecbpf_test_mode_info");
	assert_string_equal(taken.names[4], "ecbpf_test_size_bytes");
	taken = (struct taken){ .ends_at = 2 };
	assert_int_equal(metrics_each(metrics, take, &taken), -ECANCELED);
	assert_int_equal(taken.count, 2);
	metrics_add(metrics, &size, 1, NULL);
	taken = (struct taken){ 0 };
	assert_int_equal(metrics_each(metrics, take, &taken), -EINVAL);
	assert_int_equal(taken.count, 0);
	metrics_free(metrics);
}

/* More than what the first list has room for, and another one behind them. */
static void merges_many(void **state)
{
	static struct metric_family families[20];
	static char names[20][32];
	struct metrics *metrics = metrics_new(), *from = metrics_new();
	char *text;

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(families); i++) {
		(void)snprintf(names[i], sizeof(names[i]), "ecbpf_test_%u", i);
		families[i] = (struct metric_family){ names[i], METRIC_GAUGE, NULL, "Help" };
		metrics_add(from, &families[i], i, NULL);
	}
	assert_int_equal(metrics_merge(metrics, from, NULL), 0);
	metrics_add(metrics, &packets, 1, NULL);
	metrics_add(metrics, &size, 2, NULL);
	text = written(metrics, METRICS_PROMETHEUS);
	assert_non_null(strstr(text, "\necbpf_test_19 19\n"));
	assert_non_null(strstr(text, "\necbpf_test_size_bytes 2\n"));
	free(text);
	metrics_free(metrics);
}

static void merges(void **state)
{
	static const struct metric_family other = { "ecbpf_test_packets", METRIC_COUNTER, NULL,
						    "Packets that were seen" };
	struct metrics *metrics = metrics_new(), *from = metrics_new();
	struct problem problem = { 0 };
	char *text;

	(void)state;
	assert_int_equal(metrics_merge(metrics, metrics_new(), NULL), 0);
	metrics_add(from, &packets, 1, "slot", "1", NULL);
	metrics_add(from, &size, 2, NULL);
	assert_int_equal(metrics_merge(metrics, from, NULL), 0);
	/* What comes behind goes where it belongs. */
	metrics_add(metrics, &packets, 3, "slot", "2", NULL);
	from = metrics_new();
	metrics_add(from, &silence, 4, NULL);
	assert_int_equal(metrics_merge(metrics, from, NULL), 0);

	from = metrics_new();
	metrics_add(from, &mode, 1, "mode", "a", NULL);
	metrics_add(from, &mode, 1, "mode", "a", NULL);
	assert_int_equal(metrics_merge(metrics, from, &problem), -EINVAL);
	assert_non_null(strstr(problem.text, "the same labels twice"));
	from = metrics_new();
	metrics_add(from, &mode, 1, NULL);
	metrics_add(from, &other, 1, "slot", "9", NULL);
	assert_int_equal(metrics_merge(metrics, from, &problem), -EINVAL);
	assert_non_null(strstr(problem.text, "ecbpf_test_packets"));
	assert_int_equal(metrics_merge(NULL, metrics_new(), &problem), -ENOMEM);
	assert_int_equal(metrics_merge(metrics, NULL, &problem), -ENOMEM);

	text = metrics_statsd(metrics, NULL);
	assert_non_null(text);
	assert_string_equal(text, "ecbpf_test.packets_total.1:1|g\n"
				  "ecbpf_test.packets_total.2:3|g\n"
				  "ecbpf_test.size_bytes:2|g\n"
				  "ecbpf_test.silence_seconds:4|g\n");
	free(text);
	metrics_free(metrics);
}

static void takes_no_memory(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	metrics_add(NULL, &packets, 1, NULL);
	metrics_add_duration(NULL, &silence, 1, NULL);
	assert_int_equal(metrics_check(NULL, NULL), -ENOMEM);
	assert_int_equal(metrics_write(NULL, stdout, &problem), -ENOMEM);
	assert_true(problem.text[0]);
	assert_int_equal(metrics_each(NULL, take, NULL), -ENOMEM);
	assert_null(metrics_statsd(NULL, NULL));
	metrics_free(NULL);
}

static void tells_of_a_full_disk(void **state)
{
	struct metrics *metrics = sample_metrics();
	FILE *full = fopen("/dev/full", "w");
	struct problem problem = { 0 };

	(void)state;
	assert_non_null(full);
	assert_int_equal(metrics_write(metrics, full, &problem), -EIO);
	assert_true(problem.text[0]);
	(void)fclose(full);
	metrics_free(metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_openmetrics),
		cmocka_unit_test(writes_the_older_format),
		cmocka_unit_test(writes_statsd),
		cmocka_unit_test(writes_nothing_of_nothing),
		cmocka_unit_test(writes_values),
		cmocka_unit_test(too_many_seconds),
		cmocka_unit_test(refuses_names),
		cmocka_unit_test(refuses_labels),
		cmocka_unit_test(refuses_what_is_there_twice),
		cmocka_unit_test(takes_what_only_looks_alike),
		cmocka_unit_test(labels_come_back),
		cmocka_unit_test(labels_are_utf8),
		cmocka_unit_test(gives_each),
		cmocka_unit_test(merges),
		cmocka_unit_test(merges_many),
		cmocka_unit_test(takes_no_memory),
		cmocka_unit_test(tells_of_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
