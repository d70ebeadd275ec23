/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys of a section of the configuration file, or of an object in it, as a table: it serves the reader and the
 * schema, so that one cannot know what the other does not. */
#ifndef ECBPF_SECTION_KEYS_H
#define ECBPF_SECTION_KEYS_H

#include "config_file.h"
#include "config_schema.h"

/* Reads one member. 0, or a negative errno that ends the reading (-ENOMEM); errors in what it says are noted. */
typedef int (*section_key_read)(void *context, const struct config_value *member,
				struct config_errors *errors);

/* A table of these ends with one that has no name. */
struct section_key {
	const char *name;
	section_key_read read;
	enum config_schema_kind kind;
	const char *help;
	const char *const *choices; /* NULL, or the words that are allowed */
	void (*declare)(
		struct config_schema *schema); /* not NULL: in place of kind, help and choices */
};

/* Has each member of `object` read by its row; an object that is none, and a name without a row are noted. */
int section_keys_read(const struct section_key *keys, const struct config_value *object,
		      void *context, struct config_errors *errors);

void section_keys_declare(const struct section_key *keys, struct config_schema *schema);

#endif
