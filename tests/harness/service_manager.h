/* SPDX-License-Identifier: GPL-2.0-only */
/* A service manager of the test's own, which listens where NOTIFY_SOCKET says. For cmocka as setup and teardown. */
#ifndef ECBPF_TESTS_SERVICE_MANAGER_H
#define ECBPF_TESTS_SERVICE_MANAGER_H

int service_manager_begin(void **state);
int service_manager_end(void **state);

/* The next message, valid until the next call, or "" if none comes within so many milliseconds. 0 is enough for what
 * this process has sent itself: a datagram has arrived when send() returns. */
const char *service_manager_hear(int milliseconds);

#endif
