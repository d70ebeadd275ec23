/* SPDX-License-Identifier: GPL-2.0-only */
/* The load of one XDP program into a slot or the exit hook: open, check, load, fill, publish. Nothing
 * that packets can meet changes before subprogram_publish(). */
#ifndef ECBPF_SUBPROGRAM_H
#define ECBPF_SUBPROGRAM_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include "attachment.h"
#include "chain.h"
#include "reason_names.h"

enum subprogram_replace {
	SUBPROGRAM_REPLACE_NONE, /* the slot must be empty */
	SUBPROGRAM_REPLACE_SAME, /* a program of the same name may be replaced */
	SUBPROGRAM_REPLACE_ANY,
};

struct subprogram {
	const struct chain *chain;
	const struct ecbpf_chain_identity *identity;
	unsigned int slot; /* or ECBPF_EXIT_HOOK */
	enum subprogram_replace replace;
	bool has_sibling;
	unsigned int sibling; /* place of a published program of the same tool: its maps of the same
			       * name and shape are shared, where this one's place has none of its
			       * own */
	const char *const *shared; /* names of maps that the caller has tied already and pins
				    * elsewhere, NULL at the end; or NULL: none */
	struct bpf_object *object; /* opened, owned by the caller */
	const struct reason_names *reason_names; /* of its own reasons, or NULL */
	const char *object_name;                 /* for texts and the record */
	struct bpf_program *program;             /* found by subprogram_load() */
	bool kit;                                /* built with the subprogram kit */
};

/* Must be called before any object is opened: libbpf's own handler of "xdp.frags" sections would
 * set the frags flag itself; here the chain decides. */
int subprogram_register_sections(struct problem *problem);

/* Opens an object file. NULL with the problem told: no such file, not an object, no licence, no
 * BTF. Close with bpf_object__close(). */
struct bpf_object *subprogram_open_file(const char *path, struct problem *problem);

/* Checks slot and program (`program_name` NULL: the only one of the object), ties the object to the
 * chain's maps and, where the slot holds a program of the same name, to the maps it left there, else to
 * those of the sibling; sets read-only data; loads. */
int subprogram_load(struct subprogram *subprogram, const char *program_name,
		    struct problem *problem);

/* One atomic step makes it visible to packets. */
int subprogram_publish(struct subprogram *subprogram, struct problem *problem);

#endif
