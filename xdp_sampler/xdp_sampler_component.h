/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_COMPONENT_H
#define XDP_SAMPLER_COMPONENT_H

#include "component.h"

extern const struct component xdp_sampler_component;

#endif
