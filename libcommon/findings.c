// SPDX-License-Identifier: GPL-2.0-only
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void findings_free(struct findings *findings)
{
	free(findings->finding);
	*findings = (struct findings){ 0 };
}

const char *finding_verdict_name(enum finding_verdict verdict)
{
	static const char *const names[FINDING_VERDICTS] = { "ok", "note", "warning", "blocking" };

	return names[verdict];
}

void findings_add(struct findings *findings, const char *what, enum finding_verdict verdict,
		  const char *format, ...)
{
	struct finding *more =
		reallocarray(findings->finding, findings->count + 1, sizeof(*findings->finding));
	va_list arguments;

	if (!more) {
		findings->lost = true;
		return;
	}
	findings->finding = more;
	more += findings->count++;
	*more = (struct finding){ .what = what, .verdict = verdict };
	va_start(arguments, format);
	(void)vsnprintf(more->text, sizeof(more->text), format, arguments);
	va_end(arguments);
}

void findings_fix(struct findings *findings, const char *format, ...)
{
	struct finding *last;
	va_list arguments;

	if (!findings->count || findings->lost)
		return;
	last = &findings->finding[findings->count - 1];
	va_start(arguments, format);
	(void)vsnprintf(last->fix, sizeof(last->fix), format, arguments);
	va_end(arguments);
}

size_t findings_of(const struct findings *findings, enum finding_verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->finding[i].verdict == verdict;
	return count;
}

void findings_report(const struct findings *findings, struct report *report, const char *key,
		     const char *title)
{
	report_line(report, "=== %s ===", title);
	report_array_begin(report, key);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->finding[i];

		report_object_begin(report, NULL);
		report_line(report, "%-9s%s: %s", finding_verdict_name(finding->verdict),
			    finding->what, finding->text);
		report_string(report, "what", NULL, finding->what);
		report_string(report, "verdict", NULL, finding_verdict_name(finding->verdict));
		report_string(report, "text", NULL, finding->text);
		report_string(report, "fix", *finding->fix ? "         type" : NULL,
			      *finding->fix ? finding->fix : NULL);
		report_object_end(report);
	}
	report_array_end(report);
}
