/* SPDX-License-Identifier: GPL-2.0-only */
/* How much the learner does at a time. */
#ifndef BYPASS_LEARNER_LIMITS_H
#define BYPASS_LEARNER_LIMITS_H

#define LEARNER_REMOVE_AT_ONCE 4096

/* Of learner_work(). */
#define LEARNER_AWAIT_AT_ONCE 4096
#define LEARNER_ASK_AT_ONCE 512    /* routes */
#define LEARNER_LOOK_AT_ONCE 16384 /* flows, at no more than memory */

#endif
