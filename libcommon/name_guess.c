// SPDX-License-Identifier: GPL-2.0-only
#include "name_guess.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LENGTH_MAX 64 /* of names that are compared */

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Letters to put in, take out or exchange to make one of the other, or to swap with the next (optimal string
 * alignment). */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][LENGTH_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2];
	size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		last[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t *oldest = before;

		row[0] = i + 1;
		for (size_t j = 0; j < length; j++) {
			row[j + 1] =
				smallest(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] != b[j]));
			if (i && j && a[i] == b[j - 1] && a[i - 1] == b[j])
				row[j + 1] = smallest(row[j + 1], before[j - 1] + 1, SIZE_MAX);
		}
		before = last;
		last = row;
		row = oldest;
	}
	return last[length];
}

const char *name_guess(const char *name, const char *const *names)
{
	const char *nearest = NULL;
	/* A third of the letters may be wrong, and one of a short name. */
	size_t limit = strlen(name) / 3 + 1;

	if (strlen(name) > LENGTH_MAX)
		return NULL;
	for (; *names; names++) {
		size_t far;

		if (strlen(*names) > LENGTH_MAX)
			continue;
		far = distance(name, *names);
		if (far < strlen(*names) && (far < limit || (far == limit && !nearest))) {
			limit = far;
			nearest = *names;
		}
	}
	return nearest;
}
