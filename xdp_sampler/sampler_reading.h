/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs that stay and read: what was typed and what the configuration file says becomes what the
 * reader is to do. `options` is a struct sampler_options. */
#ifndef XDP_SAMPLER_READING_H
#define XDP_SAMPLER_READING_H

#include "problem.h"

int sampler_reading_run(void *options, struct problem *problem);
int sampler_reading_capture(void *options, struct problem *problem);

#endif
