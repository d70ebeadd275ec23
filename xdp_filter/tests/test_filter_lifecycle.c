// SPDX-License-Identifier: GPL-2.0-only
/* Attach, upgrade, change, status and detach, below a real root on the loopback of a network
 * namespace of this test's own, with the pins in a bpffs of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "chain.h"
#include "filter_attach.h"
#include "filter_change.h"
#include "filter_maps.h"
#include "filter_slot.h"
#include "filter_status.h"
#include "harness/run_program.h"
#include "slot_table.h"
#include "subprogram.h"
#include "verdict_shapes.h"

#define INTERFACE "lo"
#define IFINDEX 1 /* of the loopback, always */

static char bpffs[] = "/tmp/test_filter_lifecycle.XXXXXX";
static struct run_program root;
static struct chain chain;
static struct problem problem;
static const struct filter_settings unsaid, drop = { true, true }, no_drop = { true, false };

static void pin_root(void)
{
	struct ecbpf_chain_identity identity = { .abi_version = ECBPF_ABI_VERSION,
						 .ifindex = IFINDEX,
						 .mode = ECBPF_MODE_GENERIC };
	struct network_namespace here;
	char path[BPFFS_PATH_SIZE];
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_SKB_MODE);

	assert_int_equal(network_namespace_current(&here), 0);
	identity.netns_cookie = here.cookie;
	identity.netns_inode = here.inode;
	chain_init(&chain, bpffs, INTERFACE);
	/* chain_close() closes them, the object keeps its own. */
	for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
		chain.map[i] = dup(run_map(&root, chain_map_shapes[i].name));
		assert_true(chain.map[i] >= 0);
	}
	chain.link = bpf_link_create(bpf_program__fd(root.program), IFINDEX, BPF_XDP, &options);
	assert_true(chain.link >= 0);
	assert_int_equal(chain_write_identity(&chain, &identity, &problem), 0);
	assert_int_equal(chain_pin_maps(&chain, &problem), 0);
	bpffs_join(path, chain.pins, ECBPF_PIN_LINK);
	assert_int_equal(bpffs_pin(chain.link, path, &problem), 0);
}

static int setup(void **state)
{
	char base[BPFFS_PATH_SIZE];

	(void)state;
	problem = (struct problem){ 0 };
	strcpy(strrchr(bpffs, '.'), ".XXXXXX");
	assert_non_null(mkdtemp(bpffs));
	assert_int_equal(unshare(CLONE_NEWNS | CLONE_NEWNET), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("bpf", bpffs, "bpf", 0, NULL), 0);
	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	assert_int_equal(bpffs_make_directory(base), 0);
	/* Both sides register libbpf's sections; the later one counts. */
	assert_int_equal(subprogram_register_sections(&problem), 0);
	assert_int_equal(run_open(&root, NULL, ECBPF_OBJECT_DIR "/xdp_root.o", "xdp_root",
				  RUN_ALONE),
			 0);
	assert_int_equal(run_load(&root), 0);
	pin_root();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	chain_close(&chain);
	run_close(&root);
	assert_int_equal(umount(bpffs), 0);
	assert_int_equal(rmdir(bpffs), 0);
	return 0;
}

static int attach(unsigned int slot, const struct filter_settings *settings)
{
	return filter_attach(bpffs, INTERFACE, slot, settings, &problem);
}

static int change_list(enum filter_change_kind kind, unsigned int slot, const char *ips)
{
	struct drop_list list = { 0 };
	struct filter_change change = { .kind = kind, .list = &list };
	int err;

	if (ips)
		assert_int_equal(drop_list_add(&list, ips, &problem), 0);
	err = filter_change(bpffs, INTERFACE, slot, &change, &problem);
	drop_list_free(&list);
	return err;
}

static int change_config(const struct filter_settings *settings)
{
	struct filter_change change = { .kind = FILTER_CHANGE_CONFIG, .settings = settings };

	return filter_change(bpffs, INTERFACE, FILTER_SLOT_ANY, &change, &problem);
}

static struct filter_slot find(unsigned int slot)
{
	struct filter_slot found = { 0 };

	assert_int_equal(filter_slot_find(&chain, slot, &found, &problem), 0);
	return found;
}

/* What becomes of a packet that enters at the root. */
static __u32 action_of(__u16 ipv4_fragment)
{
	const struct verdict_shape shape = {
		.family = 4, .fragment = ipv4_fragment, .extensions = "", .protocol = IPPROTO_UDP
	};
	static struct packet_builder builder;
	static struct run_result result;
	struct run_frame frame = { builder.bytes, 0, 0, 0 };

	verdict_shape_build(&shape, "192.0.2.1", 0, &builder);
	frame.length = builder.length;
	assert_int_equal(run_packet(&root, &frame, &result), 0);
	return result.action;
}

