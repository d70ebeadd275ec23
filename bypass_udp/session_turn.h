/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of a session that its opening and its turns share. */
#ifndef BYPASS_SESSION_TURN_H
#define BYPASS_SESSION_TURN_H

#include "bypass_session.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND (1000 * MILLISECOND)

/* A failure that does not end the session; the same one at most once a minute. */
void session_warn(struct bypass_session *session, const struct problem *problem);
/* Learned flows are used for some more seconds; if that is due. */
void session_beat(struct bypass_session *session);
/* As event_told. */
void session_event(void *session, const struct bypass_event *event);
/* Conntrack and the rules, as far as the kernel has them by now. */
void session_open_watches(struct bypass_session *session);

#endif
