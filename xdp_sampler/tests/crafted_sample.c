// SPDX-License-Identifier: GPL-2.0-only
#include "crafted_sample.h"

#include <linux/bpf.h>

void crafted_start(struct crafted_sample *crafted, const struct sample_port *port)
{
	crafted->sample = (struct sample){
		.time = 1000,
		.sequence = 7,
		.packets = 70,
		.cpu = 1,
		.ifindex = port->ifindex,
		.queue = 3,
		.rate = 10,
		.place = SAMPLER_VERDICT,
		.verdict = XDP_DROP,
		.reason = 17,
		.row = 2,
		.chosen = SAMPLE_BY_CHANCE,
	};
	crafted->view = (struct sample_view){
		.port = port,
		.sample = &crafted->sample,
		.realtime = CRAFTED_TIME,
		.program = "xdp_filter",
	};
	build_start(&crafted->frame);
}

void crafted_finish(struct crafted_sample *crafted, size_t captured)
{
	build_finish(&crafted->frame);
	crafted->sample.frame_length = crafted->frame.length;
	crafted->sample.captured = crafted->frame.length;
	if (captured < crafted->frame.length)
		crafted->sample.captured = (__u32)captured;
	crafted->view.bytes = crafted->frame.bytes;
}

void crafted_udp(struct crafted_sample *crafted, const struct sample_port *port, const char *source,
		 unsigned short destination_port)
{
	crafted_start(crafted, port);
	build_ethernet(&crafted->frame);
	build_ipv4(&crafted->frame, &(struct build_ipv4){ .source = source });
	build_udp(&crafted->frame, 1234, destination_port);
	build_payload(&crafted->frame, 58);
	crafted_finish(crafted, BUILD_FRAME_SIZE);
}
