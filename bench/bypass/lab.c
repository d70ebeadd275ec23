// SPDX-License-Identifier: GPL-2.0-only
#include "lab.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int complain(int err, const char *what)
{
	fprintf(stderr, "%s: lab: %s: %s\n", program_invocation_short_name, what, strerror(-err));
	return err;
}

static int find_interfaces(struct lab *lab)
{
	const struct {
		const char *name;
		__u32 *ifindex;
	} interfaces[] = { { "client", &lab->client },
			   { "in", &lab->in },
			   { "out", &lab->out },
			   { "server", &lab->server } };

	for (size_t i = 0; i < sizeof(interfaces) / sizeof(*interfaces); i++) {
		*interfaces[i].ifindex = if_nametoindex(interfaces[i].name);
		if (!*interfaces[i].ifindex)
			return complain(-errno, interfaces[i].name);
	}
	return 0;
}

int lab_open(struct lab *ret_lab, unsigned int number)
{
	struct lab lab = { .namespace = -1 };
	char path[64];
	int err;

	(void)snprintf(path, sizeof(path), "/run/netns/" LAB_NAMESPACE, number);
	lab.namespace = open(path, O_RDONLY | O_CLOEXEC);
	if (lab.namespace < 0)
		return complain(-errno, path);
	err = lab_enter(&lab);
	if (!err)
		err = find_interfaces(&lab);
	if (err)
		lab_close(&lab);
	*ret_lab = lab;
	return err;
}

void lab_close(struct lab *lab)
{
	if (lab->namespace >= 0)
		(void)close(lab->namespace);
	lab->namespace = -1;
}

int lab_enter(const struct lab *lab)
{
	return setns(lab->namespace, CLONE_NEWNET) ? complain(-errno, "enter its namespace") : 0;
}

int lab_attach_xdp(__u32 ifindex, int program)
{
	int err = bpf_xdp_attach((int)ifindex, program, XDP_FLAGS_DRV_MODE, NULL);

	return err ? complain(err, "attach an XDP program") : 0;
}

int lab_attach_tc(__u32 ifindex, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program);
	int err = bpf_tc_hook_create(&hook);

	if (!err)
		err = bpf_tc_attach(&hook, &options);
	return err ? complain(err, "attach a program at tc ingress") : 0;
}
