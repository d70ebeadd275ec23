/* SPDX-License-Identifier: GPL-2.0-only */
/* The JSON schema (draft 2020-12) of the configuration file, written by those who read it: a component declares
 * the keys of its section one after the other. Printed by `ecbpf --schema`, installed beside the file. */
#ifndef ECBPF_CONFIG_SCHEMA_H
#define ECBPF_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stdio.h>

/* What JSON may stand for a key. */
enum config_schema_kind {
	SCHEMA_TEXT,
	SCHEMA_NUMBER, /* whole, not negative */
	SCHEMA_BOOL,
	SCHEMA_SETTING, /* a word, a number or a truth value, as the option of the same name takes it */
	SCHEMA_TEXTS,      /* one text, or an array of texts */
	SCHEMA_SETTINGS,   /* a setting, or an array of them */
	SCHEMA_INTERFACES, /* selectors (interface_selector.h): one text, or an array of them */
};

struct config_schema;

/* The outermost object is open. */
struct config_schema *
config_schema_new(void); /* NULL: out of memory; all calls below take that NULL */

/* A key of the object that is open. `help` is one sentence, without a full stop. `choices` NULL, or the words
 * that are allowed, NULL-terminated. A key declared twice is a mistake of the caller: told by finish. */
void config_schema_key(struct config_schema *schema, const char *key, enum config_schema_kind kind,
		       const char *help, const char *const *choices);
/* Nested: an object under `key`; an array of objects (or, with `or_text`, of texts as well); an object whose
 * members have names of interfaces and are objects with these keys. */
void config_schema_object_begin(struct config_schema *schema, const char *key, const char *help);
void config_schema_array_begin(struct config_schema *schema, const char *key, const char *help,
			       int or_text);
void config_schema_each_interface_begin(struct config_schema *schema, const char *key,
					const char *help);
void config_schema_end(struct config_schema *schema);

/* What is declared so far: has `take` called for each key, in the order of the calls above. `path` has the names from the
 * outside in, with dots between: "xdp_sampler.sinks[].file" is a key of the objects in an array,
 * "xdp_root.interface.*.mode" one of each interface. `has_keys`: an object (or objects) with keys of its own, to which
 * `kind` does not apply. 0, what `take` returned first that is not, -ENOMEM, or -EINVAL as with finish. */
typedef int (*config_schema_take)(void *context, const char *path, bool has_keys,
				  enum config_schema_kind kind);
int config_schema_each(const struct config_schema *schema, config_schema_take take, void *context);

/* Frees without printing. */
void config_schema_free(struct config_schema *schema);

/* Prints and frees. 0, -ENOMEM, -EIO, or -EINVAL for calls that do not fit together. */
int config_schema_finish(struct config_schema *schema, FILE *stream);

#endif
