// SPDX-License-Identifier: GPL-2.0-only
#include "offload_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "bpffs.h"
#include "cleanup.h"
#include "log.h"
#include "offload_edit.skel.h"
#include "offload_host_internal.h"
#include "pinned_map.h"
#include "refused_load.h"
#include "subprogram.h"
#include "tc_offload.skel.h"

#define EDIT_ASIDE OFFLOAD_EDIT "_new"

/* Nothing is learned; a map cannot have no room at all. */
#define LEARNED_ROOM 1

/* Every map but these is shared. */
static bool is_own(const struct bpf_map *map)
{
	return bpf_map__is_internal(map) || !strcmp(bpf_map__name(map), OFFLOAD_MAP_CPU);
}

static int reuse_pin(struct bpf_map *map, const char *path, struct problem *problem)
{
	CLEANUP_CLOSE int fd = bpffs_open(path);
	int err = fd;

	if (fd == -ENOENT)
		return 0;
	if (fd >= 0)
		err = bpf_map__reuse_fd(map, fd);
	return err < 0 ? problem_errno(problem, err, "cannot use %s", path) : 0;
}

static int tie_shared(struct bpf_object *object, const char *directory, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, object) {
		bpffs_join(path, directory, bpf_map__name(map));
		if (!err && !is_own(map))
			err = reuse_pin(map, path, problem);
	}
	return err;
}

/* Pins what has no pin yet. */
static int pin_made(struct bpf_object *object, const char *directory, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, object) {
		bpffs_join(path, directory, bpf_map__name(map));
		if (!err && !is_own(map) && !bpffs_exists(path))
			err = bpffs_pin(bpf_map__fd(map), path, problem);
	}
	return err;
}

static int open_edit(struct offload_edit **ret_edit, const char *directory, struct problem *problem)
{
	int err = subprogram_register_sections(problem);

	*ret_edit = NULL;
	if (err)
		return err;
	log_kept_clear();
	*ret_edit = offload_edit__open();
	if (!*ret_edit)
		return problem_errno(problem, -errno, "cannot open the object %s", OFFLOAD_EDIT);
	return tie_shared((*ret_edit)->obj, directory, problem);
}

static int load_edit(struct offload_edit *edit, struct problem *problem)
{
	int err = offload_edit__load(edit);

	return err ? refused_load(problem, err, OFFLOAD_EDIT, OFFLOAD_EDIT) : 0;
}

static int pin_edit_of(const struct offload_edit *edit, const char *directory,
		       struct problem *problem)
{
	char aside[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	int err;

	bpffs_join(aside, directory, EDIT_ASIDE);
	bpffs_join(path, directory, OFFLOAD_EDIT);
	err = bpffs_unpin(aside, problem);
	if (!err)
		err = bpffs_pin(bpf_program__fd(edit->progs.offload_edit), aside, problem);
	return err ? err : bpffs_rename(aside, path, problem);
}

int offload_program_pin_edit(const char *directory, struct problem *problem)
{
	struct offload_edit *edit;
	int err = open_edit(&edit, directory, problem);

	if (!err)
		err = load_edit(edit, problem);
	if (!err)
		err = pin_edit_of(edit, directory, problem);
	offload_edit__destroy(edit);
	return err;
}

/* The tables of flows, and the program that edits them. */
static int pin_tables(const char *directory, uint32_t max_flows, struct problem *problem)
{
	struct offload_edit *edit;
	int err = open_edit(&edit, directory, problem);

	if (!err) {
		(void)bpf_map__set_max_entries(edit->maps.static_ipv4, max_flows);
		(void)bpf_map__set_max_entries(edit->maps.static_ipv6, max_flows);
		(void)bpf_map__set_max_entries(edit->maps.learned_ipv4, LEARNED_ROOM);
		(void)bpf_map__set_max_entries(edit->maps.learned_ipv6, LEARNED_ROOM);
		err = load_edit(edit, problem);
	}
	if (!err)
		err = pin_made(edit->obj, directory, problem);
	if (!err)
		err = pin_edit_of(edit, directory, problem);
	offload_edit__destroy(edit);
	return err;
}

static int open_program(struct tc_offload **ret_skeleton, const char *directory,
			struct problem *problem)
{
	log_kept_clear();
	*ret_skeleton = tc_offload__open();
	if (!*ret_skeleton)
		return problem_errno(problem, -errno, "cannot open the object %s", OFFLOAD_PROGRAM);
	return tie_shared((*ret_skeleton)->obj, directory, problem);
}

/* What else packets meet. */
static int pin_rest(const char *directory, struct problem *problem)
{
	struct tc_offload *skeleton;
	int err = open_program(&skeleton, directory, problem);

	if (!err) {
		(void)bpf_program__set_autoload(skeleton->progs.tc_offload, false);
		(void)bpf_map__set_autocreate(skeleton->maps.offload_cpu, false);
		(void)bpf_map__set_autocreate(skeleton->maps.rodata, false);
		err = bpf_object__load(skeleton->obj);
		if (err)
			problem_errno(problem, err, "cannot make the maps of %s", OFFLOAD_PROGRAM);
	}
	if (!err)
		err = pin_made(skeleton->obj, directory, problem);
	tc_offload__destroy(skeleton);
	return err;
}

/* Of the tools alone. */
static int pin_sysctls(const char *directory, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	CLEANUP_CLOSE int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, OFFLOAD_MAP_SYSCTLS, sizeof(__u32),
			       sizeof(struct offload_sysctls), 1, NULL);

