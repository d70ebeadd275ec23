// SPDX-License-Identifier: GPL-2.0-only
#include "status_report.h"

#include <errno.h>

static void put_configuration(struct report *report, const struct status_wanted *wanted)
{
	const struct problem *problem = &wanted->problem;

	report_object_begin(report, "configuration");
	report_string(report, "path", NULL, wanted->path);
	report_bool(report, "exists", NULL, wanted->file || problem->text[0]);
	report_string(report, "problem", NULL, problem->text[0] ? problem->text : NULL);
	report_array_begin(report, "interfaces");
	for (size_t i = 0; i < wanted->interfaces.count; i++)
		report_string(report, NULL, NULL, wanted->interfaces.names[i]);
	report_array_end(report);
	report_number(report, "missing", NULL, wanted->missing);
	report_object_end(report);
}

/* Returns 1 if it is sick. */
static unsigned int put_component(struct report *report, const struct component *component,
				  const char *bpffs, const struct status_wanted *wanted)
{
	char headline[COMPONENT_HEADLINE_SIZE] = "";
	struct problem problem = { 0 };
	unsigned int sick = 0;
	int line_err, err;

	report_object_begin(report, component->name);
	report_string(report, "tool", NULL, component->tool);
	report_bool(report, "wanted", NULL, status_wanted_has(wanted, component->name));
	line_err = component->headline(bpffs, headline, &problem);
	report_bool(report, "attached", NULL, line_err != -ENOENT);
	report_string(report, "headline", NULL, headline[0] ? headline : NULL);
	report_object_begin(report, "status");
	err = component->status(report, bpffs, &sick, &problem);
	report_object_end(report);
	if (line_err != -ENOENT && line_err != -EUCLEAN && !err)
		err = line_err;
	if (err && !problem.text[0])
		problem_errno(&problem, err, "cannot be read");
	report_string(report, "problem", NULL, err ? problem.text : NULL);
	report_number(report, "sick", NULL, sick);
	report_object_end(report);
	return err || sick || line_err == -EUCLEAN;
}

void status_report(struct report *report, const struct component *const *table, const char *bpffs,
		   const struct status_wanted *wanted, unsigned int *ret_sick)
{
	*ret_sick = 0;
	put_configuration(report, wanted);
	report_object_begin(report, "components");
	for (; *table; table++)
		*ret_sick += put_component(report, *table, bpffs, wanted);
	report_object_end(report);
	report_number(report, "sick", NULL, *ret_sick);
}
