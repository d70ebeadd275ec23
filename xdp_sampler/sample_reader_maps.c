// SPDX-License-Identifier: GPL-2.0-only
#include "sample_reader_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "attachment.h"
#include "load_time.h"
#include "sampler_maps.h"

#define LOCK_TRIES 4
#define LOCK_PAUSE (5 * 1000000) /* nanoseconds */

void sample_reader_init(struct sample_reader *reader, const char *bpffs, const char *interface,
			sample_taker take, void *context)
{
	*reader = (struct sample_reader){ .bpffs = bpffs,
					  .interface = interface,
					  .take = take,
					  .context = context,
					  .ring_fd = -1,
					  .lock = -1,
					  .cpus_fd = -1 };
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_ring(struct sample_reader *reader)
{
	if (reader->ledger)
		reader_ledger_end(reader->ledger);
	reader_ledger_release(reader->ledger);
	reader->ledger = NULL;
	ring_buffer__free(reader->ring);
	reader->ring = NULL;
	close_fd(&reader->ring_fd);
	close_fd(&reader->cpus_fd);
	free(reader->cpus);
	reader->cpus = NULL;
}

void sample_reader_close(struct sample_reader *reader)
{
	close_ring(reader);
	close_fd(&reader->lock);
}

/* The directory is another one after --detach and --attach of the root. */
static bool is_locked(const struct sample_reader *reader, const char *path)
{
	struct stat locked, now;

	return reader->lock >= 0 && fstat(reader->lock, &locked) == 0 && stat(path, &now) == 0 &&
	       locked.st_dev == now.st_dev && locked.st_ino == now.st_ino;
}

static int tell_holder(const struct chain *chain, const struct sampler_maps *maps,
		       struct problem *problem)
{
	struct ledger_daemon daemon;

	if (sampler_maps_read_daemon(maps, &daemon, NULL) < 0 || !daemon.pid)
		return problem_set(problem, -EBUSY,
				   "%s: another process is about to read the samples",
				   chain->interface);
	return problem_set(problem, -EBUSY,
			   "%s: process %u reads the samples already; stop it first, or let it "
			   "write what is wanted (--reload)",
			   chain->interface, daemon.pid);
}

/* Whoever only looks whether there is a reader holds the lock for a moment. */
static int try_to_lock(int fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE };
	int err = 0;

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		err = -errno;
		if (err != -EWOULDBLOCK)
			break;
		nanosleep(&pause, NULL);
	}
	return err;
}

/* Two readers would tear the ring apart. Each holds the lock as long as it reads. */
static int lock(struct sample_reader *reader, const struct chain *chain,
		const struct sampler_maps *maps, struct problem *problem)
{
	int fd, err;

	if (is_locked(reader, chain->pins))
		return 0;
	fd = open(chain->pins, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return problem_errno(problem, -errno, "cannot open %s", chain->pins);
	err = try_to_lock(fd);
	if (err) {
		close(fd);
		return err == -EWOULDBLOCK ?
			       tell_holder(chain, maps, problem) :
			       problem_errno(problem, err, "cannot lock %s", chain->pins);
	}
	close_fd(&reader->lock);
	reader->lock = fd;
	return 0;
}

static int id_of_map(int fd, uint32_t *ret_id, struct problem *problem)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return problem_errno(problem, -errno, "cannot tell which map %s is",
				     SAMPLER_MAP_RING);
	*ret_id = info.id;
	return 0;
}

/* A reader is killed between a record's way into the ledger and its way out of the ring at worst: then
 * it is the ring's first, and the ledger knows its number. */
static bool was_taken(struct sample_reader *reader, const struct sample *sample)
{
	bool is_first = reader->is_first;

	reader->is_first = false;
	return is_first && reader->ledger->cpus[sample->cpu].sequence == sample->sequence;
}

static int take_record(void *context, void *data, size_t size)
{
	struct sample_reader *reader = context;
	const struct sample *sample = data;

	if (size >= sizeof(*sample) && sample->captured <= size - sizeof(*sample) &&
	    sample->cpu < reader->ledger->cpu_count && !was_taken(reader, sample)) {
		reader->taken++;
		reader->take(reader->context, reader, sample);
	}
	/* Else a flood would keep this process from everything else. */
	return --reader->budget ? 0 : -EAGAIN;
}

static void read_counts(struct sample_reader *reader,
			struct place_counts ret_counts[SAMPLER_PLACE_COUNT])
{
	__u32 only_entry = 0;

	memset(ret_counts, 0, sizeof(*ret_counts) * SAMPLER_PLACE_COUNT);
	if (bpf_map_lookup_elem(reader->cpus_fd, &only_entry, reader->cpus) < 0)
		return;
	for (uint32_t cpu = 0; cpu < reader->ledger->cpu_count; cpu++) {
		for (int i = 0; i < SAMPLER_PLACE_COUNT; i++) {
			const struct sampler_place_cpu *place = &reader->cpus[cpu].place[i];

			ret_counts[i].packets += place->packets - place->countdown;
			ret_counts[i].sampled += place->sampled;
			ret_counts[i].ring_lost += place->lost;
		}
	}
}

