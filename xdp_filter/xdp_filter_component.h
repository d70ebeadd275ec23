/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_FILTER_COMPONENT_H
#define XDP_FILTER_COMPONENT_H

#include "component.h"

extern const struct component xdp_filter_component;

#endif
