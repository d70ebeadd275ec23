// SPDX-License-Identifier: GPL-2.0-only
#include "pcapng_file.h"
#include "sink.h"

static int sink_open(const struct sink_wish *wish, const struct sink_host *host, void **ret_sink,
		     struct problem *problem)
{
	struct pcapng_file *file;
	int err = pcapng_file_open(wish, host, &file, problem);

	if (!err)
		*ret_sink = file;
	return err;
}

static int sink_write(void *sink, const struct sample_view *views, size_t count,
		      bool *ret_delivered, struct problem *problem)
{
	return pcapng_file_write(sink, views, count, ret_delivered, problem);
}

static int sink_tick(void *sink, uint64_t realtime, struct problem *problem)
{
	(void)realtime;
	return pcapng_file_tick(sink, problem);
}

static int sink_close(void *sink, struct problem *problem)
{
	return pcapng_file_close(sink, problem);
}

const struct sink_operations pcapng_sink_operations = {
	.open = sink_open,
	.write = sink_write,
	.tick = sink_tick,
	.close = sink_close,
};
