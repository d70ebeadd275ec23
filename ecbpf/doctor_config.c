// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "component_verbs.h"
#include "config_check.h"
#include "host_config.h"
#include "interface_selector.h"
#include "root_plan.h"

static bool is_root(const struct component *component)
{
	return !strcmp(component->name, HOST_CONFIG_ROOT);
}

static const struct config_value *member_of(const struct doctor_config *config, const char *section,
					    const char *key)
{
	const struct config_value *content = config_file_content(config->file);
	const struct config_value *object =
		section ? config_value_member(content, section) : content;

	return object && object->kind == CONFIG_OBJECT ? config_value_member(object, key) : NULL;
}

static int resolve(const char *selector, struct interface_list *list, struct findings *findings)
{
	struct problem problem = { 0 };
	size_t before = list->count;
	int err = interface_selector_resolve(selector, list, &problem);

	if (err == -ENOMEM)
		return err;
	if (err)
		findings_add(findings, "interfaces", FINDING_BLOCKING, "%.200s", problem.text);
	else if (list->count == before)
		findings_add(findings, "interfaces", FINDING_WARNING,
			     "'%.100s' means no interface now that is not named before it",
			     selector);
	return 0;
}

/* One text, which may hold several with commas between. What is no text the check has told. */
static int resolve_text(const struct config_value *value, struct interface_list *list,
			struct findings *findings)
{
	char *text = value->kind == CONFIG_TEXT ? strdup(value->text) : NULL, *at = text, *selector;
	int err = value->kind == CONFIG_TEXT && !text ? -ENOMEM : 0;

	while (!err && (selector = strsep(&at, ",")))
		err = resolve(selector, list, findings);
	free(text);
	return err;
}

/* What selectors mean now, one by one, so that each that means nothing can be told. */
static int resolve_all(const struct config_value *value, struct interface_list *list,
		       struct findings *findings)
{
	int err = 0;

	if (!value || value->kind != CONFIG_ARRAY)
		return value ? resolve_text(value, list, findings) : 0;
	for (value = value->first; !err && value; value = value->next)
		err = resolve_text(value, list, findings);
	return err;
}

/* Only a section's own interfaces can be others than the root's. */
static int look_at_places(const struct doctor_config *config, const struct component *component,
			  struct findings *findings)
{
	struct interface_list list = { 0 };
	int err = resolve_all(member_of(config, component->name, "interfaces"), &list, findings);

	for (size_t i = 0; i < list.count; i++) {
		if (!component->has_slot || interface_list_has(&config->interfaces, list.names[i]))
			continue;
		findings_add(findings, component->name, FINDING_BLOCKING,
			     "is wanted at %s, where the root, which it needs, is not",
			     list.names[i]);
		findings_fix(findings, "\"%s\" in the file's outer \"interfaces\"", list.names[i]);
	}
	interface_list_free(&list);
	return err;
}

/* Of one that has places of its own kind, only whether they are there. */
static void look_at_own_places(const struct doctor_config *config,
			       const struct component *component, struct findings *findings)
{
	struct interface_list list = { 0 };
	struct problem problem = { 0 };
	unsigned int missing = 0;
	bool is_wanted;

	if (component_places(component, config->file, &is_wanted, &list, &missing, &problem) == 0 &&
	    missing)
		findings_add(findings, component->name, FINDING_BLOCKING,
			     "%u of the interfaces where it is wanted %s not there (named on stderr)",
			     missing, missing == 1 ? "is" : "are");
	interface_list_free(&list);
}

static void look_at_content(const struct doctor_config *config,
			    const struct component *const *table, struct findings *findings)
{
	struct problem problem = { 0 };

	if (config_check(table, config->file, &problem)) {
		findings_add(findings, "file", FINDING_BLOCKING, "%.250s", problem.text);
		findings_fix(findings, "ecbpf check-config --config %.100s", config->path);
	} else {
		findings_add(findings, "file", FINDING_OK, "%.200s: fine", config->path);
	}
}

static int look_at_interfaces(struct doctor_config *config, const struct component *const *table,
			      struct findings *findings)
{
	const struct config_value *own = member_of(config, HOST_CONFIG_ROOT, "interfaces");
	int err;

	err = resolve_all(own ? own : member_of(config, NULL, "interfaces"), &config->interfaces,
			  findings);
	for (; !err && *table; table++) {
		if ((*table)->interfaces)
			look_at_own_places(config, *table, findings);
		else if (!is_root(*table))
			err = look_at_places(config, *table, findings);
	}
	if (!err && !config->interfaces.count)
		findings_add(findings, "interfaces", FINDING_NOTE,
			     "nothing is wanted on this host");
	return err;
}

int doctor_config_open(struct doctor_config *ret_config, const char *path,
		       const struct component *const *table, struct findings *findings,
		       struct problem *problem)
{
	struct problem why = { 0 };
	int err;

	*ret_config = (struct doctor_config){ .path = path ? path : CONFIG_FILE_STANDARD };
	err = config_file_open(ret_config->path, &ret_config->file, &why);
	if (err == -ENOENT) {
		bool is_needed = strcmp(ret_config->path, CONFIG_FILE_STANDARD) != 0;

		findings_add(findings, "file", is_needed ? FINDING_BLOCKING : FINDING_NOTE,
			     "%.200s: no such file%s", ret_config->path,
			     is_needed ? "" : ", so nothing is wanted on this host");
		return 0;
	}
	if (err) {
		findings_add(findings, "file", FINDING_BLOCKING, "%.250s", why.text);
		return 0;
	}
	look_at_content(ret_config, table, findings);
	err = look_at_interfaces(ret_config, table, findings);
	return err ? problem_errno(problem, err, "cannot read what is wanted") : 0;
}

void doctor_config_close(struct doctor_config *config)
{
	config_file_close(config->file);
	interface_list_free(&config->interfaces);
}

struct interface_wish doctor_config_wish(const struct doctor_config *config, const char *interface)
{
	struct root_plan plan = root_plan_of(config->file, interface);

	return (struct interface_wish){ .mode = plan.mode, .frags = plan.frags };
}

bool doctor_config_wants(const struct doctor_config *config, const struct component *component)
{
	if (!config->file)
		return false;
	return is_root(component) ? config->interfaces.count > 0 :
				    host_config_wants(config->file, component->name);
}
