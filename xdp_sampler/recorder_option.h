/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of a recorder as words: "priority=3" in a file, {"priority": 3} in the configuration. */
#ifndef XDP_SAMPLER_RECORDER_OPTION_H
#define XDP_SAMPLER_RECORDER_OPTION_H

#include "problem.h"
#include "recorder_layout.h"

/* Every option; the last row's name is NULL. */
extern const struct recorder_option_row {
	const char *name;
	const char *help;
} recorder_options[];

/* Understands one option: id, priority, capture (bytes or "full"), limit (packets) or duration.
 * -EINVAL: no such option, or no value for it; the text quotes it. `recorder` is untouched then. */
int recorder_option_parse(const char *name, const char *value, struct recorder *recorder,
			  struct problem *problem);

#endif
