// SPDX-License-Identifier: GPL-2.0-only
#include "bypassed_router.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_link.h>
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
#include "bypass_maps.h"
#include "bypass_slot.h"
#include "chain.h"
#include "harness/run_program.h"
#include "harness/scratch_bpffs.h"
#include "log.h"
#include "slot_table.h"
#include "subprogram.h"

#define ROUTER_INTERFACES 2

struct problem bypassed_router_problem;

static struct root {
	const char *name;
	struct run_program program;
	struct chain chain;
} roots[ROUTER_INTERFACES] = { { .name = "r0" }, { .name = "r1" } };
static unsigned int fds_before;

static bool run_line(const char *line)
{
	return SCRATCH_RUN("sh", "-c", line) == 0;
}

static void must_run(const char *line)
{
	if (!run_line(line))
		fail_msg("%s", line);
}

const char *bypassed_router_enter(void)
{
	const char *reason = scratch_bpffs_enter();

	if (!reason && unshare(CLONE_NEWNET) < 0)
		reason = "no right to make a network namespace (CAP_SYS_ADMIN)";
	if (!reason &&
	    !run_line("ip link set lo up && ip link add r0 type veth peer name p0 && ethtool -K "
		      "p0 gro on"))
		reason = "no veth, or no ip and ethtool commands";
	if (reason)
		return reason;
	must_run("ip link del r0");
	log_open("test", false);
	return NULL;
}

void bypassed_router_leave(void)
{
	scratch_bpffs_leave();
}

const char *bypassed_router_bpffs(void)
{
	return scratch_bpffs();
}

static void pin_root(struct root *root)
{
	struct ecbpf_chain_identity identity = { .abi_version = ECBPF_ABI_VERSION,
						 .ifindex = if_nametoindex(root->name),
						 .mode = ECBPF_MODE_NATIVE };
	struct network_namespace here;
	char path[BPFFS_PATH_SIZE];

	assert_int_equal(network_namespace_current(&here), 0);
	identity.netns_cookie = here.cookie;
	identity.netns_inode = here.inode;
	chain_init(&root->chain, scratch_bpffs(), root->name);
	/* chain_close() closes them, the object keeps its own. */
	for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
		root->chain.map[i] = dup(run_map(&root->program, chain_map_shapes[i].name));
		assert_true(root->chain.map[i] >= 0);
	}
	root->chain.link = bpf_link_create(bpf_program__fd(root->program.program),
					   (int)identity.ifindex, BPF_XDP, NULL);
	assert_true(root->chain.link >= 0);
	assert_int_equal(chain_write_identity(&root->chain, &identity, NULL), 0);
	assert_int_equal(chain_pin_maps(&root->chain, NULL), 0);
	bpffs_join(path, root->chain.pins, ECBPF_PIN_LINK);
	assert_int_equal(bpffs_pin(root->chain.link, path, NULL), 0);
}

int bypassed_router_set_up(void **state)
{
	(void)state;
	bypassed_router_problem = (struct problem){ 0 };
	fds_before = scratch_open_fds();
	must_run("set -e; for i in 0 1; do"
		 " ip link add r$i address 02:00:00:00:0$i:fe type veth peer name p$i;"
		 " ethtool -K p$i gro on >&-; ip link set p$i up; ip link set r$i up; done;"
		 "ip address add 10.1.0.254/24 dev r0; ip address add 10.2.0.254/24 dev r1;"
		 "ip neigh add 10.1.0.1 lladdr 02:00:00:00:00:01 nud permanent dev r0;"
		 "ip neigh add 10.2.0.1 lladdr 02:00:00:00:01:01 nud permanent dev r1");
	assert_int_equal(bpffs_make_directory(scratch_path(ECBPF_PIN_BASE)), 0);
	/* Both sides register libbpf's sections; the later one counts. */
	assert_int_equal(subprogram_register_sections(NULL), 0);
	for (int i = 0; i < ROUTER_INTERFACES; i++) {
		assert_int_equal(run_open(&roots[i].program, NULL, ECBPF_OBJECT_DIR "/xdp_root.o",
					  "xdp_root", RUN_ALONE),
				 0);
		assert_int_equal(run_load(&roots[i].program), 0);
		pin_root(&roots[i]);
	}
	return 0;
}

