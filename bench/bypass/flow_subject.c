// SPDX-License-Identifier: GPL-2.0-only
#include "flow_subject.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int complain(const struct flow_case *what, int err, const char *text)
{
	fprintf(stderr, "%s: %s: %s: %s\n", program_invocation_short_name, what->name, text,
		strerror(-err));
	return err;
}

static int load_fib(struct program_set *set, const struct flow_case *what,
		    const struct flow_place *place)
{
	int err = program_set_single(set, "bare_fib");
	int devices = err ? -1 : bpf_object__find_map_fd_by_name(set->objects[0], "bare_device");

	if (!err)
		err = bpf_map_update_elem(devices, &place->out, &place->out, BPF_ANY);
	return err ? complain(what, err, "name its device") : 0;
}

int flow_subject_load(struct program_set *set, const struct flow_case *what,
		      const struct flow_place *place)
{
	switch (what->subject) {
	case SUBJECT_OURS:
		return flow_subject_ours(set, what, place);
	case SUBJECT_BARE:
	case SUBJECT_TC:
		return flow_subject_bare(set, what, place);
	case SUBJECT_FIB:
		return load_fib(set, what, place);
	case SUBJECT_BOUNCE:
		return program_set_single(set, "bounce");
	case SUBJECT_LET_BY:
		return program_set_single(set, "empty");
	case SUBJECT_DROP:
		return program_set_single(set, "drop_at_once");
	case SUBJECT_KERNEL:
	case SUBJECT_GENERATOR:
		return 0;
	}
	return -EINVAL;
}

static struct bpf_object *load_traffic(struct program_set *set, const char *name,
				       const struct flow_case *what, __u32 ifindex)
{
	struct bpf_object *object = program_set_open(set, name);
	struct flow_traffic *settings =
		object ? program_set_data(object, ".rodata.traffic", sizeof(*settings)) : NULL;
	const struct frame frame = flow_case_frame(what);

	if (!settings)
		return NULL;
	*settings = flow_case_traffic(what);
	settings->ifindex = ifindex;
	if (program_set_enter(set, object) || program_set_update(object, "template", frame.bytes))
		return NULL;
	return object;
}

int flow_traffic_generator(struct program_set *set, const struct flow_case *what, __u32 ifindex)
{
	return load_traffic(set, "flow_generator", what, ifindex) ?
		       0 :
		       complain(what, -EIO, "load its generator");
}

int flow_traffic_replay(struct program_set *set, const struct flow_case *what, int subject)
{
	struct bpf_object *object = load_traffic(set, "flow_replay", what, 0);

	return object ? program_set_update(object, "subject", &subject) :
			complain(what, -EIO, "load what gives it packets");
}
