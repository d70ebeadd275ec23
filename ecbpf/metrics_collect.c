// SPDX-License-Identifier: GPL-2.0-only
#include "metrics_collect.h"

#include <errno.h>
#include <linux/capability.h>

#include "capability.h"
#include "metrics_serve.h"
#include "monotonic_clock.h"

static const struct metric_family build = { "ecbpf_build", METRIC_INFO, NULL,
					    "Version of what reads the metrics" };
static const struct metric_family attached = { "ecbpf_component_attached", METRIC_GAUGE, NULL,
					       "1: the component is attached somewhere" };
static const struct metric_family sick = {
	"ecbpf_component_sick", METRIC_GAUGE, NULL,
	"1: the component does not do what it was told to, or cannot be read; see ecbpf status"
};
static const struct metric_family collection = { "ecbpf_collection_seconds", METRIC_GAUGE,
						 "seconds", "How long it took to read them all" };

/* What one component gets wrong is its own loss. */
static int add_own(const struct component *component, const char *bpffs, struct metrics *metrics,
		   struct problem *problem)
{
	struct metrics *own = metrics_new();
	int err = component->metrics(own, bpffs, problem);
	int merge_err = metrics_merge(metrics, own, err ? NULL : problem);

	return err ? err : merge_err;
}

static int collect(const struct component *component, const char *bpffs, struct metrics *metrics,
		   struct problem *problem)
{
	char line[COMPONENT_HEADLINE_SIZE] = "";
	struct problem trouble = { 0 };
	int health = component->headline(bpffs, line, &trouble);
	int err = health == -ENOENT || health == -EUCLEAN ? 0 : health;

	if (!err)
		err = add_own(component, bpffs, metrics, &trouble);
	metrics_add(metrics, &attached, health == 0 || health == -EUCLEAN, "component",
		    component->name, NULL);
	metrics_add(metrics, &sick, err || health == -EUCLEAN, "component", component->name, NULL);
	return err ? problem_set(problem, err, "metrics of %s: %s", component->name, trouble.text) :
		     0;
}

int metrics_collect(const struct component *const *list, const char *bpffs, struct metrics *metrics,
		    struct problem *problem)
{
	uint64_t begin = monotonic_clock_now();
	int first_err = 0;

	metrics_add(metrics, &build, 1, "version", ECBPF_VERSION, NULL);
	for (; *list; list++) {
		int err = collect(*list, bpffs, metrics, first_err ? NULL : problem);

		first_err = first_err ? first_err : err;
	}
	metrics_add_duration(metrics, &collection, monotonic_clock_now() - begin, NULL);
	return first_err;
}

int metrics_collect_possible(struct problem *problem)
{
	if (capability_has(CAP_BPF))
		return 0;
	return problem_set(problem, -EPERM,
			   "metrics: missing CAP_BPF: run as root, or ask ecbpf-metrics.socket: "
			   "curl http://" METRICS_LISTEN_DEFAULT "/metrics");
}
