/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter's configuration by name: one table serves the command line, the configuration file and
 * the status. Knows nothing of the kernel's maps. */
#ifndef XDP_FILTER_SETTINGS_H
#define XDP_FILTER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "problem.h"
#include "xdp_filter.h"

enum filter_setting {
	FILTER_SETTING_MONITOR,
	FILTER_SETTING_FRAGMENTS_IPV4,
	FILTER_SETTING_FRAGMENTS_IPV6,
	FILTER_SETTING_PTB_MAX_PPS,
	FILTER_SETTING_PTB_MTU,
	FILTER_SETTING_PTB_TTL,
	FILTER_SETTING_PTB_DSCP,
	FILTER_SETTING_CHECK, /* the first of FILTER_CHECK_COUNT_OF, in the order of enum filter_check */
	FILTER_SETTING_COUNT = FILTER_SETTING_CHECK + FILTER_CHECK_COUNT_OF,
};

struct filter_setting_row {
	const char *name;           /* in the configuration file and in JSON: "fragments_ipv4" */
	const char *const *choices; /* NULL-terminated words; NULL: a number */
	uint32_t minimum, maximum;  /* of a number */
	uint32_t standard;          /* value after a first --attach */
	const char *help;
};

extern const struct filter_setting_row filter_settings[FILTER_SETTING_COUNT];

/* What an operator said; what was not said stays as it is. */
struct filter_request {
	bool given[FILTER_SETTING_COUNT];
	uint32_t value[FILTER_SETTING_COUNT]; /* index into the choices, or the number */
};

/* The configuration after a first --attach. */
void filter_settings_standard(struct filter_config *ret_config);
void filter_settings_apply(const struct filter_request *request, struct filter_config *config);
uint32_t filter_settings_value(const struct filter_config *config, enum filter_setting setting);

/* By name, strictly. -ENOENT: no such name; -EINVAL: no such word, a word where a number is wanted or
 * the other way round; -ERANGE. The text quotes the value and says what the setting takes; naming the
 * setting is the caller's. A number from the command line goes this way as well: an MTU has more to
 * keep than minimum and maximum. */
int filter_request_word(struct filter_request *request, const char *name, const char *word,
			struct problem *problem);
int filter_request_number(struct filter_request *request, const char *name, uint64_t number,
			  struct problem *problem);

#endif
