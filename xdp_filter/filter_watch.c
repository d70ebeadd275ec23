// SPDX-License-Identifier: GPL-2.0-only
#include "filter_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attachment.h"
#include "bpffs.h"
#include "capability.h"
#include "cleanup.h"
#include "filter_maps.h"
#include "filter_state.h"
#include "program_slot.h"
#include "local_maps.h"
#include "local_routes.h"
#include "log.h"
#include "monotonic_clock.h"
#include "service.h"
#include "service_run.h"
#include "slot_table.h"
#include "xdp_filter.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND (1000 * MILLISECOND)

/* How often the pins are looked at when nothing happens, and how often the routes are read all the same: a
 * million routes take the kernel 0.2 s. */
#define LOOK_EACH (5 * SECOND)
#define LOOK_FOR_MORE_EACH SECOND
#define READ_EACH (60 * SECOND)
/* How soon it looks again at what is not as it should be, and how long before it says so: a loader that
 * replaces a filter has its pins out of place for a moment. */
#define LOOK_AGAIN_EACH (200 * MILLISECOND)
#define TELL_AFTER SECOND

struct watched {
	char interface[INTERFACE_NAME_SIZE]; /* as it was given */
	int directory;    /* of its pins, with the mark for filter_watch_runs(); -1: none */
	ino_t pin;        /* of the trie that is up to date; 0: none. Every new pin has another */
	bool is_there;    /* has a filter, as far as one can know */
	uint64_t failing; /* since that time, 0: it is not */
	char told[sizeof(((struct problem *)0)->text)]; /* what was said of it; "": all is well */
};

struct watch {
	const char *bpffs;
	unsigned int slot;
	bool all; /* every interface that has the filter, not those that were named */
	struct watched *interfaces;
	size_t count;
	int routes;         /* local_routes_follow() */
	uint64_t next_look; /* at the pins */
	uint64_t next_read; /* of the routes */
};

/* A lock that is looked at without taking it: nobody is ever kept from anything by it. It is the open
 * file's, so it goes with the process, and the directory can be moved and removed. */
static struct flock whole(short type)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET };
}

