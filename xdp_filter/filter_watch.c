// SPDX-License-Identifier: GPL-2.0-only
#include "filter_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "attachment.h"
#include "bpffs.h"
#include "capability.h"
#include "cleanup.h"
#include "filter_maps.h"
#include "program_slot.h"
#include "local_maps.h"
#include "local_routes.h"
#include "log.h"
#include "monotonic_clock.h"
#include "slot_table.h"
#include "xdp_filter.h"

/* How often the pins are looked at when nothing happens, in milliseconds, and with every how many of
 * these looks the routes are read all the same: a million routes take the kernel 0.2 s. */
#define LOOK_EACH 5000
#define LOOKS_PER_READ 12
/* How soon it looks again at what is not as it should be, and how long before it says so: a loader that
 * replaces a filter has its pins out of place for a moment. */
#define LOOK_AGAIN_EACH 200
#define TELL_AFTER 1000

enum wake {
	WAKE_TO_LOOK,
	WAKE_TO_READ, /* the routes, too */
	WAKE_TO_END,
};

struct watched {
	const char *interface; /* as it was given */
	int directory;         /* of its pins, with the mark for filter_watch_runs(); -1: none */
	ino_t pin;        /* of the trie that is up to date; 0: none. Every new pin has another */
	uint64_t failing; /* since that time in milliseconds, 0: it is not */
	char told[sizeof(((struct problem *)0)->text)]; /* what was said of it; "": all is well */
};

struct watch {
	const char *bpffs;
	unsigned int slot;
	struct watched *interfaces;
	size_t count;
	int routes;  /* local_routes_follow() */
	int signals; /* signalfd */
	int timer;   /* timerfd */
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
static int look_at(const struct watch *watch, struct watched *watched, enum wake wake,
		   struct problem *problem)
{
	char name[INTERFACE_NAME_SIZE];
	struct attachment attachment;
	struct program_slot filter;
	struct chain chain;
	ino_t pin;
	int err;

	interface_real_name(watched->interface, name);
	err = attachment_require_root(&chain, watch->bpffs, name, &attachment, problem);
	if (!err)
		err = program_slot_find(&chain, FILTER_PROGRAM, watch->slot, &filter, problem);
	if (!err) {
		pin = pin_of(&chain, filter.number);
		if (wake == WAKE_TO_READ || !pin || pin != watched->pin)
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

static uint64_t now_in_milliseconds(void)
{
	return monotonic_clock_now() / 1000000;
}

static void look(const struct watch *watch, struct watched *watched, enum wake wake)
{
	struct problem problem = { 0 };

	if (look_at(watch, watched, wake, &problem) == 0) {
		watched->failing = 0;
		tell(watched, "");
		return;
	}
	watched->pin = 0;
	if (!watched->failing)
		watched->failing = now_in_milliseconds();
	if (now_in_milliseconds() - watched->failing < TELL_AFTER)
		return;
	unmark(watched);
	tell(watched, problem.text);
}

/* Looks at every filter; returns when to do it again at the latest, in milliseconds. */
static int look_at_all(const struct watch *watch, enum wake wake)
{
	int next = LOOK_EACH;

	for (size_t i = 0; i < watch->count; i++) {
		struct watched *watched = &watch->interfaces[i];

		look(watch, watched, wake);
		if (watched->failing && !*watched->told)
			next = LOOK_AGAIN_EACH;
	}
	return next;
}

static int wait_for_wake(const struct watch *watch, enum wake *ret_wake, struct problem *problem)
{
	struct pollfd events[] = { { .fd = watch->signals, .events = POLLIN },
				   { .fd = watch->timer, .events = POLLIN },
				   { .fd = watch->routes, .events = POLLIN } };
	bool changed = false;
	int err = 0;

	*ret_wake = WAKE_TO_READ;
	while (!err && !changed) {
		if (poll(events, sizeof(events) / sizeof(*events), -1) < 0 && errno != EINTR)
			return problem_errno(problem, -errno, "cannot wait for changes");
		if (events[0].revents || events[1].revents) {
			*ret_wake = events[0].revents ? WAKE_TO_END : WAKE_TO_LOOK;
			return 0;
		}
		err = local_routes_take_changes(watch->routes, &changed, problem);
	}
	return err;
}

static int arm(const struct watch *watch, int milliseconds, struct problem *problem)
{
	const struct itimerspec when = { .it_value = { .tv_sec = milliseconds / 1000,
						       .tv_nsec =
							       milliseconds % 1000 * 1000000L } };

	if (timerfd_settime(watch->timer, 0, &when, NULL) < 0)
		return problem_errno(problem, -errno, "cannot set a timer");
	return 0;
}

static int run(const struct watch *watch, struct problem *problem)
{
	enum wake wake = WAKE_TO_READ;
	unsigned int looks = 0;
	int err = 0;

	while (!err && wake != WAKE_TO_END) {
		if (++looks == LOOKS_PER_READ)
			wake = WAKE_TO_READ;
		if (wake == WAKE_TO_READ)
			looks = 0;
		err = arm(watch, look_at_all(watch, wake), problem);
		if (!err)
			err = wait_for_wake(watch, &wake, problem);
	}
	return err;
}

static int open_watch(struct watch *watch, const struct interface_list *interfaces,
		      const sigset_t *signals, struct problem *problem)
{
	watch->interfaces = calloc(interfaces->count, sizeof(*watch->interfaces));
	if (!watch->interfaces)
		return problem_errno(problem, -ENOMEM, "cannot watch");
	watch->count = interfaces->count;
	for (size_t i = 0; i < watch->count; i++)
		watch->interfaces[i] =
			(struct watched){ .interface = interfaces->names[i], .directory = -1 };
	watch->signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	watch->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (watch->signals < 0 || watch->timer < 0)
		return problem_errno(problem, -errno, "cannot watch");
	watch->routes = local_routes_follow(problem);
	return watch->routes < 0 ? watch->routes : 0;
}

static void close_watch(struct watch *watch)
{
	const int fds[] = { watch->signals, watch->timer, watch->routes };
	struct signalfd_siginfo signal;

	/* One that is left would end the process when it is let through again. */
	while (watch->signals >= 0 && read(watch->signals, &signal, sizeof(signal)) > 0)
		;

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	for (size_t i = 0; i < watch->count; i++)
		unmark(&watch->interfaces[i]);
	free(watch->interfaces);
}

int filter_watch(const char *bpffs, const struct interface_list *interfaces, unsigned int slot,
		 struct problem *problem)
{
	struct watch watch = {
		.bpffs = bpffs, .slot = slot, .signals = -1, .timer = -1, .routes = -1
	};
	sigset_t signals, before;
	int err;

	if (!interfaces->count)
		return problem_set(problem, -EINVAL, "--watch needs --interface LIST");
	err = bpffs_check(bpffs, problem);
	if (!err)
		err = capability_require("watch", problem);
	if (err)
		return err;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, &before);
	err = open_watch(&watch, interfaces, &signals, problem);
	if (!err)
		err = run(&watch, problem);
	close_watch(&watch);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}
