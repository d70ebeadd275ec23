/* SPDX-License-Identifier: GPL-2.0-only */
/* Random lists and the sources of a random traffic. The same each time: a generator of our own with
 * a fixed seed. Functions return 0 or a negative errno. */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stddef.h>
#include <stdint.h>
#include "source_list.h"
#include "traffic_layout.h"

enum sample_kind {
	/* IPv4: 75 % /32, 20 % /24, 5 % /16../23; from 1000 prefixes on one each of /8../15, too.
	 * IPv6, in 2000::/3: 20 % /128, 40 % /64, 30 % /48, 10 % /32../63. */
	SAMPLE_MIXED,
	SAMPLE_EXACT, /* addresses only, which is what some peers can do */
};

/* A sorted list of `count` different prefixes to drop; free with source_list_free(). */
int sample_list(struct source_list *ret_list, int family, enum sample_kind kind, size_t count);

enum sample_listed { SAMPLE_NONE_LISTED, SAMPLE_HALF_LISTED, SAMPLE_ALL_LISTED };

/* `count` random sources. Listed ones: a random prefix of the list, a random address in it.
 * The others are anywhere, IPv6 in 2000::/3. `image` is the list's. */
void sample_traffic(struct traffic_source *ret_sources, size_t count,
		    const struct source_list *list, const void *image, int family,
		    enum sample_listed listed);

#endif
