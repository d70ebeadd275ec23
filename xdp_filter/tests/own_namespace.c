// SPDX-License-Identifier: GPL-2.0-only
#include "own_namespace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define TEXT_SIZE 4096

const char *own_namespace_enter(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		return "no right to make a network namespace (CAP_SYS_ADMIN)";
	if (system("ip link set lo up"))
		return "no ip command";
	return NULL;
}

void own_namespace_renew(void)
{
	assert_null(own_namespace_enter());
}

void ip(const char *format, ...)
{
	char command[512] = "ip ";
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command + strlen(command), sizeof(command) - strlen(command), format, arguments);
	va_end(arguments);
	assert_int_equal(system(command), 0);
}

void ip_routes(const char *action, const char *type, int family, unsigned int first,
	       unsigned int count)
{
	FILE *batch = popen("ip -batch -", "w");

	assert_non_null(batch);
	for (unsigned int i = first; i < first + count; i++) {
		fprintf(batch, "route %s %s ", action, type);
		if (family == AF_INET)
			fprintf(batch, "10.%u.%u.%u/32 dev lo\n", i >> 16, i >> 8 & 255, i & 255);
		else
			fprintf(batch, "fd77::%x/128 dev lo\n", i);
	}
	assert_int_equal(pclose(batch), 0);
}

const char *routes_text(const struct local_routes *routes)
{
	static char text[TEXT_SIZE];
	char prefix[ADDRESS_PREFIX_TEXT_SIZE];
	size_t length = 0;

	*text = '\0';
	for (size_t i = 0; i < routes->count; i++) {
		address_prefix_text(&routes->prefixes[i], prefix, sizeof(prefix));
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
					   i ? " " : "", prefix);
		assert_true(length < sizeof(text));
	}
	return text;
}

struct local_routes routes_from_text(const char *text)
{
	struct local_routes routes = { 0 };
	struct address_prefix prefix;
	char copy[TEXT_SIZE], *rest = copy, *word;

	assert_true(strlen(text) < sizeof(copy));
	memcpy(copy, text, strlen(text) + 1);
	while ((word = strsep(&rest, " "))) {
		if (!*word)
			continue;
		assert_int_equal(parse_address_prefix(word, &prefix), 0);
		assert_int_equal(local_routes_append(&routes, &prefix), 0);
	}
	local_routes_sort(&routes);
	return routes;
}
