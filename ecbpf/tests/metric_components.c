// SPDX-License-Identifier: GPL-2.0-only
#include "metric_components.h"

#include <errno.h>
#include <linux/capability.h>

#include "capability.h"

static const struct metric_family packets = { "ecbpf_test_packets", METRIC_COUNTER, NULL,
					      "Packets that were seen" };
static const struct metric_family sick_packets = { "ecbpf_sick_packets", METRIC_COUNTER, NULL,
						   "Packets that were seen" };
static const struct metric_family half_packets = { "ecbpf_half_packets", METRIC_COUNTER, NULL,
						   "Packets that were seen" };
static const struct metric_family many_packets = { "ecbpf_many_packets", METRIC_COUNTER, NULL,
						   "Packets that were seen" };
static const struct metric_family right = { "ecbpf_test_right_kept", METRIC_GAUGE, NULL,
					    "1: it has CAP_SYS_ADMIN" };

static int headline_well(const char *bpffs, char line[COMPONENT_HEADLINE_SIZE],
			 struct problem *problem)
{
	(void)problem;
	(void)snprintf(line, COMPONENT_HEADLINE_SIZE, "at %s", bpffs);
	return 0;
}

static int headline_sick(const char *bpffs, char line[COMPONENT_HEADLINE_SIZE],
			 struct problem *problem)
{
	(void)headline_well(bpffs, line, problem);
	return -EUCLEAN;
}

static int headline_away(const char *bpffs, char line[COMPONENT_HEADLINE_SIZE],
			 struct problem *problem)
{
	(void)bpffs;
	(void)line;
	(void)problem;
	return -ENOENT;
}

static int headline_broken(const char *bpffs, char line[COMPONENT_HEADLINE_SIZE],
			   struct problem *problem)
{
	(void)bpffs;
	(void)line;
	return problem_set(problem, -EIO, "pins are gone");
}

static int metrics_well(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	(void)bpffs;
	(void)problem;
	metrics_add(metrics, &packets, 5, "interface", "eth0", NULL);
	return 0;
}

static int metrics_sick(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	(void)bpffs;
	(void)problem;
	metrics_add(metrics, &sick_packets, 7, "interface", "eth1", NULL);
	return 0;
}

static int metrics_none(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	(void)metrics;
	(void)bpffs;
	(void)problem;
	return 0;
}

static int metrics_half(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	(void)bpffs;
	metrics_add(metrics, &half_packets, 9, "interface", "eth2", NULL);
	return problem_set(problem, -EIO, "map is gone");
}

static int metrics_wrong(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	(void)metrics_well(metrics, bpffs, problem);
	return metrics_well(metrics, bpffs, problem);
}

static int metrics_many(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	char number[8];

	(void)bpffs;
	(void)problem;
	for (unsigned int i = 0; i < 100; i++) {
		(void)snprintf(number, sizeof(number), "%u", i);
		metrics_add(metrics, &many_packets, i, "number", number, NULL);
	}
	return 0;
}

static int metrics_rights(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	metrics_add(metrics, &right, capability_has(CAP_SYS_ADMIN), NULL);
	return metrics_well(metrics, bpffs, problem);
}

const struct component metric_component_well = { .name = "well",
						 .headline = headline_well,
						 .metrics = metrics_well };
const struct component metric_component_sick = { .name = "sick",
						 .headline = headline_sick,
						 .metrics = metrics_sick };
const struct component metric_component_away = { .name = "away",
						 .headline = headline_away,
						 .metrics = metrics_none };
const struct component metric_component_broken = { .name = "broken",
						   .headline = headline_broken,
						   .metrics = metrics_none };
const struct component metric_component_wrong = { .name = "wrong",
						  .headline = headline_well,
						  .metrics = metrics_wrong };
const struct component metric_component_half = { .name = "half",
						 .headline = headline_well,
						 .metrics = metrics_half };
const struct component metric_component_rights = { .name = "rights",
						   .headline = headline_well,
						   .metrics = metrics_rights };
const struct component metric_component_many = { .name = "many",
						 .headline = headline_well,
						 .metrics = metrics_many };
