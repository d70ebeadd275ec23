/* SPDX-License-Identifier: GPL-2.0-only */
/* What a section says about --stats-configured:
 *
 *	"stats": { "seconds": 10, "format": "statsd", "to": "udp:127.0.0.1:8125" }
 */
#ifndef BYPASS_STATS_SECTION_H
#define BYPASS_STATS_SECTION_H

#include <stdbool.h>
#include <stdint.h>
#include "bypass_stats.h"
#include "config_file.h"
#include "config_schema.h"

/* Starts as zeros; release with stats_section_free(). */
struct stats_section {
	bool is_given;
	uint64_t seconds;
	enum bypass_stats_format format;
	char *to; /* NULL: stdout; a file from the directory of the configuration file on */
};

/* Errors are noted. 0, or -ENOMEM. */
int stats_section_read(struct stats_section *stats, const struct config_value *object,
		       struct config_errors *errors);
void stats_section_free(struct stats_section *stats);

void stats_section_declare(struct config_schema *schema);

#endif
