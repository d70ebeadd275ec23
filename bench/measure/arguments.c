// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int refuse(const struct arguments *arguments)
{
	fputs(arguments->usage, stderr);
	return 2;
}

int arguments_read(const struct arguments *arguments, int argc, char **argv, void *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "", arguments->table, NULL)) != -1) {
		if (option == ARGUMENTS_HELP) {
			fputs(arguments->usage, stdout);
			return 0;
		}
		if (option == '?' || arguments->set(options, option))
			return refuse(arguments);
	}
	return optind + arguments->words == argc ? -1 : refuse(arguments);
}

int arguments_number(const char *text, unsigned int minimum, unsigned int maximum,
		     unsigned int *ret_number)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 0);
	if (errno || end == text || *end || number < minimum || number > maximum) {
		fprintf(stderr, "'%s' is not a number from %u to %u\n", text, minimum, maximum);
		return -EINVAL;
	}
	*ret_number = (unsigned int)number;
	return 0;
}
