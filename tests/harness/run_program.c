// SPDX-License-Identifier: GPL-2.0-only
#include "run_program.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../libcommon/abi/pin_names.h"

#ifndef BPF_F_XDP_HAS_FRAGS
#define BPF_F_XDP_HAS_FRAGS (1U << 5)
#endif

static int complain(int err, const char *what, const char *object)
{
	fprintf(stderr, "run_program: %s %s: %s\n", what, object, strerror(-err));
	return err;
}

/* libbpf's own handler of "xdp.frags" would set the frags flag itself; here the chain decides. */
static int register_sections(void)
{
	static int registered;

	if (registered)
		return 0;
	if (libbpf_register_prog_handler("xdp", BPF_PROG_TYPE_XDP, BPF_XDP, NULL) < 0 ||
	    libbpf_register_prog_handler("xdp.frags", BPF_PROG_TYPE_XDP, BPF_XDP, NULL) < 0)
		return complain(-errno, "register", "xdp sections");
	registered = 1;
	return 0;
}

/* File descriptor of a program that does nothing, or a negative errno. */
static int load_nothing(__u32 flags)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = flags);
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "nothing", "GPL", nothing, 2, &options);
}

const char *run_unavailable(void)
{
	int fd = load_nothing(0);

	if (fd >= 0) {
		close(fd);
		return NULL;
	}
	if (fd == -EPERM)
		return "no right to load BPF programs (CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON)";
	return "the kernel loads no XDP program";
}

int run_frags_supported(void)
{
	int fd = load_nothing(BPF_F_XDP_HAS_FRAGS);

	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}

int run_origin_supported(void)
{
	const unsigned char frame[64] = { 0 };
	struct xdp_md context = { .data_end = sizeof(frame) };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame),
		    .ctx_in = &context, .ctx_size_in = sizeof(context));
	int fd = load_nothing(0), err;

	if (fd < 0)
		return 0;
	err = bpf_prog_test_run_opts(fd, &options);
	close(fd);
	return !err;
}

static int find_program(struct run_program *program, const char *name)
{
	struct bpf_program *each;

	bpf_object__for_each_program(each, program->object) {
		if (!program->program && (!name || !strcmp(bpf_program__name(each), name)))
			program->program = each;
		bpf_program__set_autoload(each, false);
	}
	if (!program->program)
		return complain(-ENOENT, "find program", name ? name : "of any name");
	bpf_program__set_autoload(program->program, true);
	if (bpf_program__type(program->program) == BPF_PROG_TYPE_XDP && program->chain &&
	    program->chain->frags)
		bpf_program__set_flags(program->program, BPF_F_XDP_HAS_FRAGS);
	return 0;
}

static int set_rodata(struct run_program *program, const char *path)
{
	struct bpf_map *map = bpf_object__find_map_by_name(program->object, ".rodata.ecbpf");
	struct ecbpf_program *rodata;
	size_t size;

	if (!map)
		return 0;
	rodata = (struct ecbpf_program *)bpf_map__initial_value(map, &size);
	if (!rodata || size != sizeof(*rodata) || rodata->abi_version != ECBPF_ABI_VERSION)
		return complain(-EPROTO, "built with another kit:", path);
	rodata->slot = program->slot;
	rodata->next = program->slot + 1;
	rodata->frags = program->chain ? program->chain->frags : 0;
	return 0;
}

static int tie_maps(struct run_program *program)
{
	const struct run_chain *chain = program->chain;
	const struct {
		const char *name;
		int fd;
	} maps[] = {
		{ ECBPF_MAP_SLOTS, chain->slots },
		{ ECBPF_MAP_STATS, chain->stats },
		{ ECBPF_MAP_EXIT_HOOK, chain->exit_hook },
		{ ECBPF_MAP_CAPTURE_HOOK, chain->capture_hook },
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(program->object, maps[i].name);
		int err = map ? bpf_map__reuse_fd(map, maps[i].fd) : 0;

		if (err)
			return complain(err, "share map", maps[i].name);
	}
	return 0;
}

int run_open(struct run_program *program, const struct run_chain *chain, const char *path,
	     const char *name, __u32 slot)
{
	int err;

	*program = (struct run_program){ .chain = chain, .slot = slot };
	err = register_sections();
	if (err)
		return err;
	program->object = bpf_object__open_file(path, NULL);
	if (!program->object)
		return complain(-errno, "open", path);
	err = find_program(program, name);
	if (!err)
		err = set_rodata(program, path);
	if (!err && chain)
		err = tie_maps(program);
	return err;
}

static int has_slot(const struct run_program *program)
{
	return program->chain && program->slot < ECBPF_SLOT_COUNT;
}

int run_load(struct run_program *program)
{
	const char *name = bpf_program__name(program->program);
	int err = bpf_object__load(program->object);

	if (err)
		return complain(err, "load", name);
	if (has_slot(program)) {
		int fd = bpf_program__fd(program->program);

		err = bpf_map_update_elem(program->chain->slots, &program->slot, &fd, BPF_ANY);
		if (err)
			return complain(err, "put into its slot", name);
	}
	return 0;
}

void run_close(struct run_program *program)
{
	if (program->program && bpf_program__fd(program->program) >= 0 && has_slot(program))
		(void)bpf_map_delete_elem(program->chain->slots, &program->slot);
	bpf_object__close(program->object);
	*program = (struct run_program){ 0 };
}

int run_map(const struct run_program *program, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(program->object, name);

	return fd < 0 ? complain(fd, "find map", name) : fd;
}

static int run(const struct run_program *program, const struct run_frame *frame,
	       struct bpf_test_run_opts *options, struct run_result *ret_result)
{
	struct xdp_md context = { .data_end = frame->length,
				  .ingress_ifindex = frame->ifindex,
				  .rx_queue_index = frame->queue };
	int err;

	options->data_in = frame->bytes;
	options->data_size_in = frame->length;
	if (frame->ifindex) {
		options->ctx_in = &context;
		options->ctx_size_in = sizeof(context);
	}
	err = bpf_prog_test_run_opts(bpf_program__fd(program->program), options);
	if (err)
		return complain(err, "run", bpf_program__name(program->program));
	ret_result->action = options->retval;
	ret_result->length = options->data_size_out;
	ret_result->duration = options->duration;
	return 0;
}

int run_packet(const struct run_program *program, const struct run_frame *frame,
	       struct run_result *ret_result)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_out = ret_result->bytes,
		    .data_size_out = sizeof(ret_result->bytes));

	return run(program, frame, &options, ret_result);
}

int run_repeat(const struct run_program *program, const struct run_frame *frame, __u32 repeat,
	       struct run_result *ret_result)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .repeat = (int)repeat);

	return run(program, frame, &options, ret_result);
}
