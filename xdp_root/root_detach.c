// SPDX-License-Identifier: GPL-2.0-only
#include "root_detach.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "attachment.h"
#include "chain_root.h"
#include "cleanup.h"
#include "log.h"
#include "root_adopt.h"
#include "root_program.h"
#include "slot_table.h"

/* A live link that is not on the named interface holds someone else's root. */
static int refuse_elsewhere(const struct chain *chain, const struct attachment *attachment,
			    struct problem *problem)
{
	char name[INTERFACE_NAME_SIZE];

	if (attachment_find_device(attachment, name))
		return problem_set(problem, -EBUSY,
				   "%s: the pins in %s belong to the interface that is now called %s "
				   "(index %u); run --detach --interface %s instead",
				   chain->interface, chain->pins, name, attachment->link_ifindex,
				   name);
	return problem_set(problem, -EXDEV,
			   "%s: the pins in %s belong to an interface in another network namespace, "
			   "where the root still runs; detach it there",
			   chain->interface, chain->pins);
}

static int check_detach(const struct chain *chain, const struct attachment *attachment,
			struct problem *problem)
{
	char program[64];

	if (!attachment->ours && attachment->link_ifindex)
		return refuse_elsewhere(chain, attachment, problem);
	if (!attachment->ours && attachment->running_id) {
		attachment_describe_program(attachment->running_id, program, sizeof(program));
		log_warning("%s: leaves XDP program %s alone, which is not ecbpf's",
			    chain->interface, program);
	}
	return 0;
}

static int empty_slots(const struct chain *chain, struct problem *problem)
{
	bool has_array = chain_has_maps(chain);
	char path[BPFFS_PATH_SIZE];
	int err = 0;

	for (unsigned int i = 0; !err && i < ECBPF_PLACE_COUNT; i++) {
		slot_table_path(chain, i, "", path);
		err = has_array ? slot_table_clear(chain, i, problem) :
				  bpffs_remove_tree(path, problem);
	}
	return err;
}

static int leave_nop(struct chain *chain, const struct attachment *attachment,
		     struct problem *problem)
{
	CLEANUP_CLOSE int program = -1;
	int err;

	if (!attachment->ours)
		return problem_set(problem, -ENOENT,
				   "%s: no root runs here that --nop could take the place of; "
				   "--detach without --nop clears the pins",
				   chain->interface);
	program = root_program_load_nop(attachment->identity.frags, problem);
	if (program < 0)
		return program;
	err = chain_root_stage(chain, program, problem);
	if (!err && bpf_link_update(chain->link, program, NULL))
		err = problem_errno(problem, -errno, "%s: cannot replace the root",
				    chain->interface);
	if (!err)
		err = chain_root_commit(chain, problem);
	if (!err)
		err = empty_slots(chain, problem);
	return err ? err : chain_unpin_maps(chain, problem);
}

/* After this step packets are the kernel's; what is left are pins, which any later --detach or
 * --attach deals with. */
static int take_away(struct chain *chain, const struct attachment *attachment,
		     struct problem *problem)
{
	int err;

	if (attachment->link_ifindex && bpf_link_detach(chain->link))
		return problem_errno(problem, -errno, "%s: cannot detach the root",
				     chain->interface);
	err = empty_slots(chain, problem);
	return err ? err : chain_remove(chain, problem);
}

int root_detach(const char *interface, const char *bpffs, bool nop, struct problem *problem)
{
	struct attachment attachment;
	bool other_version = false;
	struct chain chain;
	int err;

	chain_init(&chain, bpffs, interface);
	err = root_adopt(&chain, bpffs, problem);
	if (!err)
		err = chain_open(&chain, problem);
	if (err == -ENOENT)
		problem_set(problem, err, "%s: no root array is attached here", interface);
	if (!err || err == -EPROTO) {
		other_version = err == -EPROTO;
		err = attachment_read(&chain, &attachment, other_version ? NULL : problem);
	}
	/* Without knowing its records, a root that runs here, or no longer anywhere, can still be
	 * taken away. */
	if (other_version || err == -EPROTO)
		err = !nop && (attachment.ours || !attachment.link_ifindex) ? 0 : -EPROTO;
	else if (!err)
		err = check_detach(&chain, &attachment, problem);
	if (!err)
		err = nop ? leave_nop(&chain, &attachment, problem) :
			    take_away(&chain, &attachment, problem);
	chain_close(&chain);
	return err;
}
