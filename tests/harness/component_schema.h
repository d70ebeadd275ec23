/* SPDX-License-Identifier: GPL-2.0-only */
/* A component's schema, compared with what reads its section. */
#ifndef ECBPF_HARNESS_COMPONENT_SCHEMA_H
#define ECBPF_HARNESS_COMPONENT_SCHEMA_H

#include <stdbool.h>
#include "component.h"

/* What an object needs beside the key that is tried, as in JSON. */
struct component_schema_beside {
	const char *object; /* "sinks[]"; NULL behind the last one */
	const char *key;    /* "type" */
	const char *value;  /* "\"pcapng\"" */
};

/* Each key that is declared is known to check(): with a value that no key takes it is refused, but not as a key
 * that there is none of, while its name with two letters more is. */
void component_schema_is_read(const struct component *component,
			      const struct component_schema_beside *beside);

/* Whether "mode", or "sinks[].file", or "interface.*.mode" is declared. */
bool component_schema_has(const struct component *component, const char *path);

#endif
