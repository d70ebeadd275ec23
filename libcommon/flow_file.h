/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows in files. Lines "IN => OUT [both]" as flow_rule.h tells them, or JSON if the first character
 * is { or the / of a comment:
 *
 *	{"flows": [{"in": "10.0.0.1:5000 > 10.0.0.2:53", "out": "l2", "both": true}]}
 *
 * White space around words, empty lines, CRLF, a byte-order mark at the beginning and a last line
 * without an end are fine. A key that comes twice is an error, be it that of a reverse. In JSON what
 * stands beside "flows" is ignored, and so is a flow's "state": what was printed can be read. */
#ifndef ECBPF_FLOW_FILE_H
#define ECBPF_FLOW_FILE_H

#include <stdio.h>
#include "config_file.h"
#include "flow_rule_list.h"
#include "problem.h"

#define FLOW_LINE_MAX 1024 /* bytes, without its end */

/* Adds the rules of a file to `list`; "-" is standard input. If one is bad, none is added: -EINVAL
 * with "PATH: line N: 'TEXT': why" of the first and how many more there are; of these the next
 * few are logged. -ENOENT, -EACCES, -EISDIR …; -EFBIG: JSON of more than CONFIG_FILE_SIZE_MAX;
 * -ENOSPC; -ENOMEM. */
int flow_file_load(const char *path, struct flow_rule_list *list, struct problem *problem);
/* The same for a stream; `name` is for texts. */
int flow_file_read(FILE *stream, const char *name, struct flow_rule_list *list,
		   struct problem *problem);
/* The same for what is behind "flows" in any configuration file; what is wrong is noted in `errors`,
 * and the good rules are added all the same. */
void flow_file_take(const struct config_value *flows, struct config_errors *errors,
		    struct flow_rule_list *list);

#endif
