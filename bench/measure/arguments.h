/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments of benchmarks that read them by getopt_long(). */
#ifndef BENCH_ARGUMENTS_H
#define BENCH_ARGUMENTS_H

#include <getopt.h>

#define ARGUMENTS_HELP 1 /* .val of --help; those of other options are larger */

struct arguments {
	const char *usage;
	const struct option *table;
	int words; /* how many there must be besides options, from argv[optind] */
	/* One option, whose value is in optarg; not 0: it cannot be. */
	int (*set)(void *options, int option);
};

/* -1: go on; else the exit status, after the usage was printed. */
int arguments_read(const struct arguments *arguments, int argc, char **argv, void *options);

/* A whole number in any base of C's; 0 or -EINVAL, told on stderr. */
int arguments_number(const char *text, unsigned int minimum, unsigned int maximum,
		     unsigned int *ret_number);

#endif