#define MF 0x2000

/* A program that is not the filter in a slot. */
static void occupy(unsigned int slot, const char *name)
{
	struct slot_content content = { .program = bpf_program__fd(root.program),
					.record = { .slot = slot } };

	snprintf(content.record.name, sizeof(content.record.name), "%s", name);
	assert_int_equal(slot_table_publish(&chain, slot, &content, &problem), 0);
}

static void assert_problem(const char *text)
{
	assert_string_equal(problem.text, text);
}

static void test_attach(void **state)
{
	struct filter_slot found;

	(void)state;
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), 0);
	found = find(FILTER_SLOT_ANY);
	assert_int_equal(found.number, FILTER_SLOT_DEFAULT);
	assert_true(found.slot.program_id && found.slot.program_id == found.slot.pinned_id);
	assert_int_equal(action_of(0), XDP_PASS);
	assert_int_equal(action_of(MF), XDP_PASS);
}

static void test_attach_with_settings(void **state)
{
	(void)state;
	assert_int_equal(attach(5, &drop), 0);
	assert_int_equal(find(FILTER_SLOT_ANY).number, 5);
	assert_int_equal(action_of(0), XDP_PASS);
	assert_int_equal(action_of(MF), XDP_DROP);
}

/* The new program finds what the old one was told; where it is, not in slot 2. */
static void test_upgrade(void **state)
{
	__u32 old_id;

	(void)state;
	assert_int_equal(attach(4, &drop), 0);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, FILTER_SLOT_ANY, "192.0.2.0/24"), 0);
	old_id = find(4).slot.program_id;
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), 0);
	assert_true(find(FILTER_SLOT_ANY).number == 4 && find(4).slot.program_id != old_id);
	assert_int_equal(action_of(0), XDP_DROP);
	assert_int_equal(change_list(FILTER_CHANGE_CLEAR, FILTER_SLOT_ANY, NULL), 0);
	assert_int_equal(action_of(0), XDP_PASS);
	assert_int_equal(action_of(MF), XDP_DROP);
	assert_int_equal(attach(4, &no_drop), 0);
	assert_int_equal(action_of(MF), XDP_PASS);
}

static void test_change(void **state)
{
	(void)state;
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), 0);
	assert_int_equal(change_config(&drop), 0);
	assert_int_equal(action_of(MF), XDP_DROP);
	assert_int_equal(change_config(&unsaid), 0);
	assert_int_equal(action_of(MF), XDP_DROP);
	assert_int_equal(change_config(&no_drop), 0);
	assert_int_equal(action_of(MF), XDP_PASS);

	assert_int_equal(change_list(FILTER_CHANGE_ADD, FILTER_SLOT_ANY, "192.0.0.0/16 ::1"), 0);
	assert_int_equal(action_of(0), XDP_DROP);
	assert_int_equal(change_list(FILTER_CHANGE_REMOVE, FILTER_SLOT_ANY, "192.0.2.1"), -ENOENT);
	assert_problem("lo: 192.0.2.1/32 is not in the list; nothing was removed");
	assert_int_equal(action_of(0), XDP_DROP);
	assert_int_equal(change_list(FILTER_CHANGE_REMOVE, FILTER_SLOT_ANY, "192.0.0.0/16"), 0);
	assert_int_equal(action_of(0), XDP_PASS);
}

static void test_not_loaded(void **state)
{
	(void)state;
	assert_int_equal(change_config(&drop), -ENOENT);
	assert_problem("lo: xdp_filter is not loaded; run: xdp_filter --attach --interface lo");
	assert_int_equal(filter_detach(bpffs, INTERFACE, FILTER_SLOT_ANY, &problem), -ENOENT);
	assert_problem("lo: xdp_filter is not loaded; run: xdp_filter --attach --interface lo");
	assert_int_equal(filter_detach(bpffs, INTERFACE, 3, &problem), -ENOENT);
	assert_problem("lo: slot 3 is empty, xdp_filter is not loaded there");
}

static void test_detach(void **state)
{
	char directory[BPFFS_PATH_SIZE];

	(void)state;
	assert_int_equal(attach(FILTER_SLOT_ANY, &drop), 0);
	assert_int_equal(filter_detach(bpffs, INTERFACE, FILTER_SLOT_ANY, &problem), 0);
	assert_int_equal(action_of(MF), XDP_PASS);
	slot_table_path(&chain, FILTER_SLOT_DEFAULT, "", directory);
	assert_false(bpffs_exists(directory));
	assert_int_equal(filter_detach(bpffs, INTERFACE, FILTER_SLOT_ANY, &problem), -ENOENT);
	/* A new one begins anew. */
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), 0);
	assert_int_equal(action_of(MF), XDP_PASS);
}

