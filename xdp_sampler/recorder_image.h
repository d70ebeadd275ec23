/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of the search (recorder_layout.h), built in plain C. */
#ifndef XDP_SAMPLER_RECORDER_IMAGE_H
#define XDP_SAMPLER_RECORDER_IMAGE_H

#include <stdint.h>
#include "recorder_layout.h"
#include "recorder_masks.h"
#include "recorder_set.h"

/* Writes the image of a set, for whose recorders `masks` was fitted (recorder_masks_fit()). */
void recorder_image_build(const struct recorder_set *set, struct recorder_masks *masks,
			  struct recorder_image *ret_image);

#endif
