// SPDX-License-Identifier: GPL-2.0-only
#include "traffic.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64

static int complain(int err, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(-err));
	return err;
}

/* Of an object that is not loaded yet. */
static int set_traffic(struct bpf_object *object, const struct frame *frame, int family,
		       unsigned int ifindex)
{
	struct traffic_settings *settings =
		program_set_data(object, ".rodata.traffic", sizeof(*settings));

	if (!settings)
		return complain(-ENOENT, "find .rodata.traffic");
	*settings = (struct traffic_settings){ .is_ipv6 = family == AF_INET6,
					       .checksum_rest = frame_checksum_rest(frame),
					       .ifindex = ifindex };
	return 0;
}

static int fill_traffic(struct bpf_object *object, const struct traffic_source *sources)
{
	int traffic = bpf_object__find_map_fd_by_name(object, "traffic");

	for (__u32 i = 0; i < TRAFFIC_SOURCES; i++) {
		int err = bpf_map_update_elem(traffic, &i, &sources[i], BPF_ANY);

		if (err)
			return complain(err, "fill the traffic");
	}
	return 0;
}

static struct bpf_object *load(struct program_set *set, const char *name, const struct frame *frame,
			       int family, unsigned int ifindex,
			       const struct traffic_source *sources)
{
	struct bpf_object *object = program_set_open(set, name);

	if (!object || set_traffic(object, frame, family, ifindex) ||
	    program_set_enter(set, object) || fill_traffic(object, sources))
		return NULL;
	return object;
}

int traffic_enter(struct price_row *row, const struct traffic_source *sources)
{
	struct program_set *set = &row->sets[1];
	struct bpf_object *object = load(set, "traffic_root", &row->frame, row->family, 0, sources);
	int err = object ? program_set_update(object, "subject", &row->entry) : -EIO;

	row->entry = set->entry;
	return err;
}

int traffic_generator(struct program_set *set, const struct frame *frame, int family,
		      unsigned int ifindex, const struct traffic_source *sources)
{
	struct bpf_object *object = load(set, "hop_generator", frame, family, ifindex, sources);

	return object ? program_set_update(object, "template", frame->bytes) : -EIO;
}

int traffic_send(const struct program_set *generator, unsigned int ifindex, unsigned int length,
		 unsigned int repeat, double *ret_price)
{
	struct frame frame = { .length = length };
	struct xdp_md context = { .data_end = length, .ingress_ifindex = ifindex ? ifindex : 1 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes, .data_size_in = length,
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = (int)repeat,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);
	int err = bpf_prog_test_run_opts(generator->entry, &options);

	if (err)
		return complain(err, "send");
	if (ret_price)
		*ret_price = options.duration;
	return 0;
}