/* Another program is neither replaced nor detached nor changed. */
static void test_foreign(void **state)
{
	struct slot slots[ECBPF_SLOT_COUNT];
	char expected[256];
	__u32 id;

	(void)state;
	occupy(FILTER_SLOT_DEFAULT, "stranger");
	assert_int_equal(slot_table_read(&chain, slots, &problem), 0);
	id = slots[FILTER_SLOT_DEFAULT].program_id;
	for (unsigned int slot = 2; slot <= FILTER_SLOT_ANY; slot += FILTER_SLOT_ANY - 2) {
		assert_int_equal(attach(slot, &drop), -EBUSY);
		snprintf(expected, sizeof(expected),
			 "lo: slot 2 holds stranger (id %u), not xdp_filter; take it out with "
			 "xdp_root_loader --slot 2 --unload --interface lo, or name another slot "
			 "with --slot N",
			 id);
		assert_problem(expected);
	}
	snprintf(expected, sizeof(expected), "lo: slot 2 holds stranger (id %u), not xdp_filter",
		 id);
	assert_int_equal(filter_detach(bpffs, INTERFACE, 2, &problem), -EBUSY);
	assert_problem(expected);
	assert_int_equal(change_list(FILTER_CHANGE_CLEAR, 2, NULL), -EBUSY);
	assert_problem(expected);
	assert_int_equal(slot_table_read(&chain, slots, &problem), 0);
	assert_true(id && slots[2].program_id == id && slots[2].pinned_id == id);
	assert_int_equal(attach(3, &drop), 0);
	assert_int_equal(find(FILTER_SLOT_ANY).number, 3);
}

/* A program of the same name that some other loader put there has none of our pins. */
static void test_namesake(void **state)
{
	__u32 slot = FILTER_SLOT_DEFAULT;
	struct run_program namesake;
	int fd;

	(void)state;
	assert_int_equal(run_open(&namesake, NULL, ECBPF_OBJECT_DIR "/xdp_filter.o", NULL,
				  RUN_ALONE),
			 0);
	assert_int_equal(run_load(&namesake), 0);
	fd = bpf_program__fd(namesake.program);
	assert_int_equal(bpf_map_update_elem(chain.map[CHAIN_SLOTS], &slot, &fd, BPF_ANY), 0);
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), -EBUSY);
	assert_non_null(strstr(problem.text, "slot 2 holds "));
	assert_non_null(strstr(problem.text, ", not xdp_filter"));
	assert_int_equal(change_list(FILTER_CHANGE_CLEAR, FILTER_SLOT_ANY, NULL), -ENOENT);
	run_close(&namesake);
}

static void test_two_copies(void **state)
{
	const char *expected = "lo: xdp_filter is in slots 2 and 6: say which with --slot N";

	(void)state;
	assert_int_equal(attach(2, &unsaid), 0);
	assert_int_equal(attach(6, &unsaid), 0);
	assert_int_equal(attach(FILTER_SLOT_ANY, &drop), -EEXIST);
	assert_problem(expected);
	assert_int_equal(change_config(&drop), -EEXIST);
	assert_problem(expected);
	assert_int_equal(action_of(MF), XDP_PASS);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, 6, "192.0.2.1"), 0);
	assert_int_equal(action_of(0), XDP_DROP);
	assert_int_equal(filter_detach(bpffs, INTERFACE, 6, &problem), 0);
	assert_int_equal(action_of(0), XDP_PASS);
}

/* A filter whose lists cannot be taken over goes on, and nobody replaces it. */
static void test_lost_maps(void **state)
{
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	int other = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "other", 8, 80, 65536, &options);

	(void)state;
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), 0);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, FILTER_SLOT_ANY, "192.0.2.1"), 0);
	slot_table_path(&chain, FILTER_SLOT_DEFAULT, "", directory);
	bpffs_join(path, directory, FILTER_MAP_DROP_IPV4);
	assert_int_equal(bpffs_unpin(path, &problem), 0);
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), -ENOENT);
	assert_non_null(strstr(problem.text, "/slot_2/drop_ipv4 is gone"));
	assert_int_equal(change_list(FILTER_CHANGE_CLEAR, FILTER_SLOT_ANY, NULL), -ENOENT);

	assert_int_equal(bpffs_pin(other, path, &problem), 0);
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), -EPROTO);
	assert_non_null(strstr(problem.text, "value size is 80, this build expects 72"));
	assert_int_equal(action_of(0), XDP_DROP);
	assert_int_equal(filter_detach(bpffs, INTERFACE, FILTER_SLOT_ANY, &problem), 0);
	close(other);
}

