/* SPDX-License-Identifier: GPL-2.0-only */
/* CPU time that the kernel has given to tasks, to the nanosecond. */
#ifndef BENCH_RUN_TIME_H
#define BENCH_RUN_TIME_H

/* Of one task, nanoseconds; 0: there is none. */
double run_time_of(unsigned int task);

/* Of all ksoftirqd: packets that no process is charged for. */
double run_time_of_softirqs(void);

#endif
