/* SPDX-License-Identifier: GPL-2.0-only */
/* The values of the section "xdp_filter" (filter_file.h shows it), read into what they mean. One table of keys
 * serves reader and schema. Errors are noted with their lines; functions return 0 or -ENOMEM. */
#ifndef XDP_FILTER_SECTION_H
#define XDP_FILTER_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include "config_file.h"
#include "config_schema.h"
#include "filter_settings.h"

/* Paths, absolute or from the working directory on. */
struct filter_file_paths {
	char **paths;
	const struct config_value **values; /* where the file says so */
	size_t count;
};

/* What the file says for one interface. Owned by the caller, released with filter_file_wish_free(). */
struct filter_file_wish {
	struct filter_request request;
	bool slot_given;
	unsigned int slot;
	struct filter_file_paths drop;
	struct filter_file_paths allow;
};

void filter_file_wish_free(struct filter_file_wish *wish);

/* The section, or what differs for an interface: adds what is said there to the wish. */
int filter_section_read(const struct config_file *file, const struct config_value *object,
			bool is_section, struct filter_file_wish *wish,
			struct config_errors *errors);

/* Notes every error of the section. `look`, unless NULL, gets to see what the section says, and what it says of
 * each interface alone. */
typedef int (*filter_section_look)(const struct filter_file_wish *wish,
				   struct config_errors *errors);
int filter_section_check(const struct config_file *file, const struct config_value *section,
			 filter_section_look look, struct config_errors *errors);

/* Declares every key. */
void filter_section_schema(struct config_schema *schema);

#endif
