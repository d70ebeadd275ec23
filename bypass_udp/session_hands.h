/* SPDX-License-Identifier: GPL-2.0-only */
/* The hands (flow_hands.h) that reach into the kernel. */
#ifndef BYPASS_SESSION_HANDS_H
#define BYPASS_SESSION_HANDS_H

#include "flow_hands.h"
#include "static_follow.h"

/* Their context is a struct bypass_session. */
extern const struct flow_hands session_hands;
extern const struct static_hands session_static_hands;

#endif
