// SPDX-License-Identifier: GPL-2.0-only
#include "doctor.h"

#include <errno.h>
#include <string.h>

#include "abi/pin_names.h"
#include "bpffs.h"
#include "chain.h"
#include "doctor_config.h"
#include "doctor_host.h"
#include "findings.h"
#include "interface_check.h"
#include "tool_report.h"

#define TOOL "ecbpf"

/* One, while it is under way. */
struct examination {
	struct report *report;
	const struct doctor_options *options;
	struct doctor_config config;
	enum fact_switch kernel_frags;
	size_t blocking, warnings;
	bool lost;
};

/* Reports and frees them. */
static void put(struct examination *examination, const char *key, const char *title,
		struct findings *findings)
{
	findings_report(findings, examination->report, key, title);
	report_line(examination->report, "%s", "");
	examination->blocking += findings_of(findings, FINDING_BLOCKING);
	examination->warnings += findings_of(findings, FINDING_WARNING);
	examination->lost |= findings->lost;
	findings_free(findings);
}

/* Without pins there is nothing to look at, and looking would make the directory of the lock. */
static bool has_pins(const char *bpffs)
{
	char path[BPFFS_PATH_SIZE];

	if (bpffs_check(bpffs, NULL))
		return false;
	bpffs_join(path, bpffs, ECBPF_PIN_BASE);
	return bpffs_exists(path);
}

static void look_at_component(const struct component *component, const char *bpffs, bool is_wanted,
			      struct findings *findings)
{
	char line[COMPONENT_HEADLINE_SIZE] = "";
	struct problem problem = { 0 };
	int err = has_pins(bpffs) ? component->headline(bpffs, line, &problem) : -ENOENT;

	if (!err) {
		findings_add(findings, component->name, FINDING_OK, "%s", line);
	} else if (err == -EUCLEAN) {
		findings_add(findings, component->name, FINDING_BLOCKING, "%s", line);
		findings_fix(findings, "%s --status", component->tool);
	} else if (err != -ENOENT) {
		findings_add(findings, component->name, FINDING_NOTE, "%.250s", problem.text);
	} else if (is_wanted) {
		findings_add(findings, component->name, FINDING_WARNING,
			     "is wanted by the configuration, and attached nowhere");
		findings_fix(findings,
			     "%s --attach --configured (or: systemctl start ecbpf.target)",
			     component->tool);
	} else {
		findings_add(findings, component->name, FINDING_OK, "neither wanted nor attached");
	}
}

/* What a component knows itself about what it needs where it is attached. */
static void let_examine(const struct component *component, const char *bpffs,
			struct findings *findings)
{
	struct problem problem = { 0 };

	if (component->examine && has_pins(bpffs) && component->examine(findings, bpffs, &problem))
		findings_add(findings, component->name, FINDING_NOTE, "cannot look: %.200s",
			     problem.text);
}

/* Those asked for; if none are, those of the configuration and those with pins. */
static int choose(struct interface_list *ret_list, const struct doctor_options *options,
		  const struct doctor_config *config, struct problem *problem)
{
	const struct interface_list *wanted = options->interfaces;
	int err = 0;

	if (!wanted->count)
		wanted = &config->interfaces;
	for (size_t i = 0; !err && i < wanted->count; i++)
		err = interface_list_add(ret_list, wanted->names[i], problem);
	if (!err && !options->interfaces->count && has_pins(options->bpffs))
		err = chain_list(options->bpffs, ret_list, problem);
	return err;
}

/* A driver can no more than the kernel. */
static void look_at_interface(struct examination *examination, const char *name)
{
	const struct doctor_config *config = &examination->config;
	struct interface_wish wish;
	struct interface_facts facts;
	struct findings findings = { 0 };

	interface_facts_read(&facts, examination->options->bpffs, name);
	if (examination->kernel_frags == FACT_OFF)
		facts.frags = FACT_OFF;
	wish = doctor_config_wish(config, facts.name);
	/* One that was attached by hand is as it was wanted. */
	if (facts.is_ours == FACT_ON && !interface_list_has(&config->interfaces, facts.name))
		wish = (struct interface_wish){ .mode = facts.program_mode,
						.frags = facts.program_frags };
	interface_check_findings(&facts, &wish, &findings);
	put(examination, facts.name, facts.name, &findings);
}

static int look_at_interfaces(struct examination *examination, struct problem *problem)
{
	struct interface_list list = { 0 };
	int err = choose(&list, examination->options, &examination->config, problem);

	report_object_begin(examination->report, "interfaces");
	if (!list.count)
		report_line(examination->report,
			    "no interface is configured or attached; name some with --interface");
	for (size_t i = 0; !err && i < list.count; i++)
		look_at_interface(examination, list.names[i]);
	report_object_end(examination->report);
	interface_list_free(&list);
	return err;
}

static void look_at_host(struct examination *examination)
{
	const char *bpffs = examination->options->bpffs;
	struct findings findings = { 0 };
	struct host_facts facts;

	host_facts_read(&facts, bpffs);
	examination->kernel_frags = facts.programs.frags;
	doctor_host(&facts, bpffs, &findings);
	put(examination, "host", "this host", &findings);
}

static int look_at_configuration(struct examination *examination, struct problem *problem)
{
	const struct doctor_options *options = examination->options;
	struct findings findings = { 0 };
	int err = doctor_config_open(&examination->config, options->config, options->table,
				     &findings, problem);

	put(examination, "configuration", "configuration", &findings);
	return err;
}

static void look_at_components(struct examination *examination)
{
	const struct doctor_options *options = examination->options;
	const struct component *const *component = options->table;
	struct findings findings = { 0 };

	for (; *component; component++) {
		look_at_component(*component, options->bpffs,
				  doctor_config_wants(&examination->config, *component), &findings);
		let_examine(*component, options->bpffs, &findings);
	}
	put(examination, "components", "components", &findings);
}

int doctor_report(struct report *report, const struct doctor_options *options, size_t *ret_blocking,
		  struct problem *problem)
{
	struct examination examination = { .report = report, .options = options };
	int err;

	look_at_host(&examination);
	err = look_at_configuration(&examination, problem);
	if (!err) {
		look_at_components(&examination);
		err = look_at_interfaces(&examination, problem);
	}
	doctor_config_close(&examination.config);
	if (!err && examination.lost)
		err = problem_errno(problem, -ENOMEM, "cannot keep what was found");
	report_number(report, "blocking", NULL, examination.blocking);
	report_number(report, "warnings", NULL, examination.warnings);
	report_line(report, "%zu blocking, %zu warning%s", examination.blocking,
		    examination.warnings, examination.warnings == 1 ? "" : "s");
	*ret_blocking = examination.blocking;
	return err;
}

int doctor_run(const struct doctor_options *options, bool json, struct problem *problem)
{
	struct report *report = tool_report_open(json, TOOL, DOCTOR_SCHEMA);
	size_t blocking = 0;
	int err = doctor_report(report, options, &blocking, problem);

	err = tool_report_close(report, err, "findings", problem);
	if (!err && blocking)
		err = problem_set(problem, -EUCLEAN, "%zu thing%s blocking, see above", blocking,
				  blocking == 1 ? " is" : "s are");
	return err;
}
