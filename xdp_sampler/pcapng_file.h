/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples into pcapng files, or pipes (output_file.h).
 *
 * Each file, and each reader of a FIFO, gets a section of its own: what wrote it, each interface and
 * place before its first packet, the packets, and at the end of a file that is closed in order the
 * statistics of each interface. They count what came since the section before ended (the first: since
 * this was opened): isb_ifrecv what the kernel side sampled at that place, isb_usrdeliv the packets in
 * the section, isb_ifdrop the samples that were lost, isb_osdrop those of them that found no room in
 * the kernel's ring. Samples on their way when a file is rotated are sampled in one and delivered in
 * a later one, so over all the files isb_ifrecv = isb_usrdeliv + isb_ifdrop, exactly. What is lost
 * before an interface has a packet is told in a later file, at the latest in the last. A sink that
 * takes only some of the samples has more in isb_ifrecv; isb_filteraccept counts those it was to get.
 *
 * epb_dropcount of a packet are the samples missing between it and the one before of this interface
 * and CPU, of both places, for whatever reason; left out by a sink that takes only some. */
#ifndef XDP_SAMPLER_PCAPNG_FILE_H
#define XDP_SAMPLER_PCAPNG_FILE_H

#include "sink.h"

struct pcapng_file;

/* -EINVAL: the target is a terminal. A full disk is no reason to refuse: pcapng_file_tick() tells. */
int pcapng_file_open(const struct sink_wish *wish, const struct sink_host *host,
		     struct pcapng_file **ret_file, struct problem *problem);

/* Writes samples: when it returns, what is marked delivered was taken by write(2), whole. After a
 * failure none of the later ones was. */
int pcapng_file_write(struct pcapng_file *file, const struct sample_view *views, size_t count,
		      bool *ret_delivered, struct problem *problem);

/* Ends a file whose time is over, opens a FIFO that was not read, goes on after a failure. */
int pcapng_file_tick(struct pcapng_file *file, struct problem *problem);

/* Writes the last statistics, closes and frees. */
int pcapng_file_close(struct pcapng_file *file, struct problem *problem);

#endif
