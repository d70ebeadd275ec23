// SPDX-License-Identifier: GPL-2.0-only
#include "findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report_output.h"

static struct findings some_findings(void)
{
	struct findings findings = { 0 };

	findings_add(&findings, "jit", FINDING_OK, "on");
	findings_add(&findings, "mtu", FINDING_BLOCKING, "%u is \"too\" large", 9000U);
	findings_fix(&findings, "ip link set dev %s mtu %u", "eth0", 1500U);
	findings_add(&findings, "link", FINDING_NOTE, "down");
	findings_add(&findings, "lro", FINDING_WARNING, "on");
	return findings;
}

static void test_text(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_TEXT);
	struct findings findings = some_findings();

	(void)state;
	findings_report(&findings, report, "eth0", "the one");
	report_output_finish(&output, report, 0,
			     "=== the one ===\n"
			     "ok       jit: on\n"
			     "blocking mtu: 9000 is \"too\" large\n"
			     "         type: ip link set dev eth0 mtu 1500\n"
			     "note     link: down\n"
			     "warning  lro: on\n");
	findings_free(&findings);
}

static void test_json(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON);
	struct findings findings = { 0 };

	(void)state;
	findings_add(&findings, "jit", FINDING_OK, "on");
	findings_add(&findings, "mtu", FINDING_BLOCKING, "large");
	findings_fix(&findings, "mtu");
	findings_report(&findings, report, "eth0", "not in JSON");
	report_output_finish_unspaced(
		&output, report,
		"{\"tool\":\"xdp_test\",\"schema_version\":3,\"eth0\":["
		"{\"what\":\"jit\",\"verdict\":\"ok\",\"text\":\"on\",\"fix\":null},"
		"{\"what\":\"mtu\",\"verdict\":\"blocking\",\"text\":\"large\",\"fix\":\"mtu\"}]}");
	findings_free(&findings);
}

static void test_counts(void **state)
{
	struct findings findings = some_findings();

	(void)state;
	for (int verdict = 0; verdict < FINDING_VERDICTS; verdict++)
		assert_int_equal(findings_of(&findings, verdict), 1);
	findings_free(&findings);
	assert_int_equal(findings.count, 0);
	assert_int_equal(findings_of(&findings, FINDING_OK), 0);
}

/* What is too long is cut, and what to type without anything to type it for is nothing. */
static void test_limits(void **state)
{
	struct findings findings = { 0 };
	char text[1024];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	findings_fix(&findings, "%s", text);
	assert_int_equal(findings.count, 0);
	findings_add(&findings, "long", FINDING_OK, "%s", text);
	findings_fix(&findings, "%s", text);
	assert_int_equal(strlen(findings.finding[0].text), sizeof(findings.finding[0].text) - 1);
	assert_int_equal(strlen(findings.finding[0].fix), sizeof(findings.finding[0].fix) - 1);
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
