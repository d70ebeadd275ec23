/* SPDX-License-Identifier: GPL-2.0-only */
/* What somebody meant who mistyped a name. */
#ifndef ECBPF_NAME_GUESS_H
#define ECBPF_NAME_GUESS_H

/* The one of `names` (NULL-terminated) that is nearest to `name`, the first of several; NULL: none is near. */
const char *name_guess(const char *name, const char *const *names);

#endif