int bypassed_router_tear_down(void **state)
{
	int err;

	(void)state;
	for (int i = 0; i < ROUTER_INTERFACES; i++) {
		chain_close(&roots[i].chain);
		run_close(&roots[i].program);
	}
	(void)run_line("ip link del r0 2>&-; ip link del r1 2>&-");
	err = bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL);
	assert_int_equal(scratch_open_fds(), fds_before);
	return err;
}

void bypassed_router_must(int err)
{
	if (err)
		fail_msg("%s", bypassed_router_problem.text);
}

static int attach(const char *interface, const struct bypass_plan *plan,
		  const struct bypass_request *said)
{
	static const struct bypass_plan no_plan;
	static const struct bypass_request nothing;
	struct bypass_attach_wish wish = { .slot = BYPASS_SLOT_ANY,
					   .plan = plan ? plan : &no_plan,
					   .said = said ? said : &nothing };

	bypassed_router_problem = (struct problem){ 0 };
	return bypass_attach(scratch_bpffs(), interface, &wish, &bypassed_router_problem);
}

int bypassed_router_attach(const char *interface, const struct bypass_request *said)
{
	return attach(interface, NULL, said);
}

int bypassed_router_attach_plan(const char *interface, const struct bypass_plan *plan)
{
	return attach(interface, plan, NULL);
}

int bypassed_router_detach(const char *interface)
{
	return bypass_detach(scratch_bpffs(), interface, BYPASS_SLOT_ANY, &bypassed_router_problem);
}

static struct root *root_of(const char *interface)
{
	return &roots[!strcmp(interface, roots[1].name)];
}

uint32_t bypassed_router_program(const char *interface, unsigned int slot)
{
	struct slot slots[ECBPF_PLACE_COUNT];

	assert_int_equal(slot_table_read(&root_of(interface)->chain, slots, NULL), 0);
	return slots[slot].program_id;
}

bool bypassed_router_observes(const char *interface)
{
	struct tc_link link =
		bypass_host_observer(bypassed_router_path(""), if_nametoindex(interface));
	struct tc_link_state found;

	assert_int_equal(tc_link_query(&link, &found, NULL), 0);
	return found.kind != TC_LINK_NONE;
}

struct bypass_config bypassed_router_config(const char *interface)
{
	struct bypass_config config;
	struct bypass_maps maps;

	assert_int_equal(bypass_maps_open(&maps, &root_of(interface)->chain, BYPASS_SLOT_DEFAULT,
					  NULL),
			 0);
	assert_int_equal(bypass_maps_read_config(&maps, &config, NULL), 0);
	bypass_maps_close(&maps);
	return config;
}

void bypassed_router_remove_root(const char *interface)
{
	struct root *root = root_of(interface);

	assert_int_equal(bpf_link_detach(root->chain.link), 0);
	assert_int_equal(slot_table_clear(&root->chain, BYPASS_SLOT_DEFAULT, NULL), 0);
	assert_int_equal(chain_remove(&root->chain, NULL), 0);
}

void bypassed_router_remove_link(const char *interface)
{
	char line[64];

	snprintf(line, sizeof(line), "ip link del %s", interface);
	must_run(line);
}

const char *bypassed_router_path(const char *behind)
{
	static char path[4][BPFFS_PATH_SIZE + 64];
	static unsigned int next;
	char host[BPFFS_PATH_SIZE];

	assert_int_equal(bypass_host_path(scratch_bpffs(), host, NULL), 0);
	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[next]), "%s%s", host, behind);
	return path[next];
}

char *bypassed_router_pins(void)
{
	char line[BPFFS_PATH_SIZE], *text = NULL;
	struct network_namespace here;
	size_t size;
	FILE *list, *stream = open_memstream(&text, &size);

	assert_int_equal(network_namespace_current(&here), 0);
	snprintf(line, sizeof(line),
		 "find %s/ecbpf -mindepth 1 -printf '%%P\\n' | sort | sed "
		 "'/^second/d; /^r.$/d; /xdp/d; /root/d; s/%llu/#/'",
		 scratch_bpffs(), (unsigned long long)here.inode);
	list = popen(line, "r");
	assert_non_null(list);
	while (fgets(line, sizeof(line), list))
		fputs(line, stream);
	pclose(list);
	fclose(stream);
	return text;
}
