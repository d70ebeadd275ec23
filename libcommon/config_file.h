/* SPDX-License-Identifier: GPL-2.0-only */
/* The configuration of a host: one JSON file, with // and block comments, that holds an object for
 * each component under its name. Read here into values that know their line; what they mean is the
 * component's to say. */
#ifndef ECBPF_CONFIG_FILE_H
#define ECBPF_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "problem.h"

#define CONFIG_FILE_STANDARD "/etc/ecbpf/ecbpf.json"
#define CONFIG_FILE_SIZE_MAX (16U << 20) /* bytes */
#define CONFIG_FILE_DEPTH_MAX 32         /* objects and arrays inside of each other */

enum config_kind {
	CONFIG_NULL,
	CONFIG_BOOL,
	CONFIG_NUMBER,
	CONFIG_TEXT,
	CONFIG_ARRAY,
	CONFIG_OBJECT,
};

/* Belongs to its file, texts as well. */
struct config_value {
	enum config_kind kind;
	unsigned int line;                 /* from 1; where it, or a member's name, begins */
	const char *name;                  /* of a member of an object; NULL: none */
	const char *text;                  /* as written, a text decoded; "[...]", "{...}" */
	const struct config_value *parent; /* NULL: the outermost object */
	const struct config_value *first;  /* of an array's or object's content, as written */
	const struct config_value *next;   /* behind this one, in the same array or object */
};

struct config_file;

/* Reads a file whole. The problem says "PATH: line N: why" where it is about the content. *ret_file
 * is released with config_file_close(). -ENOENT: no such file, nothing is told; -EINVAL: not JSON, a
 * name given twice in an object, no object at the outside, a NUL byte, invalid UTF-8, too deep;
 * -EFBIG; -EACCES, -EISDIR, -EIO …; -ENOMEM. */
int config_file_open(const char *path, struct config_file **ret_file, struct problem *problem);
/* The same for `size` bytes that came from `path`. */
int config_file_parse(const char *path, const char *content, size_t size,
		      struct config_file **ret_file, struct problem *problem);
void config_file_close(struct config_file *file); /* NULL is fine */

/* The outermost object. */
const struct config_value *config_file_content(const struct config_file *file);
/* The member of an object with that name, or NULL. */
const struct config_value *config_value_member(const struct config_value *object, const char *name);

/* A path that the configuration gives: from the directory of the configuration file on, unless it is
 * absolute. The caller frees it; NULL when out of memory. */
char *config_file_path(const struct config_file *file, const char *path);

/* Errors in what values mean, all of them collected. Starts as { .file = … }. */
struct config_errors {
	const struct config_file *file;
	bool tell_all; /* log each at once, also the first and those behind the twentieth */
	size_t count;
	struct problem first;
};

/* Notes "PATH: line N: outer.inner.name: TEXT" about a value. The first is kept for the problem, the
 * next ones are logged at once, the first twenty of all. */
void config_errors_add(struct config_errors *errors, const struct config_value *value,
		       const char *format, ...) __attribute__((format(printf, 3, 4)));
/* 0 if there is none, or -EINVAL with the first in the problem, and how many more there are; with `tell_all` only
 * how many there are: "PATH: 3 errors". */
int config_errors_told(const struct config_errors *errors, struct problem *problem);

/* The value as the caller wants it; false with the error noted if it is something else. A number is
 * whole, 0 to 2^64 - 1. */
bool config_value_number(const struct config_value *value, struct config_errors *errors,
			 uint64_t *ret_number);
bool config_value_is(const struct config_value *value, enum config_kind kind,
		     struct config_errors *errors);

#endif
