/* SPDX-License-Identifier: GPL-2.0-only */
/* The section "xdp_filter" of the configuration file:
 *
 *	"xdp_filter": {
 *		"interfaces": ["eth0", "enp*"],         where it is wanted (interface_selector.h); unless
 *		                                        given, at the interfaces of the host
 *		"slot": 2,
 *		"fragments_ipv4": "drop-unless-local",  settings: names as in filter_settings
 *		"monitor": false,
 *		"drop": ["drop.list"],                  list files, from the directory of this file on
 *		"allow": "allow.list",                  a text alone is a list of one
 *		"interface": { "eth1": { "monitor": true, "drop": [] } }
 *	}
 *
 * "interface" says what differs for an interface: settings, "slot", "drop" and "allow"; a list there takes
 * the place of the section's. Sections of others do not matter; in this one every name is known. */
#ifndef XDP_FILTER_FILE_H
#define XDP_FILTER_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include "filter_section.h"
#include "problem.h"

struct filter_file;

/* Reads the file and checks the whole section, so that what follows meets no error in it. *ret_file
 * is released with filter_file_close(). -ENOENT: no such file, nothing is told; -EINVAL: errors, in
 * the problem the first as "PATH: line N: xdp_filter.NAME: why (and M more)", the others are logged;
 * else as config_file_open(). A file without the section is fine and wishes nothing. */
int filter_file_open(const char *path, struct filter_file **ret_file, struct problem *problem);
/* The same for `size` bytes that came from `path`. */
int filter_file_parse(const char *path, const char *content, size_t size,
		      struct filter_file **ret_file, struct problem *problem);
void filter_file_close(struct filter_file *file); /* NULL is fine */

/* Whether the file has the section at all. */
bool filter_file_has_section(const struct filter_file *file);

/* What the section says for an interface. 0 or -ENOMEM; *ret_wish is untouched then. */
int filter_file_wish(const struct filter_file *file, const char *interface,
		     struct filter_file_wish *ret_wish, struct problem *problem);

#endif
