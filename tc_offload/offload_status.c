// SPDX-License-Identifier: GPL-2.0-only
#include "offload_status.h"

#include <errno.h>

#include "offload_remarks.h"
#include "offload_report.h"

void offload_status(struct report *report, const struct offload_state *state,
		    struct offload_sick *ret_sick)
{
	offload_report(report, state);
	*ret_sick = (struct offload_sick){
		.is_namespace = offload_remarks_disagreements(&state->host.remarks) != 0,
	};
	for (size_t i = 0; i < state->place_count; i++)
		ret_sick->places += offload_remarks_disagreements(&state->places[i].remarks) != 0;
}

int offload_sick_check(const struct offload_sick *sick, struct problem *problem)
{
	static const char what[] =
		"tc_offload does not do what it was told to (see what DISAGREES in "
		"the status)";

	if (!sick->places)
		return sick->is_namespace ?
			       problem_set(problem, -EUCLEAN, "the network namespace: %s", what) :
			       0;
	return problem_set(problem, -EUCLEAN, "%s%u place%s: %s",
			   sick->is_namespace ? "the network namespace and " : "", sick->places,
			   sick->places == 1 ? "" : "s", what);
}
