// SPDX-License-Identifier: GPL-2.0-only
/* What a component's tool does with the exit hook, for the scenarios:
 *
 *	exit_hook_loader --bpffs DIR --interface NAME OBJ    loads into it, also over itself
 *	exit_hook_loader --bpffs DIR --interface NAME        empties it */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "each_interface.h"
#include "log.h"
#include "slot_table.h"
#include "subprogram.h"

static const char *bpffs, *object;

static int load(const struct chain *chain, const struct ecbpf_chain_identity *identity,
		struct problem *problem)
{
	struct subprogram subprogram = {
		.chain = chain,
		.identity = identity,
		.slot = ECBPF_EXIT_HOOK,
		.replace = SUBPROGRAM_REPLACE_SAME,
		.object_name = object,
	};
	int err;

	subprogram.object = subprogram_open_file(object, problem);
	err = subprogram.object ? 0 : -ENOEXEC;
	if (!err)
		err = subprogram_load(&subprogram, NULL, problem);
	if (!err)
		err = subprogram_publish(&subprogram, problem);
	bpf_object__close(subprogram.object);
	return err;
}

static int change(void *context, const char *interface, struct problem *problem)
{
	struct attachment attachment;
	struct chain chain;
	int err;

	(void)context;
	err = slot_table_open(&chain, bpffs, interface, &attachment, problem);
	if (!err && object)
		err = load(&chain, &attachment.identity, problem);
	else if (!err)
		err = slot_table_clear(&chain, ECBPF_EXIT_HOOK, problem);
	chain_close(&chain);
	return err;
}

int main(int argc, char **argv)
{
	struct interface_list interfaces = { 0 };
	struct problem problem = { 0 };
	int err;

	if (argc < 5 || strcmp(argv[1], "--bpffs") || strcmp(argv[3], "--interface")) {
		fprintf(stderr, "usage: exit_hook_loader --bpffs DIR --interface NAME [OBJ]\n");
		return 2;
	}
	bpffs = argv[2];
	object = argv[5];
	log_open("exit_hook_loader", false);
	err = interface_list_add(&interfaces, argv[4], &problem);
	if (!err)
		err = each_interface(&interfaces, bpffs, "load", change, NULL, &problem);
	if (err)
		fprintf(stderr, "exit_hook_loader: %s\n", problem.text);
	interface_list_free(&interfaces);
	return err != 0;
}
