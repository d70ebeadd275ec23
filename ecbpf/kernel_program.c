// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_program.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <unistd.h>

#include "cleanup.h"

/* Of kernels that the system's headers may be older than. */
#define ATTACH_TCX_INGRESS 46
#define CALL_KTIME_GET_COARSE_NS 160

#define LOOPBACK_INDEX 1
#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"
#define CONNTRACK_TIMEOUT "bpf_ct_change_timeout"

/* What is refused for lack of rights tells nothing. */
static enum fact_switch as_fact(int result)
{
	if (result >= 0)
		return FACT_ON;
	return result == -EPERM || result == -EACCES ? FACT_UNKNOWN : FACT_OFF;
}

static enum fact_switch can_load(enum bpf_prog_type type, __u32 flags, const struct bpf_insn *code,
				 size_t count)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options,
		    .expected_attach_type = type == BPF_PROG_TYPE_XDP ? BPF_XDP : 0,
		    .prog_flags = flags);
	CLEANUP_CLOSE int fd = bpf_prog_load(type, "ecbpf_doctor", "GPL", code, count, &options);

	return as_fact(fd);
}

static enum fact_switch can_load_xdp(__u32 flags)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return can_load(BPF_PROG_TYPE_XDP, flags, pass, sizeof(pass) / sizeof(*pass));
}

/* A function of the release in which memory began to be charged to the cgroup, as libbpf does it: no setting tells. */
static enum fact_switch is_without_limit(void)
{
	const struct bpf_insn call[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = CALL_KTIME_GET_COARSE_NS },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return can_load(BPF_PROG_TYPE_SOCKET_FILTER, 0, call, sizeof(call) / sizeof(*call));
}

static enum fact_switch has_ring(void)
{
	CLEANUP_CLOSE int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ecbpf_doctor", 0, 0,
					      (__u32)sysconf(_SC_PAGESIZE), NULL);

	return as_fact(fd);
}

static enum fact_switch has_tcx(void)
{
	__u32 ids[1], count = 0;
	int err = bpf_prog_query(LOOPBACK_INDEX, (enum bpf_attach_type)ATTACH_TCX_INGRESS, 0, NULL,
				 ids, &count);

	/* Early ones answer so where nothing is attached. */
	return as_fact(err && errno != ENOENT && errno != ENOSPC ? -errno : 0);
}

static enum fact_switch has_function(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0 ? FACT_ON : FACT_OFF;
}

/* Its functions are in the module, or in the kernel where that is built in. */
static enum fact_switch has_conntrack(const struct btf *kernel)
{
	struct btf *module = btf__load_module_btf("nf_conntrack", (struct btf *)kernel);
	enum fact_switch found = has_function(module ? module : kernel, CONNTRACK_TIMEOUT);

	if (found == FACT_OFF && !module && access("/proc/sys/net/netfilter", F_OK))
		found = FACT_UNKNOWN;
	btf__free(module);
	return found;
}

void kernel_programs_probe(struct kernel_programs *ret_programs)
{
	struct btf *kernel = btf__parse(VMLINUX_BTF, NULL);

	ret_programs->xdp = can_load_xdp(0);
	ret_programs->frags = can_load_xdp(BPF_F_XDP_HAS_FRAGS);
	ret_programs->ring = has_ring();
	ret_programs->no_limit = is_without_limit();
	ret_programs->tcx = has_tcx();
	ret_programs->btf = kernel ? FACT_ON : FACT_OFF;
	ret_programs->conntrack = kernel ? has_conntrack(kernel) : FACT_OFF;
	btf__free(kernel);
}
