// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_status.h"

#include <errno.h>
#include <stdio.h>

#include "bypass_report.h"

void bypass_status(struct report *report, const struct bypass_state *state,
		   struct bypass_sick *ret_sick)
{
	bypass_report(report, state);
	*ret_sick = (struct bypass_sick){
		.is_namespace = state->host.remarks.disagreement_count != 0,
	};
	for (size_t i = 0; i < state->interface_count; i++)
		ret_sick->interfaces += state->interfaces[i].remarks.disagreement_count != 0;
}

int bypass_sick_check(const struct bypass_sick *sick, struct problem *problem)
{
	char interfaces[32] = "";

	if (!sick->is_namespace && !sick->interfaces)
		return 0;
	if (sick->interfaces)
		(void)snprintf(interfaces, sizeof(interfaces), "%u interface%s", sick->interfaces,
			       sick->interfaces == 1 ? "" : "s");
	return problem_set(problem, -EUCLEAN,
			   "%s%s%s: bypass_udp does not do what it was told to (see what DISAGREES "
			   "in the status)",
			   sick->is_namespace ? "the network namespace" : "",
			   sick->is_namespace && sick->interfaces ? " and " : "", interfaces);
}
