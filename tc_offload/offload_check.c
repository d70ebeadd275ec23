// SPDX-License-Identifier: GPL-2.0-only
#include "offload_check.h"

#include <stdio.h>

#include "offload_verdicts.h"

/* As an array of objects; text has a line for each, and one more with what to type. */
static size_t put_findings(struct report *report, const struct offload_findings *findings)
{
	size_t missing = 0;

	for (size_t i = 0; i < findings->count; i++) {
		const struct offload_finding *finding = &findings->finding[i];

		report_object_begin(report, NULL);
		report_line(report, "%-8s%s: %s", offload_verdict_name(finding->verdict),
			    finding->what, finding->text);
		report_string(report, "what", NULL, finding->what);
		report_string(report, "verdict", NULL, offload_verdict_name(finding->verdict));
		report_string(report, "text", NULL, finding->text);
		report_string(report, "type", *finding->type ? "        type" : NULL,
			      *finding->type ? finding->type : NULL);
		report_object_end(report);
		missing += finding->verdict == OFFLOAD_VERDICT_MISSING;
	}
	return missing;
}

static size_t put_facts(struct report *report, const struct offload_facts *facts)
{
	struct offload_findings findings;
	size_t missing;

	report_line(report, "=== this host ===");
	report_array_begin(report, "host");
	offload_verdicts_host(facts, &findings);
	missing = put_findings(report, &findings);
	report_array_end(report);
	report_object_begin(report, "interfaces");
	for (size_t i = 0; i < facts->device_count; i++) {
		report_line(report, "%s", "");
		report_line(report, "=== %s ===", facts->devices[i].name);
		report_array_begin(report, facts->devices[i].name);
		offload_verdicts_device(facts, &facts->devices[i], &findings);
		missing += put_findings(report, &findings);
		report_array_end(report);
	}
	report_object_end(report);
	report_number(report, "missing", NULL, missing);
	return missing;
}

int offload_check(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		  size_t *ret_missing, struct problem *problem)
{
	struct offload_facts facts;
	int err = offload_facts_read(&facts, bpffs, interfaces, problem);

	if (!err)
		*ret_missing = put_facts(report, &facts);
	offload_facts_free(&facts);
	return err;
}
