// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_reload.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "attached_sampler.h"
#include "ring_reader.h"
#include "sampler_attach.h"
#include "sampler_change.h"

#define WAIT_MILLISECONDS 10000
#define LOOK_MILLISECONDS 20

static int check_fixed(const char *interface, const struct sampler_settings *now,
		       const struct sampler_settings *wanted, struct problem *problem)
{
	if (wanted->given[SAMPLER_SETTING_RING_SIZE] && wanted->ring_size != now->ring_size)
		return problem_set(problem, -EBUSY,
				   "%s: ring_size cannot change while the sampler is attached; run: "
				   "xdp_sampler --detach --interface %s, then --attach",
				   interface, interface);
	if (wanted->given[SAMPLER_SETTING_INGRESS_SLOT] && now->places & 1U << SAMPLER_INGRESS &&
	    wanted->ingress_slot != now->ingress_slot)
		return problem_set(problem, -EBUSY,
				   "%s: ingress_slot cannot change while the program is there; run: "
				   "xdp_sampler --attach --at verdict --interface %s, then --reload",
				   interface, interface);
	return 0;
}

static void tell(FILE *stream, const char *interface, const struct sampler_settings *before,
		 const struct sampler_settings *after)
{
	char was[SAMPLER_SETTING_TEXT_SIZE], is[SAMPLER_SETTING_TEXT_SIZE];
	bool differs = false;

	fprintf(stream, "%s:", interface);
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++) {
		const char *old = sampler_settings_text(before, (enum sampler_setting)i, was);
		const char *now = sampler_settings_text(after, (enum sampler_setting)i, is);

		if (!strcmp(old, now))
			continue;
		fprintf(stream, "%s %s: %s -> %s", differs ? "," : "", sampler_settings[i].name,
			old, now);
		differs = true;
	}
	fprintf(stream, "%s\n", differs ? "" : " settings are as they were");
}

static int read_settings(const char *bpffs, const char *interface,
			 struct sampler_settings *ret_settings, struct problem *problem)
{
	struct attached_sampler sampler;
	int err = attached_sampler_open(&sampler, bpffs, interface, problem);

	if (!err)
		err = attached_sampler_settings(&sampler, ret_settings, problem);
	attached_sampler_close(&sampler);
	return err;
}

static int reload_settings(FILE *stream, const char *bpffs, const char *interface,
			   const struct sampler_settings *plan, struct problem *problem)
{
	struct sampler_settings before, wanted = *plan, after;
	int err = read_settings(bpffs, interface, &before, problem);

	if (!err)
		err = check_fixed(interface, &before, &wanted, problem);
	if (err)
		return err;
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++)
		wanted.given[i] |=
			i != SAMPLER_SETTING_RING_SIZE && i != SAMPLER_SETTING_INGRESS_SLOT;
	if (wanted.places != before.places)
		err = sampler_attach(bpffs, interface, &wanted, problem);
	else
		err = sampler_set(bpffs, interface, &wanted, problem);
	if (!err)
		err = read_settings(bpffs, interface, &after, problem);
	if (!err)
		tell(stream, interface, &before, &after);
	return err;
}

int sampler_reload(FILE *stream, const char *bpffs, const char *interface,
		   const struct sampler_plan *plan, struct problem *problem)
{
	int err = reload_settings(stream, bpffs, interface, &plan->settings, problem);

	return err ? err : sampler_record_plan(bpffs, interface, plan, problem);
}

static int wait_for_answer(const struct sampler_maps *maps, const struct ledger_daemon *before,
			   struct ledger_daemon *ret_daemon, struct problem *problem)
{
	struct timespec pause = { .tv_nsec = LOOK_MILLISECONDS * 1000000L };
	int err = 0;

	for (int i = 0; !err && i < WAIT_MILLISECONDS / LOOK_MILLISECONDS; i++) {
		err = sampler_maps_read_daemon(maps, ret_daemon, problem);
		if (!err && ret_daemon->reloads != before->reloads)
			return 0;
		nanosleep(&pause, NULL);
	}
	return err ? err :
		     problem_set(problem, -ETIMEDOUT,
				 "the reader (process %u) has not answered within %d s",
				 before->pid, WAIT_MILLISECONDS / 1000);
}

/* *ret_pid: the reader that was told, 0 if nobody reads. */
static int tell_reader(const struct attached_sampler *sampler, uint32_t told, uint32_t *ret_pid,
		       struct problem *problem)
{
	struct ledger_daemon before, after;
	int err = sampler_maps_read_daemon(&sampler->maps, &before, problem);

	*ret_pid = 0;
	if (err || ring_reader_of(&sampler->chain, &before) != RING_READER_RUNNING ||
	    before.pid == told)
		return err;
	*ret_pid = before.pid;
	if (kill((pid_t)before.pid, SIGHUP) < 0)
		return problem_errno(problem, -errno, "cannot tell the reader (process %u)",
				     before.pid);
	err = wait_for_answer(&sampler->maps, &before, &after, problem);
	if (!err && after.reload_error)
		err = problem_set(problem, (int)after.reload_error, "the reader (process %u): %.*s",
				  before.pid, (int)sizeof(after.reload_text), after.reload_text);
	return err;
}

int sampler_reload_readers(FILE *stream, const char *bpffs, const struct interface_list *interfaces,
			   struct problem *problem)
{
	uint32_t told = 0, pid;
	int err = 0;

	for (size_t i = 0; !err && i < interfaces->count; i++) {
		struct attached_sampler sampler;
		char name[INTERFACE_NAME_SIZE];

		interface_real_name(interfaces->names[i], name);
		err = attached_sampler_look(&sampler, bpffs, name, problem);
		if (!err)
			err = tell_reader(&sampler, told, &pid, problem);
		if (!err && pid) {
			fprintf(stream, "reader (process %u): has taken its sinks again\n", pid);
			told = pid;
		}
		attached_sampler_close(&sampler);
	}
	return err;
}
