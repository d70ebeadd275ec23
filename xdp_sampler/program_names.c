// SPDX-License-Identifier: GPL-2.0-only
#include "program_names.h"

#include <stdlib.h>
#include <string.h>

#include "reason_names.h"
#include "slot_table.h"

/* As xdp_root's status calls it. */
#define ROOT_NAME "xdp_root"

struct name {
	struct name *next;
	char text[];
};

/* Every name that was ever seen: a handful. */
static struct name *all;

/* The one copy of `text`; NULL: no memory. */
static const char *keep(const char *text)
{
	struct name *name;

	for (name = all; name; name = name->next) {
		if (!strcmp(name->text, text))
			return name->text;
	}
	name = malloc(sizeof(*name) + strlen(text) + 1);
	if (!name)
		return NULL;
	strcpy(name->text, text);
	name->next = all;
	all = name;
	return name->text;
}

static void refresh_reasons(struct program_names *names, const struct chain *chain,
			    unsigned int slot)
{
	struct reason_names reasons;

	(void)reason_names_read(chain, slot, &reasons, NULL);
	for (unsigned int i = 0; i < ECBPF_REASON_LIMIT; i++)
		names->reason[slot][i] = reasons.name[i][0] ? keep(reasons.name[i]) : NULL;
}

void program_names_refresh(struct program_names *names, const struct chain *chain)
{
	struct slot slots[ECBPF_PLACE_COUNT];

	names->row[ECBPF_ROOT_ROW] = ROOT_NAME;
	if (slot_table_read(chain, slots, NULL) < 0)
		return;
	for (unsigned int i = 0; i < ECBPF_SLOT_COUNT; i++) {
		if (slots[i].name[0])
			names->row[i] = keep(slots[i].name);
		if (names->id[i] != slots[i].program_id)
			refresh_reasons(names, chain, i);
		names->id[i] = slots[i].program_id;
	}
}

const char *program_names_of(const struct program_names *names, unsigned int row)
{
	return row < ECBPF_ROW_COUNT && names->row[row] ? names->row[row] : "";
}

const char *program_names_reason(const struct program_names *names, unsigned int row,
				 unsigned int reason)
{
	return row < ECBPF_SLOT_COUNT && reason < ECBPF_REASON_LIMIT ? names->reason[row][reason] :
								       NULL;
}
