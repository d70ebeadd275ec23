/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OFFLOAD_HEADLINE_H
#define OFFLOAD_HEADLINE_H

#include "component.h"
#include "offload_state.h"

/* The one line of a state (component.h). 0, -ENOENT: not attached; -EUCLEAN: the line says what disagrees. */
int offload_headline(const struct offload_state *state, char ret_line[COMPONENT_HEADLINE_SIZE]);

#endif
