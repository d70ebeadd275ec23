// SPDX-License-Identifier: GPL-2.0-only
#include "scratch_recorders.h"

struct recorder_set set;
struct problem problem;

int scratch_recorders_set_up(void **state)
{
	(void)state;
	recorder_set_free(&set);
	problem.text[0] = '\0';
	return 0;
}

int scratch_recorders_tear_down(void **state)
{
	(void)state;
	recorder_set_free(&set);
	return 0;
}
