/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs on an interface, compared with the link that its pins hold. */
#ifndef ECBPF_ATTACHMENT_H
#define ECBPF_ATTACHMENT_H

#include <stdbool.h>
#include "chain.h"

struct attachment {
	__u32 ifindex;      /* of the interface in this network namespace, 0: no such interface */
	__u32 running_id;   /* XDP program on it, 0: none */
	__u32 running_mode; /* enum ecbpf_mode, 0: none or offloaded */
	bool has_link;      /* a link is pinned */
	__u32 link_ifindex; /* device of the link in its own namespace, 0: the device is gone */
	__u32 link_program_id;
	bool has_identity;
	struct ecbpf_chain_identity identity;
	bool same_namespace; /* identity and this process */
	bool ours;           /* the pinned link is what runs on the interface */
};

/* Reads all of it; `chain` may hold nothing. -EPROTO: the identity has another version; all but it
 * is told all the same. */
int attachment_read(const struct chain *chain, struct attachment *ret_attachment,
		    struct problem *problem);

/* True if the pinned link's device is an interface of this network namespace, under whatever name. An
 * index alone does not tell: every namespace has its own. */
bool attachment_find_device(const struct attachment *attachment,
			    char ret_name[INTERFACE_NAME_SIZE]);

/* The interface, its pins and its attachment, as every subprogram's loader
 * needs them: 0 only if a root runs on the interface, its pins are complete and its own. Fills
 * `chain`, to be closed by the caller also on failure. */
int attachment_require_root(struct chain *chain, const char *bpffs, const char *interface,
			    struct attachment *ret_attachment, struct problem *problem);

/* "id 12 (xdp_dispatcher)"; the name only with the rights to look a program up by id. */
void attachment_describe_program(__u32 id, char *ret_text, size_t size);

#endif
