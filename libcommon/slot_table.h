/* SPDX-License-Identifier: GPL-2.0-only */
/* The slots of one chain: what the kernel's array holds, what is pinned for each slot, and what
 * the loaders wrote down about it. A slot's directory, slot_<N>/, holds its program and private
 * maps. The array is what packets meet; the directory is what was intended.
 *
 * The exit hook is one more of them: ECBPF_EXIT_HOOK is taken wherever a slot's number is. Its array
 * is xdp_exit_hook, its directory exit_hook/. */
#ifndef ECBPF_SLOT_TABLE_H
#define ECBPF_SLOT_TABLE_H

#include "abi/chain.h"
#include "attachment.h"
#include "chain.h"

struct slot {
	__u32 program_id; /* in the array, 0: empty */
	__u32 pinned_id;  /* of program in its directory, 0: none */
	bool recorded;    /* `record` is about program_id, or pinned_id in an emptied slot */
	struct ecbpf_program_record record;
	char name[ECBPF_NAME_SIZE]; /* full name where recorded, else the kernel's; "" unknown */
};

/* An array that is not open reads as empty. */
int slot_table_read(const struct chain *chain, struct slot ret_slots[ECBPF_PLACE_COUNT],
		    struct problem *problem);

/* For texts: "slot 3" or "the exit hook". */
const char *slot_table_name(unsigned int slot);

/* Path of its directory, slot_<N>, slot_<N>_new or slot_<N>_old (suffix "", "_new", "_old"). */
void slot_table_path(const struct chain *chain, unsigned int slot, const char *suffix,
		     char ret_path[BPFFS_PATH_SIZE]);

/* Everything a program brings into its slot. */
struct slot_content {
	int program; /* fd */
	struct ecbpf_program_record record;
	const struct slot_map {
		const char *name;
		int fd;
	} * maps; /* private maps to pin beside the program */
	size_t map_count;
};

/* Publishes: pins the content aside, writes its record, sets the array's entry (from that moment
 * on packets meet it), then puts the pins in place of the old ones. First load and replacement
 * are the same. If it fails before the entry is set, everything is as before. Under the lock. */
int slot_table_publish(const struct chain *chain, unsigned int slot,
		       const struct slot_content *content, struct problem *problem);

/* Empties the array's entry and removes the slot's pins. Under the lock. */
int slot_table_clear(const struct chain *chain, unsigned int slot, struct problem *problem);

/* How every change of a slot begins: attachment_require_root(), then slot_table_recover(). Fills
 * `chain`, to be closed by the caller also on failure. Under the lock. */
int slot_table_open(struct chain *chain, const char *bpffs, const char *interface,
		    struct attachment *ret_attachment, struct problem *problem);

/* Finishes or undoes what a killed loader left of a publish or clear, or of the root, and forgets records of
 * programs that are gone. The array decides: what packets meet stays. Under the lock. */
int slot_table_recover(const struct chain *chain, struct problem *problem);

/* The two steps of publishing that a repair takes alone: pins `content` in a slot's directory, the
 * program last; sets the array's entry to a loaded program. */
int slot_table_pin(const char *directory, const struct slot_content *content,
		   struct problem *problem);
int slot_table_set(const struct chain *chain, unsigned int slot, int program,
		   struct problem *problem);

#endif
