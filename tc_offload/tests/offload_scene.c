// SPDX-License-Identifier: GPL-2.0-only
#include "offload_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flow_file.h"
#include "harness/scratch_bpffs.h"
#include "interface.h"
#include "log.h"
#include "offload_change.h"
#include "pin_lock.h"

struct problem offload_scene_problem;
char *offload_scene_said;

static struct problem *const problem = &offload_scene_problem;
static unsigned int fds_before;

const char *offload_scene_enter(void)
{
	const char *reason = scratch_bpffs_enter();

	if (!reason && unshare(CLONE_NEWNET) < 0)
		reason = "no right to make a network namespace (CAP_SYS_ADMIN)";
	if (!reason && SCRATCH_RUN("sh", "-c", "ip link add r0 type veth peer name p0") != 0)
		reason = "no veth, or no ip command";
	if (!reason)
		log_open("test", false);
	return reason;
}

void offload_scene_leave(void)
{
	scratch_bpffs_leave();
}

void offload_scene_run(const char *line)
{
	if (SCRATCH_RUN("sh", "-c", line) != 0)
		fail_msg("%s", line);
}

static void make_interface(unsigned int n)
{
	char line[512];

	(void)snprintf(line, sizeof(line),
		       "ip -batch - <<END\n"
		       "link add r%u type veth peer name p%u\n"
		       "address add 10.0.%u.1/24 dev r%u\n"
		       "address add fd00:%u::1/64 dev r%u nodad\n"
		       "link set p%u up\n"
		       "link set r%u up\n"
		       "neigh add 10.0.%u.4 lladdr 02:00:00:00:0%u:04 dev r%u\n"
		       "neigh add fd00:%u::4 lladdr 02:00:00:00:0%u:04 dev r%u\n"
		       "END",
		       n, n, n, n, n, n, n, n, n, n, n, n, n, n);
	offload_scene_run(line);
}

static void change_host(bool make)
{
	const char *bpffs = scratch_bpffs();
	int lock = pin_lock_take(bpffs, 5, problem);

	assert_true(lock >= 0);
	offload_scene_must(make ? offload_host_create(bpffs, OFFLOAD_SCENE_FLOWS, problem) :
				  offload_host_tidy(bpffs, problem));
	pin_lock_release(bpffs, lock);
}

void offload_scene_attach(void)
{
	change_host(true);
}

void offload_scene_detach(void)
{
	change_host(false);
}

int offload_scene_set_up(void **state)
{
	(void)state;
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	*problem = (struct problem){ 0 };
	offload_scene_run("ip link set lo up && echo 1 > /proc/sys/net/ipv4/ip_forward && "
			  "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad");
	make_interface(1);
	make_interface(2);
	fds_before = scratch_open_fds();
	change_host(true);
	return 0;
}

int offload_scene_tear_down(void **state)
{
	(void)state;
	free(offload_scene_said);
	offload_scene_said = NULL;
	change_host(false);
	assert_int_equal(scratch_open_fds(), fds_before);
	return 0;
}

const char *offload_scene_bpffs(void)
{
	return scratch_bpffs();
}

void offload_scene_must(int err)
{
	if (err)
		fail_msg("%d: %s", err, problem->text);
}

void offload_scene_says(const char *text)
{
	if (!strstr(problem->text, text))
		fail_msg("'%s' instead of '%s'", problem->text, text);
}

struct flow_rule_list offload_scene_rules(const char *lines)
{
	struct flow_rule_list rules = { 0 };
	FILE *stream = fmemopen((char *)(uintptr_t)lines, strlen(lines), "r");

	offload_scene_must(flow_file_read(stream, "rules", &rules, problem));
	fclose(stream);
	return rules;
}

FILE *offload_scene_listen(void)
{
	static size_t size;

	free(offload_scene_said);
	offload_scene_said = NULL;
	*problem = (struct problem){ 0 };
	return open_memstream(&offload_scene_said, &size);
}

int offload_scene_add(const char *lines, bool dry_run)
{
	struct flow_rule_list rules = offload_scene_rules(lines);
	FILE *stream = offload_scene_listen();
	int err = offload_change_flow_add(stream, offload_scene_bpffs(), &rules, dry_run, problem);

	fclose(stream);
	flow_rule_list_free(&rules);
	return err;
}

struct offload_host offload_scene_host(void)
{
	struct offload_host host;

	offload_scene_must(offload_host_open(&host, offload_scene_bpffs(), problem));
	return host;
}

struct offload_settings offload_scene_settings(void)
{
	struct offload_host host = offload_scene_host();
	struct offload_settings settings;

	offload_scene_must(offload_host_read_settings(&host, &settings, problem));
	offload_host_close(&host);
	return settings;
}

struct offload_daemon offload_scene_daemon(void)
{
	struct offload_host host = offload_scene_host();
	struct offload_daemon daemon;

	offload_scene_must(offload_host_read_daemon(&host, &daemon, problem));
	offload_host_close(&host);
	return daemon;
}

bool offload_scene_find(const char *in, struct flow_value *ret_value)
{
	struct offload_host host = offload_scene_host();
	struct flow_rule rule;
	int err;

	offload_scene_must(flow_rule_parse_in(in, &rule, problem));
	err = flow_tables_find(&host.flows, FLOW_TABLE_STATIC, &rule.key, ret_value);
	offload_host_close(&host);
	if (err != -ENOENT)
		offload_scene_must(err);
	return !err;
}

struct flow_way offload_scene_way(const char *in)
{
	struct offload_host host = offload_scene_host();
	struct flow_nexthop nexthop;
	struct flow_value value;

	assert_true(offload_scene_find(in, &value));
	assert_int_equal(bpf_map_lookup_elem(host.fd[OFFLOAD_NEXTHOPS], &value.nexthop, &nexthop),
			 0);
	offload_host_close(&host);
	return nexthop.way[nexthop.current & 1];
}

uint32_t offload_scene_ifindex(const char *name)
{
	uint32_t ifindex = 0;

	assert_int_equal(interface_index(name, &ifindex), 0);
	return ifindex;
}
