// SPDX-License-Identifier: GPL-2.0-only
#include "service_manager.h"

#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int manager = -1;
static char heard[1024];

int service_manager_begin(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(sa_family_t);

	(void)state;
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* Without a path the kernel chooses an abstract address. */
	if (manager < 0 || bind(manager, (struct sockaddr *)&address, length) < 0)
		return -1;
	length = sizeof(address);
	if (getsockname(manager, (struct sockaddr *)&address, &length) < 0)
		return -1;
	address.sun_path[0] = '@';
	address.sun_path[length - offsetof(struct sockaddr_un, sun_path)] = '\0';
	return setenv("NOTIFY_SOCKET", address.sun_path, 1);
}

int service_manager_end(void **state)
{
	(void)state;
	close(manager);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return 0;
}

const char *service_manager_hear(int milliseconds)
{
	struct pollfd wait = { .fd = manager, .events = POLLIN };
	ssize_t length = -1;

	if (poll(&wait, 1, milliseconds) == 1)
		length = recv(manager, heard, sizeof(heard) - 1, MSG_DONTWAIT);
	heard[length < 0 ? 0 : length] = '\0';
	return heard;
}
