// SPDX-License-Identifier: GPL-2.0-only
#include "root_list.h"

#include "component_verbs.h"

int root_list_each(const char *bpffs, root_list_take take, void *context, struct problem *problem)
{
	struct interface_list list = { 0 };
	int err = component_list_attached(bpffs, NULL, &list, problem);

	/* One that cannot be read must not hide the others. */
	for (size_t i = 0; i < list.count; i++) {
		struct problem one = { 0 };
		struct chain_health health;
		int one_err = chain_health_settled(&health, bpffs, list.names[i], &one);

		if (!one_err)
			one_err = take(context, &health, &one);
		chain_health_close(&health);
		if (one_err && !err)
			err = problem_set(problem, one_err, "%s", one.text);
	}
	interface_list_free(&list);
	return err;
}
