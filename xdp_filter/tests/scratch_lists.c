// SPDX-License-Identifier: GPL-2.0-only
#include "scratch_lists.h"

struct source_list list, other;
struct problem problem;

int scratch_lists_set_up(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	return 0;
}

int scratch_lists_tear_down(void **state)
{
	(void)state;
	source_list_free(&list);
	source_list_free(&other);
	return 0;
}
