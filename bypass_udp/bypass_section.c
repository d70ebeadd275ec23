// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_section.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/slots.h"
#include "config_section.h"
#include "excluded_list.h"
#include "flow_section.h"
#include "section_keys.h"

static void read_setting(const struct config_value *member, enum bypass_setting setting,
			 struct bypass_request *request, struct config_errors *errors)
{
	struct problem problem = { 0 };
	char text[CONFIG_SECTION_TEXT_SIZE];

	if (config_section_text(member, true, errors, text) &&
	    bypass_request_parse(request, setting, text, &problem))
		config_errors_add(errors, member, "%s", problem.text);
}

/* BYPASS_SETTING_COUNT: none is called that. */
static enum bypass_setting find_setting(const char *name)
{
	int i = 0;

	while (i < BYPASS_SETTING_COUNT && strcmp(bypass_settings_rows[i].name, name) != 0)
		i++;
	return (enum bypass_setting)i;
}

/* Of any name that is a setting's. */
static int read_shared(void *context, const struct config_value *member,
		       struct config_errors *errors)
{
	struct bypass_plan *plan = context;

	read_setting(member, find_setting(member->name), &plan->request, errors);
	return 0;
}

/* Which ones they are on this host is not for here. */
static int check_interfaces(void *context, const struct config_value *member,
			    struct config_errors *errors)
{
	(void)context;
	config_section_selectors(member, errors);
	return 0;
}

static int read_slot(void *context, const struct config_value *member, struct config_errors *errors)
{
	struct bypass_plan *plan = context;
	uint64_t slot;

	if (!config_value_number(member, errors, &slot))
		return 0;
	if (slot >= ECBPF_SLOT_COUNT)
		config_errors_add(errors, member, "is 0 to %d, not %s", ECBPF_SLOT_COUNT - 1,
				  member->text);
	plan->has_slot = true;
	plan->slot = (unsigned int)slot;
	return 0;
}

static int read_excluded(void *context, const struct config_value *member,
			 struct config_errors *errors)
{
	bool is_array = member->kind == CONFIG_ARRAY;
	const struct config_value *item = is_array ? member->first : member;
	struct bypass_plan *plan = context;

	plan->has_excluded = true;
	for (; item; item = is_array ? item->next : NULL) {
		struct problem problem = { 0 };

		if (config_value_is(item, CONFIG_TEXT, errors) &&
		    excluded_list_add(&plan->excluded, item->text, &problem))
			config_errors_add(errors, item, "%s", problem.text);
	}
	return 0;
}

static int read_flows(void *context, const struct config_value *member,
		      struct config_errors *errors)
{
	struct bypass_plan *plan = context;

	plan->has_flows = true;
	flow_file_take(member, errors, &plan->flows);
	return 0;
}

static int read_flow_file(void *context, const struct config_value *member,
			  struct config_errors *errors)
{
	struct bypass_plan *plan = context;

	plan->has_flows = true;
	return flow_section_read_file(member, &plan->flows, errors);
}

static int read_stats(void *context, const struct config_value *member,
		      struct config_errors *errors)
{
	struct bypass_plan *plan = context;

	return stats_section_read(&plan->stats, member, errors);
}

/* What an interface has for itself is one setting: no table for that. */
static int read_own(void *context, const struct config_value *object, struct config_errors *errors)
{
	const char *const names[] = { bypass_settings_rows[BYPASS_SETTING_MONITOR].name, NULL };
	struct bypass_plan *plan = context;
	struct bypass_plan_interface *more, *own;

	more = realloc(plan->interfaces, (plan->interface_count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	plan->interfaces = more;
	own = &more[plan->interface_count++];
	*own = (struct bypass_plan_interface){ 0 };
	snprintf(own->name, sizeof(own->name), "%s", object->name);
	for (const struct config_value *member = object->first; member; member = member->next) {
		enum bypass_setting setting = find_setting(member->name);

		if (setting == BYPASS_SETTING_MONITOR)
			read_setting(member, setting, &own->request, errors);
		else if (setting != BYPASS_SETTING_COUNT)
			config_errors_add(errors, member,
					  "is not an interface's own: all interfaces share it");
		else
			config_section_unknown(member, names, errors);
	}
	return 0;
}

static int read_each(void *context, const struct config_value *member, struct config_errors *errors)
{
	return config_section_each(member, read_own, context, errors);
}

static void declare_each(struct config_schema *schema)
{
	const struct bypass_setting_row *monitor = &bypass_settings_rows[BYPASS_SETTING_MONITOR];

	config_schema_each_interface_begin(schema, "interface", "What an interface has for itself");
	config_schema_key(schema, monitor->name, SCHEMA_SETTING, monitor->help, NULL);
	config_schema_end(schema);
}

static const struct section_key fixed_keys[] = {
	{ "interfaces", check_interfaces, SCHEMA_INTERFACES,
	  "Where it is wanted: the host's interfaces, unless this is there", NULL, NULL },
	{ "slot", read_slot, SCHEMA_NUMBER, "Slot of the program (7), when it is attached", NULL,
	  NULL },
	{ "exclude", read_excluded, SCHEMA_TEXTS,
	  "Flows with an address in these prefixes are left to the kernel", NULL, NULL },
	{ "flows", read_flows, SCHEMA_TEXTS, NULL, NULL, flow_section_declare },
	{ "flow_file", read_flow_file, SCHEMA_TEXT, FLOW_SECTION_FILE_HELP, NULL, NULL },
	{ "interface", read_each, SCHEMA_TEXT, NULL, NULL, declare_each },
	{ "stats", read_stats, SCHEMA_TEXT, NULL, NULL, stats_section_declare },
};

#define FIXED_COUNT (sizeof(fixed_keys) / sizeof(*fixed_keys))

#define KEY_COUNT (FIXED_COUNT + BYPASS_SETTING_COUNT)

/* The fixed ones and one for each setting; the last has no name. */
static void make_keys(struct section_key ret_keys[KEY_COUNT + 1])
{
	memset(ret_keys, 0, (KEY_COUNT + 1) * sizeof(*ret_keys));
	memcpy(ret_keys, fixed_keys, sizeof(fixed_keys));
	for (int i = 0; i < BYPASS_SETTING_COUNT; i++) {
		const struct bypass_setting_row *row = &bypass_settings_rows[i];

		ret_keys[FIXED_COUNT + (size_t)i] = (struct section_key){
			.name = row->name,
			.read = read_shared,
			.kind = strcmp(row->value_name, "LIST") ? SCHEMA_SETTING : SCHEMA_SETTINGS,
			.help = row->help,
		};
	}
}

int bypass_section_read(struct bypass_plan *plan, const struct config_value *section,
			struct config_errors *errors)
{
	struct section_key keys[KEY_COUNT + 1];

	make_keys(keys);
	return section_keys_read(keys, section, plan, errors);
}

void bypass_section_schema(struct config_schema *schema)
{
	struct section_key keys[KEY_COUNT + 1];

	make_keys(keys);
	section_keys_declare(keys, schema);
}
