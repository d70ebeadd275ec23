// SPDX-License-Identifier: GPL-2.0-only
#include "scratch_chain.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "harness/scratch_bpffs.h"

static unsigned int fds_before;

int scratch_map(const struct map_shape *shape)
{
	char name[BPF_OBJ_NAME_LEN] = "";
	int fd;

	strncat(name, shape->name, sizeof(name) - 1);
	fd = bpf_map_create(shape->type, name, shape->key_size, shape->value_size,
			    shape->max_entries, NULL);
	assert_true(fd >= 0);
	return fd;
}

void scratch_chain_open(struct chain *chain, const char *interface)
{
	struct problem problem = { 0 };

	chain_init(chain, scratch_bpffs(), interface);
	assert_int_equal(bpffs_make_directory(scratch_path(ECBPF_PIN_BASE)), 0);
	for (int i = 0; i < CHAIN_MAP_COUNT; i++)
		chain->map[i] = scratch_map(&chain_map_shapes[i]);
	assert_int_equal(chain_pin_maps(chain, &problem), 0);
}

int scratch_program(const char *name, enum bpf_prog_type type, int action)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = 0);
	const struct bpf_insn instructions[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = action },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd;

	if (type == BPF_PROG_TYPE_XDP)
		options.expected_attach_type = BPF_XDP;
	fd = bpf_prog_load(type, name, "GPL", instructions, 2, &options);
	assert_true(fd >= 0);
	return fd;
}

int scratch_program_with_maps(const char *name, const int *maps, size_t map_count)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_XDP);
	struct bpf_insn instructions[2 * 16 + 2] = { 0 };
	size_t count = 0;
	int fd;

	assert_true(map_count <= 16);
	for (size_t i = 0; i < map_count; i++) {
		instructions[count++] =
			(struct bpf_insn){ .code = BPF_LD | BPF_DW, /* | BPF_IMM, 0 */
					   .dst_reg = BPF_REG_1,
					   .src_reg = BPF_PSEUDO_MAP_FD,
					   .imm = maps[i] };
		count++; /* the instruction has two words */
	}
	instructions[count++] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K,
						   .dst_reg = BPF_REG_0,
						   .imm = XDP_PASS };
	instructions[count++] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, name, "GPL", instructions, count, &options);
	assert_true(fd >= 0);
	return fd;
}

__u32 scratch_program_id(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

int scratch_chain_set_up(void **state)
{
	struct chain *chain = malloc(sizeof(*chain));

	assert_non_null(chain);
	fds_before = scratch_open_fds();
	scratch_chain_open(chain, SCRATCH_INTERFACE);
	*state = chain;
	return 0;
}

int scratch_chain_tear_down(void **state)
{
	struct chain *chain = *state;
	unsigned int fds_left;

	chain_close(chain);
	free(chain);
	fds_left = scratch_open_fds();
	assert_int_equal(bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL), 0);
	assert_int_equal(fds_left, fds_before);
	return 0;
}