static char *status(enum report_format format, const struct interface_list *interfaces,
		    int expected_err, unsigned int expected_sick)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	struct report *report = report_new(format, stream, FILTER_PROGRAM, FILTER_STATUS_SCHEMA);
	unsigned int sick;

	assert_int_equal(filter_status(report, bpffs, interfaces, FILTER_SLOT_ANY, &sick, &problem),
			 expected_err);
	assert_int_equal(report_finish(report), 0);
	assert_int_equal(sick, expected_sick);
	fclose(stream);
	return text;
}

static const struct interface_list every;

static void assert_says(char *text, const char *const *parts)
{
	for (const char *at = text; *parts; parts++) {
		const char *found = strstr(at, *parts);

		if (!found)
			fprintf(stderr, "'%s' is not in (or not in this place of):\n%s", *parts,
				text);
		assert_non_null(found);
		at = found + strlen(*parts);
	}
	free(text);
}

#define SAYS(text, ...) assert_says(text, (const char *const[]){ __VA_ARGS__, NULL })

static void test_status(void **state)
{
	(void)state;
	SAYS(status(REPORT_TEXT, &every, 0, 0), "xdp_filter is not loaded on any interface.\n");
	SAYS(status(REPORT_JSON, &every, 0, 0), "\"schema_version\": 1", "\"interfaces\": {");
	assert_int_equal(attach(FILTER_SLOT_ANY, &drop), 0);
	SAYS(status(REPORT_TEXT, &every, 0, 0), "Dropped sources: 0\n\n");
	assert_int_equal(change_list(FILTER_CHANGE_ADD, FILTER_SLOT_ANY, "192.0.2.0/24 ::1"), 0);
	action_of(0);
	action_of(0);
	SAYS(status(REPORT_TEXT, &every, 0, 0), "=== xdp_filter on lo ===\nslot: 2\n",
	     "packets since then: 2\n", "frags_drop: yes\n", "dropped: 2\n", "source_ipv4: 2\n",
	     "fragment_ipv4: 0\n", "Dropped sources: 2\n", "192.0.2.0/24 ", "::1/128 ");
	SAYS(status(REPORT_JSON, &every, 0, 0), "\"lo\": {", "\"slot\": 2", "\"seen\": 2",
	     "\"disagreements\": [", "\"configuration\": {", "\"frags_drop\": true", "\"stats\": {",
	     "\"dropped\": 2", "\"source_ipv4\": 2", "\"source_drops\": [",
	     "\"address\": \"192.0.2.0\"", "\"prefix_length\": 24", "\"tag\": null",
	     "\"load_time\": ", "\"address\": \"::1\"", "\"prefix_length\": 128");
}

static void test_status_of_missing(void **state)
{
	struct interface_list list = { 0 };

	(void)state;
	assert_int_equal(interface_list_add(&list, "lo", &problem), 0);
	free(status(REPORT_TEXT, &list, -EIO, 0));
	assert_problem("lo: xdp_filter is not loaded; run: xdp_filter --attach --interface lo");
	assert_int_equal(attach(FILTER_SLOT_ANY, &drop), 0);
	assert_int_equal(interface_list_add(&list, "nope0", &problem), 0);
	/* The one that is there is told all the same. */
	SAYS(status(REPORT_TEXT, &list, -EIO, 0), "=== xdp_filter on lo ===");
	assert_problem("nope0: no such interface in this network namespace");
	interface_list_free(&list);
}

/* Loaded, and yet no packet comes: each way of it is told. */
static void test_status_when_unreached(void **state)
{
	__u32 slot = FILTER_SLOT_DEFAULT;

	(void)state;
	assert_int_equal(attach(FILTER_SLOT_ANY, &drop), 0);
	assert_int_equal(bpf_map_delete_elem(chain.map[CHAIN_SLOTS], &slot), 0);
	SAYS(status(REPORT_TEXT, &every, 0, 1), "DISAGREES: its slot was emptied by someone else");
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), 0);
	assert_int_equal(action_of(MF), XDP_DROP);
	assert_int_equal(bpf_link_detach(chain.link), 0);
	SAYS(status(REPORT_JSON, &every, 0, 1), "\"disagreements\": [",
	     "the root is not attached, so no packet gets here");
	assert_int_equal(attach(FILTER_SLOT_ANY, &unsaid), -ENOENT);
	assert_problem("lo: no root array is attached here; run: xdp_root_loader --attach "
		       "--interface lo");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_attach),
		TEST(test_attach_with_settings),
		TEST(test_upgrade),
		TEST(test_change),
		TEST(test_not_loaded),
		TEST(test_detach),
		TEST(test_foreign),
		TEST(test_namesake),
		TEST(test_two_copies),
		TEST(test_lost_maps),
		TEST(test_status),
		TEST(test_status_of_missing),
		TEST(test_status_when_unreached),
	};
	const char *unavailable = run_unavailable();

	if (!unavailable && unshare(CLONE_NEWNS | CLONE_NEWNET))
		unavailable = "no right to make namespaces";
	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
