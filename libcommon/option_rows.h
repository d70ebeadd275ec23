/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows that the tables of several tools have, and options that are settings by name. `type` is the
 * tool's options structure; its member is called what the comment says. */
#ifndef ECBPF_OPTION_ROWS_H
#define ECBPF_OPTION_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include "abi/pin_names.h"
#include "abi/slots.h"
#include "command_line.h"
#include "config_file.h"
#include "problem.h"

/* struct interface_list interfaces */
#define OPTION_ROW_INTERFACES(type, help_, verbs_)                                                 \
	{                                                                                          \
		.name = "interface", .letter = 'i', .kind = OPTION_INTERFACES,                     \
		.offset = offsetof(type, interfaces), .value_name = "LIST", .help = (help_),       \
		.verbs = (verbs_)                                                                  \
	}

/* const char *config */
#define OPTION_ROW_CONFIG(type, verbs_)                                                            \
	{                                                                                          \
		.name = "config", .letter = 'c', .kind = OPTION_TEXT,                              \
		.offset = offsetof(type, config), .value_name = "FILE",                            \
		.help = "configuration file (" CONFIG_FILE_STANDARD ", if it is there)",           \
		.verbs = (verbs_)                                                                  \
	}

/* bool no_config */
#define OPTION_ROW_NO_CONFIG(type, verbs_)                                                         \
	{                                                                                          \
		.name = "no-config", .kind = OPTION_FLAG, .offset = offsetof(type, no_config),     \
		.help = "read no configuration file", .verbs = (verbs_)                            \
	}

/* uint64_t slot */
#define OPTION_ROW_SLOT(type, help_, verbs_)                                                       \
	{                                                                                          \
		.name = "slot", .kind = OPTION_NUMBER, .offset = offsetof(type, slot),             \
		.maximum = ECBPF_SLOT_COUNT - 1, .value_name = "N", .help = (help_),               \
		.verbs = (verbs_)                                                                  \
	}

/* bool json */
#define OPTION_ROW_JSON(type, help_, verbs_)                                                       \
	{                                                                                          \
		.name = "json", .kind = OPTION_FLAG, .offset = offsetof(type, json),               \
		.help = (help_), .verbs = (verbs_)                                                 \
	}

/* const char *bpffs */
#define OPTION_ROW_BPFFS(type)                                                                     \
	{                                                                                          \
		.name = "bpffs", .kind = OPTION_TEXT, .offset = offsetof(type, bpffs),             \
		.value_name = "DIR", .help = "where pins are kept (" ECBPF_BPFFS_DEFAULT ")"       \
	}

/* bool verbose */
#define OPTION_ROW_VERBOSE(type, help_)                                                            \
	{                                                                                          \
		.name = "verbose", .letter = 'v', .kind = OPTION_FLAG,                             \
		.offset = offsetof(type, verbose), .help = (help_)                                 \
	}

/* const char *setting[]: the text of a setting, to be understood later. What `row` points to has its name
 * (option_name()), which is kept in ret_name, its value_name and its help. An expression. */
#define OPTION_ROW_SETTING(type, index, row, ret_name, verbs_)                                     \
	((struct option_row){ .name = option_name((row)->name, (ret_name)),                        \
			      .kind = OPTION_TEXT,                                                 \
			      .offset = offsetof(type, setting) +                                  \
					(size_t)(index) * sizeof(const char *),                    \
			      .value_name = (row)->value_name,                                     \
			      .help = (row)->help,                                                 \
			      .verbs = (verbs_) })

#define OPTION_NAME_SIZE 32

/* The option of a setting: "idle_timeout" is --idle-timeout. Returns ret_name, without the dashes. */
const char *option_name(const char *setting, char ret_name[OPTION_NAME_SIZE]);

/* problem_prefix() with the option of a setting: "--idle-timeout: …". */
int option_problem(struct problem *problem, int err, const char *setting);

/* The configuration file that --config FILE (NULL: not given) and --no-config mean: that one, the
 * standard one if neither is given, *ret_path NULL if none is to be read. -EINVAL if both are given. */
int option_config_path(const char *config, bool no_config, const char **ret_path,
		       struct problem *problem);

#endif
