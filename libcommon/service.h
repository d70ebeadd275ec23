/* SPDX-License-Identifier: GPL-2.0-only */
/* What this process tells the service manager that started it (systemd's notification protocol).
 * Without one (no NOTIFY_SOCKET in the environment) all of it does nothing. Nothing here fails: a
 * manager that cannot be told must not stop the service. */
#ifndef ECBPF_SERVICE_H
#define ECBPF_SERVICE_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

/* A service manager has started this process, and waits to be told that it is ready. */
bool service_is_managed(void);

/* Set up, or set up again after service_reloading(). */
void service_ready(void);
/* One line for people: `systemctl status` shows it. */
void service_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Reading its configuration again; service_ready() ends that. */
void service_reloading(void);
/* Ending. */
void service_stopping(void);

/* How often service_alive() is to be called, in nanoseconds: half of what the manager allows; 0: it
 * does not watch this process. */
uint64_t service_alive_interval(void);
void service_alive(void);

/* Sockets that wait for connections, handed over by a manager that started this process for one of them. Returns
 * how many there are, at most `max` of them in ret_sockets, which are the caller's from now on; 0: none. What was
 * handed over besides is closed. Once in a process. */
size_t service_take_sockets(int *ret_sockets, size_t max);

#endif
