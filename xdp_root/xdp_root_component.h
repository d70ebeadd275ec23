/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_ROOT_COMPONENT_H
#define XDP_ROOT_COMPONENT_H

#include "component.h"

extern const struct component xdp_root_component;

#endif
