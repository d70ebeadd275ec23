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

/* Checks what "interfaces" says: a text or an array of texts, each with selectors (interface_selector.h), separated
 * by commas if there are several. `selectors` NULL: nothing. Does not look at the host. */
void config_section_selectors(const struct config_value *selectors, struct config_errors *errors);

/* Adds the interfaces that it means now. One that does not exist is told, once in this process, and counted in *ret_missing, to
 * which it is added. 0; what is wrong with the value goes to `errors`; -ENOMEM and what keeps from looking, told. */
int config_section_resolve(const struct config_value *selectors, struct interface_list *list,
			   unsigned int *ret_missing, struct config_errors *errors,
			   struct problem *problem);

/* Notes that a member's name is none of `names` (NULL-terminated), which are those that may be there: "no such
 * setting; did you mean 'monitor'?" */
void config_section_unknown(const struct config_value *member, const char *const *names,
			    struct config_errors *errors);

/* Reads what "interface" says of one: 0, or a negative errno that ends the reading. */
typedef int (*config_section_read)(void *context, const struct config_value *own,
				   struct config_errors *errors);

/* Has `read` called for each interface of the object "interface" that is an object itself. 0, or what
 * `read` returned. */
int config_section_each(const struct config_value *object, config_section_read read, void *context,
			struct config_errors *errors);

#endif
