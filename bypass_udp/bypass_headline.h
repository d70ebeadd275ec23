/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_HEADLINE_H
#define BYPASS_HEADLINE_H

#include "bypass_state.h"
#include "component.h"

/* The one line of a state (component.h). 0, -ENOENT: not attached; -EUCLEAN: the line says what disagrees. */
int bypass_headline(const struct bypass_state *state, char ret_line[COMPONENT_HEADLINE_SIZE]);

#endif
