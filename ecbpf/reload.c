// SPDX-License-Identifier: GPL-2.0-only
#include "reload.h"

#include <errno.h>

#include "bpffs.h"
#include "capability.h"
#include "component_verbs.h"
#include "config_check.h"
#include "log.h"

/* What could not be done, of all components. */
struct failures {
	unsigned int components;
	unsigned int missing; /* interfaces of the configuration that do not exist */
	int first;
};

static int apply(FILE *out, const struct component *component, const struct config_file *file,
		 const struct component_apply *host, unsigned int *missing, struct problem *problem)
{
	struct interface_list interfaces = { 0 };
	struct component_apply wish = *host;
	bool wanted;
	int err;

	err = component_places(component, file, &wanted, &interfaces, missing, problem);
	wish.interfaces = &interfaces;
	/* Also where it is not wanted: what is attached all the same is told. */
	if (!err)
		err = component->apply(out, &wish, problem);
	interface_list_free(&interfaces);
	return err;
}

static void apply_all(FILE *out, const struct component *const *table,
		      const struct config_file *file, const struct component_apply *host,
		      struct failures *failures)
{
	for (; *table; table++) {
		struct problem problem = { 0 };
		unsigned int missing = 0;
		int err = apply(out, *table, file, host, &missing, &problem);

		/* Most are missing for every component in the same way. */
		if (missing > failures->missing)
			failures->missing = missing;
		if (!err)
			continue;
		problem_prefix(&problem, err, "%s", (*table)->name);
		/* At once: the next component overwrites what libbpf said about this one. */
		log_problem(&problem);
		failures->components++;
		if (!failures->first)
			failures->first = err;
	}
}

static int tell(FILE *out, const struct failures *failures, const char *path,
		struct problem *problem)
{
	if (failures->components)
		return problem_set(problem, failures->first,
				   "%u component%s could not do all that %s says (see above)",
				   failures->components, failures->components == 1 ? "" : "s",
				   path);
	if (fflush(out))
		return problem_errno(problem, -errno, "cannot write the result");
	return component_missing(0, failures->missing, problem);
}

int reload_host(FILE *out, const struct component *const *table, const char *bpffs,
		const char *config, struct problem *problem)
{
	const struct component_apply host = {
		.bpffs = bpffs,
		.config = config ? config : CONFIG_FILE_STANDARD,
	};
	struct failures failures = { 0 };
	struct config_file *file = NULL;
	int err = component_open_config(config, &file, problem);

	if (!err && !file)
		return problem_set(problem, -ENOENT, "%s: no such file: nothing is changed",
				   host.config);
	if (!err)
		err = config_check(table, file, problem);
	if (err)
		problem_prefix(problem, err, "nothing is changed");
	if (!err)
		err = bpffs_check(bpffs, problem);
	if (!err)
		err = capability_require("reload", problem);
	if (!err) {
		apply_all(out, table, file, &host, &failures);
		err = tell(out, &failures, host.config, problem);
	}
	config_file_close(file);
	return err;
}
