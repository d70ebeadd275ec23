// SPDX-License-Identifier: GPL-2.0-only
#include "measured_verb.h"

#include "measure.h"

int measured_verb_run(int (*verb)(const struct bench_options *options),
		      const struct bench_options *options, uint64_t cpu, struct problem *problem)
{
	int err = measure_pin((unsigned int)cpu);

	if (err)
		return problem_errno(problem, err, "run on CPU %u", (unsigned int)cpu);
	err = verb(options);
	return err ? problem_errno(problem, err, "not measured") : 0;
}
