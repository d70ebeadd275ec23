/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of flows (abi/flow.h) that packets are looked up in, and whoever changes them. Packets never
 * meet half a change: an element is removed only when no packet can hold it any more, and counts are
 * neither lost nor doubled.
 *
 * One writer per table: the static table belongs to whoever holds the pin lock, the learned table to
 * the daemon. Reading and editing needs no lock. A flow marked FLOW_DEAD, be it left by a killed process,
 * is not there for any function here but the room it takes. */
#ifndef ECBPF_FLOW_TABLES_H
#define ECBPF_FLOW_TABLES_H

#include <stddef.h>
#include "abi/flow.h"
#include "bpffs.h"
#include "problem.h"

/* A table is two maps, one for each family. */
enum flow_family {
	FLOW_FAMILY_IPV4,
	FLOW_FAMILY_IPV6,
	FLOW_FAMILY_COUNT,
};

/* Pins of the directory, and the maps' names. */
#define FLOW_TABLES_IPV4_PIN "tables_ipv4" /* array of maps, FLOW_TABLE_COUNT */
#define FLOW_STATIC_IPV4_PIN "static_ipv4"
#define FLOW_LEARNED_IPV4_PIN "learned_ipv4"
#define FLOW_STATIC_NEW_IPV4_PIN "static_ipv4_new" /* there while flow_tables_replace() works */
#define FLOW_TABLES_IPV6_PIN "tables_ipv6"
#define FLOW_STATIC_IPV6_PIN "static_ipv6"
#define FLOW_LEARNED_IPV6_PIN "learned_ipv6"
#define FLOW_STATIC_NEW_IPV6_PIN "static_ipv6_new"

struct bpf_object;

struct flow_tables {
	int tables[FLOW_FAMILY_COUNT]; /* fds, -1: not open */
	int table[FLOW_FAMILY_COUNT][FLOW_TABLE_COUNT];
	int edit;
	char directory[BPFFS_PATH_SIZE];
	/* Of flow_tables_describe(); -1 and zeros: a table is made without BTF. */
	int btf;
	__u32 key_type[FLOW_FAMILY_COUNT];
	__u32 value_type;
};

#define FLOW_TABLES_CLOSED                                                                         \
	{                                                                                          \
		.tables = { -1, -1 }, .table = { { -1, -1 }, { -1, -1 } }, .edit = -1, .btf = -1   \
	}

struct flow_entry {
	struct flow_key key;
	struct flow_value value;
};

struct flow_entry_list {
	struct flow_entry *entry;
	size_t count;
};

/* Opens the pins of `directory`; `edit_name` is the edit program's. The static table is the one that
 * packets meet, also while another process replaces it. -ENOENT (nothing told) if there is no
 * array of tables; otherwise told. Nothing is left open on failure. */
int flow_tables_open(struct flow_tables *ret_tables, const char *directory, const char *edit_name,
		     struct problem *problem);
void flow_tables_close(struct flow_tables *tables);

/* From now on flow_tables_replace() makes tables that have the BTF of the static tables in this opened object, as
 * those have that libbpf made from it. Kernels up to 6.1 refuse a table with BTF in place of one
 * without, and the other way round. The object is not needed any more afterwards. */
int flow_tables_describe(struct flow_tables *tables, struct bpf_object *object,
			 struct problem *problem);

/* Opens the static table again if it has been replaced since (flow_tables_open() or this). */
int flow_tables_refresh(struct flow_tables *tables, struct problem *problem);

/* Flows that the table can hold, of each family. */
int flow_tables_capacity(const struct flow_tables *tables, enum flow_table table,
			 __u32 *ret_capacity, struct problem *problem);

/* 0, or -ENOENT, or another negative errno; nothing is told. */
int flow_tables_find(const struct flow_tables *tables, enum flow_table table,
		     const struct flow_key *key, struct flow_value *ret_value);

/* All flows, in no order; about a second per million. A flow that is there all the time is there
 * once. Free the list with flow_entry_list_free(). */
int flow_tables_read(const struct flow_tables *tables, enum flow_table table,
		     struct flow_entry_list *ret_list, struct problem *problem);
void flow_entry_list_free(struct flow_entry_list *list);

/* Adds all or none: -EEXIST with the flow told, -ENOSPC with the family and both numbers. One flow costs some
 * microseconds; several are seen by packets 32 at a time, and only once all of them have found room. */
int flow_tables_add(const struct flow_tables *tables, enum flow_table table,
		    const struct flow_entry *entries, size_t count, struct problem *problem);

/* Removes all or none: -ENOENT with the flow told. Waits until no packet holds any of them (some 10
 * milliseconds, however many they are). ret_last, `count` of them or NULL: keys and final values. */
int flow_tables_remove(const struct flow_tables *tables, enum flow_table table,
		       const struct flow_key *keys, size_t count, struct flow_entry *ret_last,
		       struct problem *problem);

/* Changes flows in place, FLOW_EDIT_LIMIT at a time; `found` of each tells whether it was there. */
int flow_tables_edit(const struct flow_tables *tables, struct flow_edit *edits, size_t count,
		     struct problem *problem);

/* The static table becomes these flows (counters zero) and room for max_entries of each family, in one
 * change for the packets of a family, and for those of the other some 10 milliseconds later. Flows whose action is the same before and after (all but next hop, FLOW_DEAD, epoch and
 * counters) keep their counts; who reads them in that moment sees what the new table has counted. All
 * or nothing: -EEXIST (a key twice), -ENOSPC, ... leave the table as it was. What a killed replace
 * leaves, or an error once packets meet new flows, the next flow_tables_replace() or _settle() finishes or undoes. */
int flow_tables_replace(struct flow_tables *tables, const struct flow_entry *entries, size_t count,
			__u32 max_entries, struct problem *problem);

/* Finishes or undoes a replace that was killed; cheap if there was none. Under the lock, before the
 * static table is changed. */
int flow_tables_settle(struct flow_tables *tables, struct problem *problem);

/* Packets and bytes of a flow, and when the last was. */
struct flow_counts flow_counts_total(const struct flow_value *value);

#endif
