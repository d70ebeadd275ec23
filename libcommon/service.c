// SPDX-License-Identifier: GPL-2.0-only
#include "service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "monotonic_clock.h"
#include "problem.h"

bool service_is_managed(void)
{
	return getenv("NOTIFY_SOCKET");
}

void service_ready(void)
{
	(void)sd_notify(0, "READY=1");
}

void service_status(const char *format, ...)
{
	struct problem line = { 0 };
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	/* The text may quote strangers; a second line would be a command to the manager. */
	(void)problem_set(&line, 0, "%s", text ? text : "");
	free(text);
	(void)sd_notifyf(0, "STATUS=%s", line.text);
}

void service_reloading(void)
{
	/* With the time Type=notify-reload works, too. */
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
			 (unsigned long long)monotonic_clock_now() / 1000);
}

void service_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

uint64_t service_alive_interval(void)
{
	uint64_t microseconds;

	return sd_watchdog_enabled(0, &microseconds) > 0 ? microseconds * 1000 / 2 : 0;
}

void service_alive(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

size_t service_take_sockets(int *ret_sockets, size_t max)
{
	int handed = sd_listen_fds(1);
	size_t taken = 0;

	for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + handed; fd++) {
		if (taken < max && sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) > 0)
			ret_sockets[taken++] = fd;
		else
			close(fd);
	}
	return taken;
}
