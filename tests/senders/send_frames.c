// SPDX-License-Identifier: GPL-2.0-only
/* send_frames [NAMESPACE:]INTERFACE FRAME...: sends each frame once; see named_frame.c for names. */
#include <err.h>

#include "named_frame.h"
#include "raw_link.h"

int main(int argc, char **argv)
{
	static struct packet_builder builder;
	int link;

	if (argc < 3)
		errx(2, "usage: send_frames [NAMESPACE:]INTERFACE FRAME...");
	link = raw_link_open(argv[1], 0);
	for (int i = 2; i < argc; i++) {
		named_frame_build(&builder, argv[i], 4711);
		raw_link_send(link, builder.bytes, builder.length);
	}
	return 0;
}