/* Packets go on while they are counted, and a CPU's numbers are not read at one moment. */
static void grow(uint64_t *count, uint64_t carried, uint64_t begun, uint64_t now)
{
	if (now >= begun && carried + now - begun > *count)
		*count = carried + now - begun;
}

void sample_reader_count(struct sample_reader *reader)
{
	struct place_counts now[SAMPLER_PLACE_COUNT];

	if (!reader->ring)
		return;
	read_counts(reader, now);
	for (int i = 0; i < SAMPLER_PLACE_COUNT; i++) {
		struct place_counts *counts = &reader->counts[i];
		const struct place_counts *carried = &reader->carried[i];
		const struct place_counts *begun = &reader->begun[i];

		grow(&counts->packets, carried->packets, begun->packets, now[i].packets);
		grow(&counts->sampled, carried->sampled, begun->sampled, now[i].sampled);
		grow(&counts->ring_lost, carried->ring_lost, begun->ring_lost, now[i].ring_lost);
	}
}

/* The maps of a sampler that came while this process was there count from zero, like the maps. */
static void begin_counts(struct sample_reader *reader, uint32_t ring_id)
{
	if (reader->ring_id == ring_id)
		return;
	memcpy(reader->carried, reader->counts, sizeof(reader->carried));
	memset(reader->begun, 0, sizeof(reader->begun));
	if (!reader->ring_id)
		read_counts(reader, reader->begun);
	reader->ring_id = ring_id;
}

static int open_ring(struct sample_reader *reader, struct sampler_maps *maps, uint32_t ring_id,
		     struct problem *problem)
{
	int err, cpu_count = sampler_maps_cpus(problem);

	if (cpu_count < 0)
		return cpu_count;
	err = reader_ledger_open(maps->fd[SAMPLER_LEDGER], maps->fd[SAMPLER_DAEMON],
				 (uint32_t)cpu_count, &reader->ledger, problem);
	if (err)
		return err;
	reader->cpus = calloc((size_t)cpu_count, sizeof(*reader->cpus));
	if (!reader->cpus)
		return problem_errno(problem, -ENOMEM, "cannot read the samples");
	reader->ring = ring_buffer__new(maps->fd[SAMPLER_RING], take_record, reader, NULL);
	if (!reader->ring)
		return problem_errno(problem, -errno, "cannot map %s into memory",
				     SAMPLER_MAP_RING);
	reader->ring_fd = maps->fd[SAMPLER_RING];
	reader->cpus_fd = maps->fd[SAMPLER_CPUS];
	maps->fd[SAMPLER_RING] = maps->fd[SAMPLER_CPUS] = -1;
	reader->is_first = true;
	begin_counts(reader, ring_id);
	reader_ledger_begin(reader->ledger, load_time_now());
	return 0;
}

static int look_at_maps(struct sample_reader *reader, const struct chain *chain,
			struct sampler_maps *maps, struct problem *problem)
{
	uint32_t ring_id = 0;
	int err;

	err = lock(reader, chain, maps, problem);
	if (!err)
		err = id_of_map(maps->fd[SAMPLER_RING], &ring_id, problem);
	if (err)
		return err;
	program_names_refresh(&reader->names, chain);
	if (reader->ring && reader->ring_id == ring_id)
		return 0;
	/* What is left in the one before: nothing more comes into it. */
	(void)sample_reader_consume(reader, UINT32_MAX);
	sample_reader_count(reader);
	close_ring(reader);
	err = open_ring(reader, maps, ring_id, problem);
	if (err) {
		sample_reader_close(reader);
		return problem_prefix(problem, err, "%s", chain->interface);
	}
	return 1;
}

int sample_reader_look(struct sample_reader *reader, struct problem *problem)
{
	struct sampler_maps maps = SAMPLER_MAPS_CLOSED;
	char name[INTERFACE_NAME_SIZE];
	struct attachment attachment;
	struct chain chain;
	int result;

	interface_real_name(reader->interface, name);
	result = attachment_require_root(&chain, reader->bpffs, name, &attachment, problem);
	if (!result) {
		memcpy(reader->name, name, sizeof(reader->name));
		reader->ifindex = attachment.ifindex;
		result = sampler_maps_open(&maps, &chain, problem);
	}
	if (!result)
		result = look_at_maps(reader, &chain, &maps, problem);
	sampler_maps_close(&maps);
	chain_close(&chain);
	return result;
}

unsigned int sample_reader_consume(struct sample_reader *reader, unsigned int limit)
{
	uint64_t before = reader->taken;

	if (!reader->ring)
		return 0;
	reader->budget = limit;
	/* The error is only how take_record() says stop. */
	(void)ring_buffer__consume(reader->ring);
	return (unsigned int)(reader->taken - before);
}
