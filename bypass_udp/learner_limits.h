/* SPDX-License-Identifier: GPL-2.0-only */
/* How much the learner does at a time. */
#ifndef BYPASS_LEARNER_LIMITS_H
#define BYPASS_LEARNER_LIMITS_H

#define LEARNER_REMOVE_AT_ONCE 4096

/* Of learner_work(). */
#define LEARNER_AWAIT_AT_ONCE 4096
#define LEARNER_ASK_AT_ONCE 512    /* routes */
#define LEARNER_ASK_EACH 400000000 /* nanoseconds, from one round of asking conntrack to the next */
#define LEARNER_ASK_SHARE 4        /* and so much longer than it took */
#define LEARNER_LOOK_AT_ONCE 16384 /* flows, at no more than memory */

#endif
