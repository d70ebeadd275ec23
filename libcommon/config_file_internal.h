/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by config_file.c and config_file_json.c, for nobody else. */
#ifndef ECBPF_CONFIG_FILE_INTERNAL_H
#define ECBPF_CONFIG_FILE_INTERNAL_H

#include "config_file.h"

struct config_node {
	struct config_value value;
	struct config_node *before; /* the one that was made before it */
};

struct config_file {
	char *path;
	char *texts; /* what values' names and texts point into */
	size_t texts_used;
	struct config_node *nodes; /* the last one */
	const struct config_value *content;
};

/* Fills file->content from `text`, terminated, valid UTF-8. -EINVAL, -ENOMEM: told, and what is in
 * the file may be released only. */
int config_file_read_json(struct config_file *file, const char *text, struct problem *problem);

#endif
