// SPDX-License-Identifier: GPL-2.0-only
#include "offload_facts.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpffs.h"
#include "capability.h"
#include "cleanup.h"
#include "offload_sysctls.h"

#define JIT_SYSCTL "/proc/sys/net/core/bpf_jit_enable"

static const struct {
	int capability;
	const char *name;
} needed[] = {
	{ CAP_BPF, "CAP_BPF" },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN" },
	{ CAP_PERFMON, "CAP_PERFMON" },
};

static void read_capabilities(struct offload_host_facts *host)
{
	size_t length = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		if (!capability_has(needed[i].capability))
			length += (size_t)snprintf(host->lacking + length,
						   sizeof(host->lacking) - length, "%s%s",
						   length ? ", " : "", needed[i].name);
	}
}

/* Network namespaces but the first do not have it. */
static int read_jit(void)
{
	FILE *file = fopen(JIT_SYSCTL, "re");
	int digit = file ? fgetc(file) : EOF;

	if (file)
		(void)fclose(file);
	return digit >= '0' && digit <= '2' ? digit - '0' : -1;
}

/* Adds those that are attached. Without the lock, which would have to be made where there is none: what
 * somebody changes meanwhile may be seen half. */
static int read_attached(struct offload_host_facts *facts, const char *bpffs,
			 struct interface_list *list)
{
	struct offload_host host = OFFLOAD_HOST_CLOSED;
	CLEANUP_FREE struct offload_place *places = NULL;
	char name[INTERFACE_NAME_SIZE];
	size_t count = 0;
	int err = offload_host_open(&host, bpffs, NULL);

	if (!err) {
		(void)offload_state_read_host(&facts->state, &host, NULL);
		err = offload_host_places(&host, &places, &count, NULL);
	}
	for (size_t i = 0; !err && i < count; i++) {
		if (interface_name_of(places[i].ifindex, name) == 0)
			err = interface_list_add(list, name, NULL);
	}
	offload_host_close(&host);
	return err == -ENOMEM ? err : 0;
}

static int read_host(struct offload_host_facts *host, const char *bpffs,
		     struct interface_list *ret_attached)
{
	struct problem problem = { 0 };

	for (unsigned int i = 0; i < OFFLOAD_SYSCTL_COUNT; i++) {
		if (offload_sysctl_read(i, &host->sysctl[i], NULL))
			host->sysctl[i] = -1;
	}
	read_capabilities(host);
	host->jit = read_jit();
	if (bpffs_check(bpffs, &problem)) {
		(void)snprintf(host->bpffs_problem, sizeof(host->bpffs_problem), "%.*s",
			       (int)sizeof(host->bpffs_problem) - 1, problem.text);
		return 0;
	}
	return read_attached(host, bpffs, ret_attached);
}

/* Which interfaces: the given ones, else the attached ones, else all. A name that is given need not be that
 * of an interface. */
static int choose(const struct interface_list *wanted, struct interface_list *attached,
		  struct interface_list *ret_list)
{
	struct interface_list all = { 0 };
	char name[INTERFACE_NAME_SIZE];
	int err = 0;

	if (!wanted->count && attached->count) {
		*ret_list = *attached;
		*attached = all;
		return 0;
	}
	if (!wanted->count) {
		err = interface_list_add(&all, "all", NULL);
		wanted = &all;
		if (!err)
			err = interface_list_add(ret_list, "lo", NULL);
	}
	for (size_t i = 0; !err && i < wanted->count; i++) {
		struct interface_list one = { .names = &wanted->names[i], .count = 1 };
		struct interface_list more = { 0 };

		/* What cannot be found is told as a fact. */
		if (offload_interfaces_expand(&one, &more, NULL) == 0) {
			for (size_t j = 0; !err && j < more.count; j++) {
				interface_real_name(more.names[j], name);
				err = interface_list_add(ret_list, name, NULL);
			}
		} else if (wanted != &all) {
			interface_real_name(wanted->names[i], name);
			err = interface_list_add(ret_list, name, NULL);
		}
		interface_list_free(&more);
	}
	interface_list_free(&all);
	return err;
}

int offload_facts_read(struct offload_facts *ret_facts, const char *bpffs,
		       const struct interface_list *wanted, struct problem *problem)
{
	struct interface_list attached = { 0 }, chosen = { 0 };
	int err;

	*ret_facts = (struct offload_facts){ 0 };
	err = read_host(&ret_facts->host, bpffs, &attached);
	if (!err)
		err = choose(wanted, &attached, &chosen);
	if (!err)
		ret_facts->devices = calloc(chosen.count + 1, sizeof(*ret_facts->devices));
	if (!err && !ret_facts->devices)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < chosen.count; i++)
		offload_device_facts_read(&ret_facts->devices[ret_facts->device_count++],
					  chosen.names[i]);
	interface_list_free(&attached);
	interface_list_free(&chosen);
	return err ? problem_errno(problem, err, "cannot look at the interfaces") : 0;
}

void offload_facts_free(struct offload_facts *facts)
{
	free(facts->host.state.nexthops);
	free(facts->devices);
	*facts = (struct offload_facts){ 0 };
}
