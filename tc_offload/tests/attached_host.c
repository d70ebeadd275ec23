// SPDX-License-Identifier: GPL-2.0-only
#include "attached_host.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "abi/pin_names.h"
#include "harness/scratch_bpffs.h"
#include "log.h"
#include "offload_program.h"

#define LINE_SIZE 1024

struct problem attached_host_problem;
static char said[8192];
static unsigned int fds_before;

static int run(const char *line)
{
	return SCRATCH_RUN("sh", "-c", line);
}

void attached_host_run(const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (run(line))
		fail_msg("%s", line);
}

bool attached_host_shows(const char *command, const char *text)
{
	char line[LINE_SIZE];

	snprintf(line, sizeof(line), "%s | grep -qF -- '%s'", command, text);
	return run(line) == 0;
}

static int make_interfaces(void)
{
	return run("set -e; ip link set lo up; for i in 0 1; do"
		   " ip link add o$i address 02:00:00:00:0$i:fe type veth peer name p$i;"
		   " ip link set p$i up; ip link set o$i up; done");
}

const char *attached_host_enter(void)
{
	const char *reason = scratch_bpffs_enter();

	log_open("tc_offload", false);
	if (reason)
		return reason;
	if (unshare(CLONE_NEWNET) < 0)
		reason = "no right to make a network namespace (CAP_SYS_ADMIN)";
	else if (make_interfaces())
		reason = "no veth, or no ip command";
	if (reason)
		scratch_bpffs_leave();
	return reason;
}

void attached_host_leave(void)
{
	scratch_bpffs_leave();
}

void attached_host_renew(void)
{
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(make_interfaces(), 0);
}

int attached_host_set_up(void **state)
{
	(void)state;
	attached_host_problem = (struct problem){ 0 };
	*said = '\0';
	fds_before = scratch_open_fds();
	attached_host_renew();
	return 0;
}

int attached_host_tear_down(void **state)
{
	(void)state;
	assert_int_equal(bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL), 0);
	assert_int_equal(scratch_open_fds(), fds_before);
	return 0;
}

const char *attached_host_bpffs(void)
{
	return scratch_bpffs();
}

const char *attached_host_said(void)
{
	return said;
}

void attached_host_must(int err)
{
	if (err)
		fail_msg("%d: %s", err, attached_host_problem.text);
}

void attached_host_told(const char *text)
{
	if (!strstr(attached_host_problem.text, text))
		fail_msg("'%s' instead of '%s'", attached_host_problem.text, text);
}

static FILE *hear(void)
{
	FILE *stream = fmemopen(said, sizeof(said) - 1, "w");

	assert_non_null(stream);
	memset(said, 0, sizeof(said));
	attached_host_problem = (struct problem){ 0 };
	return stream;
}

int attached_host_attach_as(const char *interfaces, struct offload_attach_wish *wish)
{
	struct interface_list list = { 0 };
	FILE *stream = hear();
	int err;

	assert_int_equal(interface_list_add(&list, interfaces, NULL), 0);
	wish->interfaces = &list;
	err = offload_attach(stream, scratch_bpffs(), wish, &attached_host_problem);
	wish->interfaces = NULL;
	interface_list_free(&list);
	fclose(stream);
	return err;
}

int attached_host_attach(const char *interfaces, enum offload_at_choice at)
{
	struct offload_attach_wish wish = { .at = at };

	return attached_host_attach_as(interfaces, &wish);
}

int attached_host_detach(const char *interfaces, enum offload_at_choice at)
{
	struct interface_list list = { 0 };
	FILE *stream = hear();
	int err;

	assert_int_equal(interface_list_add(&list, interfaces, NULL), 0);
	err = offload_detach(stream, scratch_bpffs(), &list, at, &attached_host_problem);
	interface_list_free(&list);
	fclose(stream);
	return err;
}

struct offload_host attached_host_open(void)
{
	struct offload_host host;

	attached_host_must(offload_host_open(&host, scratch_bpffs(), &attached_host_problem));
	return host;
}

const char *attached_host_path(const char *behind)
{
	static char path[4][BPFFS_PATH_SIZE + 64];
	static unsigned int next;
	char host[BPFFS_PATH_SIZE];

	assert_int_equal(offload_host_path(scratch_bpffs(), host, NULL), 0);
	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[next]), "%s%s", host, behind);
	return path[next];
}

static struct offload_host directory_only(void)
{
	struct offload_host host = OFFLOAD_HOST_CLOSED;

	assert_int_equal(offload_host_path(scratch_bpffs(), host.directory, NULL), 0);
	return host;
}

struct tc_link_state attached_host_state(const char *interface, enum offload_side side)
{
	const struct offload_host host = directory_only();
	struct tc_link link = offload_host_link(&host, if_nametoindex(interface), side);
	struct tc_link_state found;

	attached_host_must(tc_link_query(&link, &found, &attached_host_problem));
	return found;
}

size_t attached_host_places(void)
{
	const struct offload_host host = directory_only();
	struct offload_place *places;
	size_t count;

	if (!bpffs_exists(host.directory))
		return 0;
	attached_host_must(offload_host_places(&host, &places, &count, &attached_host_problem));
	free(places);
	return count;
}

size_t attached_host_pins(void)
{
	char line[LINE_SIZE];
	size_t count = 0;
	FILE *list;

	snprintf(line, sizeof(line), "find %s -mindepth 2", scratch_bpffs());
	list = popen(line, "r");
	assert_non_null(list);
	while (fgets(line, sizeof(line), list))
		count++;
	pclose(list);
	return count;
}

void attached_host_force(const char *interface, enum offload_side side)
{
	char name[64];
	int link;

	snprintf(name, sizeof(name), "/%s_link_%u", offload_side_name(side),
		 if_nametoindex(interface));
	link = bpffs_open(attached_host_path(name));
	if (link < 0) {
		attached_host_run("tc filter del dev %s %s", interface, offload_side_name(side));
		return;
	}
	assert_int_equal(bpf_link_detach(link), 0);
	close(link);
}

void attached_host_clsact(const char *interface, enum offload_side side)
{
	const struct offload_host host = directory_only();
	const struct offload_at at = { .ifindex = if_nametoindex(interface), .side = side };
	struct tc_link link = offload_host_link(&host, at.ifindex, side);
	struct offload_program program;

	link.only_clsact = true;
	attached_host_must(
		offload_program_load(&program, host.directory, &at, &attached_host_problem));
	attached_host_must(
		tc_link_attach(&link, offload_program_fd(&program), &attached_host_problem));
	attached_host_must(offload_program_pin_counters(&program, host.directory, &at,
							&attached_host_problem));
	offload_program_close(&program);
}
