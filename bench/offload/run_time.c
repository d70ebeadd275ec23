// SPDX-License-Identifier: GPL-2.0-only
#include "run_time.h"

#include <stdio.h>
#include <string.h>

#define KERNEL_THREADS 1000 /* they have the lowest numbers */

double run_time_of(unsigned int task)
{
	char path[64];
	double nanoseconds = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%u/schedstat", task);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%lf", &nanoseconds) != 1)
		nanoseconds = 0;
	(void)fclose(file);
	return nanoseconds;
}

static int is_softirqs(unsigned int task)
{
	char path[64], name[32] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%u/comm", task);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	(void)fclose(file);
	return !strncmp(name, "ksoftirqd/", strlen("ksoftirqd/"));
}

double run_time_of_softirqs(void)
{
	double nanoseconds = 0;

	for (unsigned int task = 2; task < KERNEL_THREADS; task++)
		if (is_softirqs(task))
			nanoseconds += run_time_of(task);
	return nanoseconds;
}