	if (fd < 0)
		return problem_errno(problem, fd, "cannot make the map %s", OFFLOAD_MAP_SYSCTLS);
	bpffs_join(path, directory, OFFLOAD_MAP_SYSCTLS);
	return bpffs_pin(fd, path, problem);
}

int offload_program_pin_shared(const char *directory, uint32_t max_flows, struct problem *problem)
{
	int err = pin_tables(directory, max_flows, problem);

	if (!err)
		err = pin_rest(directory, problem);
	return err ? err : pin_sysctls(directory, problem);
}

int offload_program_describe(struct flow_tables *tables, struct problem *problem)
{
	struct offload_edit *edit;
	int err = open_edit(&edit, tables->directory, problem);

	if (!err)
		err = flow_tables_describe(tables, edit->obj, problem);
	offload_edit__destroy(edit);
	return err;
}

int offload_program_probe_flag(uint32_t flag, bool *ret_known, struct problem *problem)
{
	/* return bpf_l4_csum_replace(skb, ETH_HLEN + 6, 0, 0, BPF_F_PSEUDO_HDR | flag); */
	const struct bpf_insn probe[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 20 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_4, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_5,
		  .imm = (__s32)(BPF_F_PSEUDO_HDR | flag) },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_l4_csum_replace },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet));
	CLEANUP_CLOSE int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "probe_flag", "GPL", probe,
					     sizeof(probe) / sizeof(*probe), NULL);

	if (fd < 0)
		return problem_errno(problem, fd, "the kernel loads no tc program at all");
	if (bpf_prog_test_run_opts(fd, &run))
		return problem_errno(problem, -errno, "cannot run a tc program as a test");
	*ret_known = run.retval == 0;
	return 0;
}

static int tie_counters(struct offload_program *program, const char *directory,
			const struct offload_at *at, struct problem *problem)
{
	char name[OFFLOAD_COUNTERS_NAME_SIZE];
	const struct map_shape shape = { name, BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(__u32),
					 sizeof(struct offload_cpu), 1 };
	CLEANUP_CLOSE int fd = -1;
	int err;

	offload_host_counters_name(at->ifindex, at->side, name);
	fd = pinned_map_open(directory, &shape, problem);
	/* Those of another version are of no use any more. */
	if (fd == -ENOENT || fd == -EPROTO)
		return 0;
	err = fd < 0 ? fd : bpf_map__reuse_fd(program->skeleton->maps.offload_cpu, fd);
	program->counts_on = !err;
	return err ? problem_prefix(problem, err, "cannot use %s/%s", directory, name) : 0;
}

int offload_program_load(struct offload_program *ret_program, const char *directory,
			 const struct offload_at *at, struct problem *problem)
{
	int err;

	*ret_program = (struct offload_program){ 0 };
	err = open_program(&ret_program->skeleton, directory, problem);
	if (!err)
		err = tie_counters(ret_program, directory, at, problem);
	if (err)
		return err;
	ret_program->skeleton->rodata->offload_at = *at;
	err = tc_offload__load(ret_program->skeleton);
	return err ? refused_load(problem, err, OFFLOAD_TOOL, OFFLOAD_PROGRAM) : 0;
}

void offload_program_close(struct offload_program *program)
{
	tc_offload__destroy(program->skeleton);
	program->skeleton = NULL;
}

int offload_program_fd(const struct offload_program *program)
{
	return bpf_program__fd(program->skeleton->progs.tc_offload);
}

int offload_program_pin_counters(const struct offload_program *program, const char *directory,
				 const struct offload_at *at, struct problem *problem)
{
	char name[OFFLOAD_COUNTERS_NAME_SIZE], path[BPFFS_PATH_SIZE];
	int err;

	if (program->counts_on)
		return 0;
	offload_host_counters_name(at->ifindex, at->side, name);
	bpffs_join(path, directory, name);
	err = bpffs_unpin(path, problem);
	return err ? err :
		     bpffs_pin(bpf_map__fd(program->skeleton->maps.offload_cpu), path, problem);
}
