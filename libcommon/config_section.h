/* SPDX-License-Identifier: GPL-2.0-only */
/* What the sections of components in the configuration file have in common. Errors are noted. */
#ifndef ECBPF_CONFIG_SECTION_H
#define ECBPF_CONFIG_SECTION_H

#include <stdbool.h>
#include "config_file.h"
#include "interface.h"

#define CONFIG_SECTION_TEXT_SIZE 1024

/* A value as the command line would have it: texts and numbers, an array's with commas between; with
 * `flags` true and false as well, which are "on" and "off". False with the error noted. */
bool config_section_text(const struct config_value *value, bool flags, struct config_errors *errors,
			 char ret_text[CONFIG_SECTION_TEXT_SIZE]);

/* Adds what "interfaces" says to `list`: an array, or one text. `names` NULL: nothing. 0 or -ENOMEM. */
int config_section_interfaces(const struct config_value *names, struct interface_list *list,
			      struct config_errors *errors);

/* Reads what "interface" says of one: 0, or a negative errno that ends the reading. */
typedef int (*config_section_read)(void *context, const struct config_value *own,
				   struct config_errors *errors);

/* Has `read` called for each interface of the object "interface" that is an object itself. 0, or what
 * `read` returned. */
int config_section_each(const struct config_value *object, config_section_read read, void *context,
			struct config_errors *errors);

#endif
