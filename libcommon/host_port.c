// SPDX-License-Identifier: GPL-2.0-only
#include "host_port.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "parse_number.h"

int host_port_parse(const char *text, struct host_port *ret_host_port, struct problem *problem)
{
	const char *host = text, *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - host) : 0;
	uint64_t port;

	if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
		host++;
		length -= 2;
	} else if (length && memchr(host, ':', length)) {
		/* Where the address ends and the port begins is anybody's guess. */
		length = 0;
	}
	if (!length || length >= sizeof(ret_host_port->host) ||
	    parse_number(colon + 1, 1, UINT16_MAX, &port))
		return problem_set(problem, -EINVAL,
				   "'%s': expected HOST:PORT, an IPv6 address in brackets", text);
	(void)snprintf(ret_host_port->host, sizeof(ret_host_port->host), "%.*s", (int)length, host);
	(void)snprintf(ret_host_port->port, sizeof(ret_host_port->port), "%u", (unsigned int)port);
	return 0;
}