static int open_directory(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool filter_watch_runs(const struct chain *chain)
{
	CLEANUP_CLOSE int directory = open_directory(chain->pins);
	struct flock lock = whole(F_WRLCK);

	return directory >= 0 && fcntl(directory, F_OFD_GETLK, &lock) == 0 &&
	       lock.l_type != F_UNLCK;
}

static void unmark(struct watched *watched)
{
	if (watched->directory >= 0)
		close(watched->directory);
	watched->directory = -1;
}

/* The directory is another one after --detach and --attach of the root. */
static bool is_marked(const struct watched *watched, const char *path)
{
	struct stat marked, now;

	return watched->directory >= 0 && fstat(watched->directory, &marked) == 0 &&
	       stat(path, &now) == 0 && marked.st_dev == now.st_dev && marked.st_ino == now.st_ino;
}

static int mark(struct watched *watched, const char *path, struct problem *problem)
{
	struct flock lock = whole(F_RDLCK);

	if (is_marked(watched, path))
		return 0;
	unmark(watched);
	watched->directory = open_directory(path);
	if (watched->directory >= 0 && fcntl(watched->directory, F_OFD_SETLK, &lock) == 0)
		return 0;
	return problem_errno(problem, -errno, "cannot mark %s as watched", path);
}

static ino_t pin_of(const struct chain *chain, unsigned int slot)
{
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	struct stat pin;

	slot_table_path(chain, slot, "", directory);
	bpffs_join(path, directory, FILTER_MAP_LOCAL_IPV4);
	return stat(path, &pin) == 0 ? pin.st_ino : 0;
}

static int sync_filter(const struct chain *chain, unsigned int slot, struct problem *problem)
{
	struct filter_maps maps;
	int err = filter_maps_open(&maps, chain, slot, problem);

	if (!err)
		err = local_maps_sync_now(maps.fd[FILTER_LOCAL_IPV4], maps.fd[FILTER_LOCAL_IPV6],
					  problem);
	filter_maps_close(&maps);
	return err;
}

/* Everything is looked up afresh: whatever loaders did meanwhile needs no case of its own. */
static int look_at(const struct watch *watch, struct watched *watched, bool routes_changed,
		   struct problem *problem)
{
	char name[INTERFACE_NAME_SIZE];
	struct attachment attachment;
	struct program_slot filter = { 0 };
	struct chain chain;
	ino_t pin;
	int err;

	interface_real_name(watched->interface, name);
	err = attachment_require_root(&chain, watch->bpffs, name, &attachment, problem);
	if (!err)
		err = program_slot_find(&chain, FILTER_PROGRAM, watch->slot, &filter, problem);
	if (!err) {
		pin = pin_of(&chain, filter.number);
		if (routes_changed || !pin || pin != watched->pin)
			err = sync_filter(&chain, filter.number, problem);
		watched->pin = err ? 0 : pin;
	}
	if (!err)
		err = mark(watched, chain.pins, problem);
	chain_close(&chain);
	return err;
}

static void tell(struct watched *watched, const char *text)
{
	if (!strcmp(watched->told, text))
		return;
	if (*text)
		log_warning("%s; waiting until the filter of %s can be kept current", text,
			    watched->interface);
	else
		log_warning("%s: the filter's local addresses are kept current again",
			    watched->interface);
	snprintf(watched->told, sizeof(watched->told), "%s", text);
}

static void look(const struct watch *watch, struct watched *watched, bool routes_changed)
{
	struct problem problem = { 0 };
	uint64_t now = monotonic_clock_now();

	if (look_at(watch, watched, routes_changed, &problem) == 0) {
		watched->failing = 0;
		tell(watched, "");
		return;
	}
	watched->pin = 0;
	if (!watched->failing)
		watched->failing = now;
	if (now - watched->failing < TELL_AFTER)
		return;
	unmark(watched);
	/* One that was taken away is nothing to wait for, unless it was named. */
	if (watched->is_there || !watch->all)
		tell(watched, problem.text);
}

static struct watched *find(const struct watch *watch, const char *interface)
{
	for (size_t i = 0; i < watch->count; i++) {
		if (!strcmp(watch->interfaces[i].interface, interface))
			return &watch->interfaces[i];
	}
	return NULL;
}

/* NULL: out of memory, told. */
static struct watched *add(struct watch *watch, const char *interface, struct problem *problem)
{
	struct watched *more = realloc(watch->interfaces, (watch->count + 1) * sizeof(*more));

	if (!more) {
		problem_errno(problem, -ENOMEM, "cannot watch");
		return NULL;
	}
	watch->interfaces = more;
	more += watch->count++;
	*more = (struct watched){ .directory = -1 };
	snprintf(more->interface, sizeof(more->interface), "%s", interface);
	return more;
}

/* Brings the interfaces up to date with those that have a filter. */
static int find_all(struct watch *watch, struct problem *problem)
{
	const struct interface_list every = { 0 };
	struct interface_list list = { 0 };
	int err = filter_state_list(&list, watch->bpffs, &every, watch->slot, problem);

	for (size_t i = 0; i < watch->count; i++)
		watch->interfaces[i].is_there = false;
	for (size_t i = 0; !err && i < list.count; i++) {
		struct watched *watched = find(watch, list.names[i]);
		uint32_t index;

		/* Pins of all network namespaces are in one place. */
		if (interface_index(list.names[i], &index) < 0)
			continue;
		if (!watched)
			watched = add(watch, list.names[i], problem);
		if (watched)
			watched->is_there = true;
		else
			err = -ENOMEM;
	}
	interface_list_free(&list);
	return err;
}

static void forget(struct watch *watch, size_t i)
{
	unmark(&watch->interfaces[i]);
	watch->interfaces[i] = watch->interfaces[--watch->count];
}

static void tell_manager(const struct watch *watch)
{
	size_t failing = 0;

	for (size_t i = 0; i < watch->count; i++)
		failing += watch->interfaces[i].failing != 0;
	service_status("local addresses of %zu filters are current, waiting for %zu",
		       watch->count - failing, failing);
}

/* Returns when to look again. */
static uint64_t look_at_all(struct watch *watch, bool routes_changed)
{
	uint64_t wait = watch->all ? LOOK_FOR_MORE_EACH : LOOK_EACH;

	for (size_t i = watch->count; i-- > 0;) {
		struct watched *watched = &watch->interfaces[i];
		bool is_awaited = watched->is_there || !watch->all;

		look(watch, watched, routes_changed);
		if (!watched->failing)
			continue;
		if (is_awaited ? !*watched->told : watched->directory >= 0)
			wait = LOOK_AGAIN_EACH;
		else if (!is_awaited)
			forget(watch, i);
	}
	return wait;
}

static int turn(void *context, int stop, uint64_t *ret_wait, struct problem *problem)
{
	struct watch *watch = context;
	uint64_t now = monotonic_clock_now();
	bool routes_changed = false;
	int err = local_routes_take_changes(watch->routes, &routes_changed, problem);

	(void)stop;
	if (!err && !routes_changed && now < watch->next_look) {
		*ret_wait = watch->next_look - now;
		return 0;
	}
	if (!err && watch->all)
		err = find_all(watch, problem);
	if (err)
		return err;
	routes_changed |= now >= watch->next_read;
	if (routes_changed)
		watch->next_read = now + READ_EACH;
	*ret_wait = look_at_all(watch, routes_changed);
	watch->next_look = now + *ret_wait;
	tell_manager(watch);
	return 0;
}

static int open_watch(struct watch *watch, const struct interface_list *interfaces,
		      struct problem *problem)
{
	for (size_t i = 0; i < interfaces->count; i++) {
		if (!add(watch, interfaces->names[i], problem))
			return -ENOMEM;
	}
	watch->routes = local_routes_follow(problem);
	return watch->routes < 0 ? watch->routes : 0;
}

static void close_watch(struct watch *watch)
{
	if (watch->routes >= 0)
		close(watch->routes);
	for (size_t i = 0; i < watch->count; i++)
		unmark(&watch->interfaces[i]);
	free(watch->interfaces);
}

int filter_watch(const char *bpffs, const struct interface_list *interfaces, unsigned int slot,
		 struct problem *problem)
{
	static const int needed[] = { CAP_BPF };
	struct watch watch = {
		.bpffs = bpffs, .slot = slot, .all = !interfaces->count, .routes = -1
	};
	int err = bpffs_check(bpffs, problem);

	if (!err)
		err = capability_require_reading("watch", problem);
	if (!err)
		err = capability_keep_only(needed, 1, problem);
	if (!err)
		err = open_watch(&watch, interfaces, problem);
	if (!err)
		err = service_run(&(struct service_work){ .turn = turn, .wakes = watch.routes },
				  &watch, problem);
	close_watch(&watch);
	return err;
}
