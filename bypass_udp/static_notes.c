// SPDX-License-Identifier: GPL-2.0-only
#include "static_notes.h"

#define STATIC_BIT (1U << FLOW_TABLE_STATIC)

int static_notes_before(const struct bypass_host *host, struct problem *problem)
{
	struct bypass_settings settings;
	int err = bypass_host_read_settings(host, &settings, problem);

	if (err || settings.tables & STATIC_BIT)
		return err;
	settings.tables |= STATIC_BIT;
	return bypass_host_write_settings(host, &settings, problem);
}

int static_notes_after(const struct bypass_host *host, struct problem *problem)
{
	struct bypass_settings settings;
	int err = bypass_host_read_settings(host, &settings, problem);

	if (err)
		return err;
	if (bypass_host_has_static(host))
		settings.tables |= STATIC_BIT;
	else
		settings.tables &= ~STATIC_BIT;
	settings.static_version++;
	return bypass_host_write_settings(host, &settings, problem);
}
