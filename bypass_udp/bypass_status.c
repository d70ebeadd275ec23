// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_status.h"

#include "bypass_report.h"

int bypass_status(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		  unsigned int slot, unsigned int *ret_sick, struct problem *problem)
{
	struct bypass_state state;
	int err = bypass_state_read(&state, bpffs, interfaces, slot, problem);

	bypass_report(report, &state);
	*ret_sick = state.host.remarks.disagreement_count != 0;
	for (size_t i = 0; i < state.interface_count; i++)
		*ret_sick += state.interfaces[i].remarks.disagreement_count != 0;
	bypass_state_free(&state);
	return err;
}
