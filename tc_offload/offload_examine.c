// SPDX-License-Identifier: GPL-2.0-only
#include "offload_examine.h"

#include <string.h>

#include "offload_verdicts.h"

static bool is_known(const char *what)
{
	static const char *const known[] = { "bpffs", "capabilities", "jit" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!strcmp(what, known[i]))
			return true;
	}
	return false;
}

/* `place`: "eth0: ", or "" for the host. */
static void add(struct findings *findings, const struct offload_findings *found, const char *place)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct offload_finding *finding = &found->finding[i];

		if (finding->verdict == OFFLOAD_VERDICT_OK || is_known(finding->what))
			continue;
		findings_add(findings, OFFLOAD_TOOL,
			     finding->verdict == OFFLOAD_VERDICT_MISSING ? FINDING_BLOCKING :
									   FINDING_NOTE,
			     "%s%s%s: %s", place, *place ? ": " : "", finding->what, finding->text);
		if (*finding->type)
			findings_fix(findings, "%s", finding->type);
	}
}

void offload_examine_facts(struct findings *findings, const struct offload_facts *facts)
{
	struct offload_findings found;

	if (!facts->host.state.is_there)
		return;
	offload_verdicts_host(facts, &found);
	add(findings, &found, "");
	for (size_t i = 0; i < facts->device_count; i++) {
		offload_verdicts_device(facts, &facts->devices[i], &found);
		add(findings, &found, facts->devices[i].name);
	}
}

int offload_examine(struct findings *findings, const char *bpffs, struct problem *problem)
{
	struct offload_facts facts;
	int err = offload_facts_read(&facts, bpffs, &(struct interface_list){ 0 }, problem);

	if (!err)
		offload_examine_facts(findings, &facts);
	offload_facts_free(&facts);
	return err;
}
