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
#include <sys/socket.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "chain.h"
#include "filter_attach.h"
#include "filter_change.h"
#include "filter_maps.h"
#include "filter_reload.h"
#include "program_slot.h"
#include "filter_state.h"
#include "filter_status.h"
#include "harness/loopback_root.h"
#include "harness/run_program.h"
#include "slot_table.h"
#include "subprogram.h"
#include "verdict_shapes.h"

#define INTERFACE LOOPBACK_ROOT_INTERFACE

static const char *bpffs;
static struct run_program root;
static struct chain chain;
static struct problem problem;
static struct filter_plan standard; /* as without a configuration file */
static struct filter_request unsaid, drop, no_drop;

static struct filter_request fragments(uint32_t policy)
{
	struct filter_request request = { 0 };

	request.given[FILTER_SETTING_FRAGMENTS_IPV4] = true;
	request.value[FILTER_SETTING_FRAGMENTS_IPV4] = policy;
	return request;
}

static int setup(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	filter_settings_standard(&standard.config);
	standard.slot = PROGRAM_SLOT_ANY;
	drop = fragments(FILTER_FRAGMENTS_DROP);
	no_drop = fragments(FILTER_FRAGMENTS_PASS);
	loopback_root_open(&root, &chain);
	bpffs = loopback_root_bpffs();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	loopback_root_close(&root, &chain);
	return 0;
}

static int attach(unsigned int slot, const struct filter_request *request)
{
	return filter_attach(bpffs, INTERFACE, slot, &standard, request, &problem);
}

static struct source_list sources(const char *text, uint8_t action, uint8_t origin)
{
	const struct source pattern = { .action = action, .origin = origin, .load_time = 1 };
	struct source_list list = { 0 };

	if (*text)
		assert_int_equal(source_list_add_text(&list, text, &pattern, &problem), 0);
	assert_int_equal(source_list_sort(&list), 0);
	return list;
}

static int change_list(enum filter_change_kind kind, unsigned int slot, const char *ips)
{
	struct source_list list = sources(ips, SOURCE_DROP, SOURCE_FROM_COMMAND);
	struct filter_change change = { .kind = kind, .sources = &list, .action = SOURCE_DROP };
	int err;

	err = filter_change(bpffs, INTERFACE, slot, &change, &problem);
	source_list_free(&list);
	return err;
}

static void allow(const char *ips)
{
	struct source_list list = sources(ips, SOURCE_ALLOW, SOURCE_FROM_COMMAND);
	struct filter_change change = { .kind = FILTER_CHANGE_ADD, .sources = &list };

	assert_int_equal(filter_change(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &change, &problem), 0);
	source_list_free(&list);
}

static int change_config(const struct filter_request *request)
{
	struct filter_change change = { .kind = FILTER_CHANGE_SETTINGS, .request = request };

	return filter_change(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &change, &problem);
}

/* What --dump prints; to be freed. */
static char *dumped(void)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_int_equal(filter_dump(stream, bpffs, INTERFACE, PROGRAM_SLOT_ANY, &problem), 0);
	fclose(stream);
	return text;
}

static void assert_dump(const char *expected)
{
	char *text = dumped();

	assert_string_equal(text, expected);
	free(text);
}

static struct program_slot find(unsigned int slot)
{
	struct program_slot found = { 0 };

	assert_int_equal(program_slot_find(&chain, FILTER_PROGRAM, slot, &found, &problem), 0);
	return found;
}

/* What becomes of a packet that enters at the root. */
static __u32 action_of(__u16 ipv4_fragment)
{
	const struct verdict_shape shape = { .family = 4,
					     .fragment = ipv4_fragment,
					     .protocol = IPPROTO_UDP };
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

static char *status(enum report_format format, const struct interface_list *interfaces,
		    int expected_err, unsigned int expected_sick)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	struct report *report = report_new(format, stream, FILTER_PROGRAM, FILTER_STATUS_SCHEMA);
	struct filter_status_wish wish = { .slot = PROGRAM_SLOT_ANY, .entries = 20 };
	unsigned int sick;

	assert_int_equal(filter_status(report, bpffs, interfaces, &wish, &sick, &problem),
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

static void test_attach(void **state)
{
	struct program_slot found;

	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	found = find(PROGRAM_SLOT_ANY);
	assert_int_equal(found.number, FILTER_SLOT_DEFAULT);
	assert_true(found.slot.program_id && found.slot.program_id == found.slot.pinned_id);
	assert_int_equal(action_of(0), XDP_PASS);
	assert_int_equal(action_of(MF), XDP_PASS);
}

static void test_attach_with_settings(void **state)
{
	(void)state;
	assert_int_equal(attach(5, &drop), 0);
	assert_int_equal(find(PROGRAM_SLOT_ANY).number, 5);
	assert_int_equal(action_of(0), XDP_PASS);
	assert_int_equal(action_of(MF), XDP_DROP);
}

/* The new program finds what the old one was told; where it is, not in slot 2. */
static void test_upgrade(void **state)
{
	__u32 old_id;

	(void)state;
	assert_int_equal(attach(4, &drop), 0);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY, "192.0.2.0/24"), 0);
	old_id = find(4).slot.program_id;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	assert_true(find(PROGRAM_SLOT_ANY).number == 4 && find(4).slot.program_id != old_id);
	assert_int_equal(action_of(0), XDP_DROP);
	assert_int_equal(change_list(FILTER_CHANGE_CLEAR, PROGRAM_SLOT_ANY, ""), 0);
	assert_int_equal(action_of(0), XDP_PASS);
	assert_int_equal(action_of(MF), XDP_DROP);
	assert_int_equal(attach(4, &no_drop), 0);
	assert_int_equal(action_of(MF), XDP_PASS);
}

static void test_change(void **state)
{
	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	assert_int_equal(change_config(&drop), 0);
	assert_int_equal(action_of(MF), XDP_DROP);
	assert_int_equal(change_config(&unsaid), 0);
	assert_int_equal(action_of(MF), XDP_DROP);
	assert_int_equal(change_config(&no_drop), 0);
	assert_int_equal(action_of(MF), XDP_PASS);

	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY, "192.0.0.0/16 ::1"), 0);
	assert_int_equal(action_of(0), XDP_DROP);
	assert_int_equal(change_list(FILTER_CHANGE_REMOVE, PROGRAM_SLOT_ANY, "192.0.2.1"), -ENOENT);
	assert_problem("lo: 192.0.2.1/32 is not on the drop list");
	assert_int_equal(action_of(0), XDP_DROP);
	assert_int_equal(change_list(FILTER_CHANGE_REMOVE, PROGRAM_SLOT_ANY, "192.0.0.0/16"), 0);
	assert_int_equal(action_of(0), XDP_PASS);
}

/* The whole list of one action goes, in one step; what is in both keeps its hits. */
static void test_replace_list(void **state)
{
	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	allow("198.51.100.0/24");
	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY,
				     "10.0.0.0/8 192.0.2.0/24"),
			 0);
	action_of(0);
	assert_int_equal(change_list(FILTER_CHANGE_REPLACE, PROGRAM_SLOT_ANY,
				     "11.0.0.0/8 192.0.2.0/24"),
			 0);
	assert_dump("11.0.0.0/8 drop\n192.0.2.0/24 drop\n198.51.100.0/24 allow\n");
	SAYS(status(REPORT_TEXT, &every, 0, 0), "192.0.2.0/24         | drop   |            1 | ");
	assert_int_equal(change_list(FILTER_CHANGE_REPLACE, PROGRAM_SLOT_ANY, ""), 0);
	assert_dump("198.51.100.0/24 allow\n");
}

/* What has expired is in no list that anyone sees, and is gone with the next change. */
static void test_expired(void **state)
{
	struct source_list list = sources("192.0.2.0/24", SOURCE_DROP, SOURCE_FROM_COMMAND);
	struct filter_change change = { .kind = FILTER_CHANGE_ADD, .sources = &list };

	(void)state;
	list.sources[0].expires = 1;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	assert_int_equal(filter_change(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &change, &problem), 0);
	assert_int_equal(action_of(0), XDP_PASS);
	assert_dump("");
	assert_int_equal(change_list(FILTER_CHANGE_REMOVE, PROGRAM_SLOT_ANY, "192.0.2.0/24"),
			 -ENOENT);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY, "192.0.2.0/24"), 0);
	assert_int_equal(action_of(0), XDP_DROP);
	source_list_free(&list);
}

/* A first load is what the configuration file says, an upgrade is not. */
static void test_attach_with_plan(void **state)
{
	struct filter_plan plan = standard;

	(void)state;
	plan.config.fragments_ipv6 = FILTER_FRAGMENTS_DROP;
	plan.sources = sources("192.0.2.0/24 ::1", SOURCE_DROP, SOURCE_FROM_CONFIG);
	assert_int_equal(filter_attach(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &plan, &drop, &problem),
			 0);
	assert_int_equal(action_of(0), XDP_DROP);
	assert_dump("192.0.2.0/24 drop\n::1/128 drop\n");
	SAYS(status(REPORT_TEXT, &every, 0, 0), "fragments_ipv4: drop", "fragments_ipv6: drop");
	assert_int_equal(change_list(FILTER_CHANGE_REMOVE, PROGRAM_SLOT_ANY, "192.0.2.0/24"), 0);
	assert_int_equal(filter_attach(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &plan, &no_drop,
				       &problem),
			 0);
	assert_int_equal(action_of(0), XDP_PASS);
	assert_dump("::1/128 drop\n");
	SAYS(status(REPORT_TEXT, &every, 0, 0), "fragments_ipv4: pass", "fragments_ipv6: drop");
	source_list_free(&plan.sources);
}

static void reload(const struct filter_plan *plan, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_int_equal(filter_reload(stream, bpffs, INTERFACE, PROGRAM_SLOT_ANY, plan, &problem),
			 0);
	fclose(stream);
	assert_string_equal(text, expected);
	free(text);
}

/* The difference, and nothing but it: sources of commands stay, and win. */
static void test_reload(void **state)
{
	struct filter_plan plan = standard;

	(void)state;
	plan.sources =
		sources("10.0.0.0/8 11.0.0.0/8 192.0.2.0/24", SOURCE_DROP, SOURCE_FROM_CONFIG);
	assert_int_equal(filter_attach(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &plan, &drop, &problem),
			 0);
	action_of(0);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY, "172.16.0.0/12"), 0);
	allow("11.0.0.0/8");
	reload(&plan, "lo: 0 sources added, 0 removed, 0 changed, fragments_ipv4: drop -> pass\n");
	reload(&plan, "lo: 0 sources added, 0 removed, 0 changed\n");
	assert_dump("10.0.0.0/8 drop\n11.0.0.0/8 allow\n172.16.0.0/12 drop\n192.0.2.0/24 drop\n");

	source_list_free(&plan.sources);
	plan.sources = sources("192.0.2.0/24 12.0.0.0/8 13.0.0.0/8 172.16.0.0/12", SOURCE_DROP,
			       SOURCE_FROM_CONFIG);
	plan.config.ptb_mtu = 1400;
	reload(&plan, "lo: 2 sources added, 1 removed, 0 changed, ptb_mtu: 0 -> 1400\n");
	SAYS(status(REPORT_TEXT, &every, 0, 0), "192.0.2.0/24         | drop   |            1 | ");
	source_list_free(&plan.sources);

	plan = standard;
	plan.sources = sources("192.0.2.0/24", SOURCE_ALLOW, SOURCE_FROM_CONFIG);
	reload(&plan, "lo: 0 sources added, 2 removed, 1 changed, ptb_mtu: 1400 -> 0\n");
	assert_dump("11.0.0.0/8 allow\n172.16.0.0/12 drop\n192.0.2.0/24 allow\n");
	source_list_free(&plan.sources);
}

static __u32 id_of_pin(const char *directory, const char *name)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	char path[BPFFS_PATH_SIZE];
	int fd;

	bpffs_join(path, directory, name);
	fd = bpffs_open(path);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	close(fd);
	return info.id;
}

/* Every private map stays, of whatever size the list is meanwhile. */
static void test_upgrade_keeps_maps(void **state)
{
	static const char *const kept[] = { FILTER_MAP_CONFIG,     FILTER_MAP_COUNTERS,
					    FILTER_MAP_SOURCES,    FILTER_MAP_SOURCE_LIST,
					    FILTER_MAP_LOCAL_IPV4, FILTER_MAP_LOCAL_IPV6,
					    FILTER_MAP_PTB_BUCKET };
	__u32 ids[sizeof(kept) / sizeof(*kept)];
	char directory[BPFFS_PATH_SIZE];

	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY,
				     "192.0.2.0/24 10.0.0.0/8 11.0.0.0/8 ::1 ::2 ::3"),
			 0);
	slot_table_path(&chain, FILTER_SLOT_DEFAULT, "", directory);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		ids[i] = id_of_pin(directory, kept[i]);
	action_of(0);
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		assert_int_equal(id_of_pin(directory, kept[i]), ids[i]);
	action_of(0);
	SAYS(status(REPORT_TEXT, &every, 0, 0), "ip_drop_count: 2\n",
	     "192.0.2.0/24         | drop   |            2 | ");
}

/* The filters of a host send Packet Too Big at one rate. */
static void test_shared_bucket(void **state)
{
	char pins[BPFFS_PATH_SIZE], directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	struct run_program other;
	__u32 id;

	(void)state;
	assert_int_equal(run_open(&other, NULL, ECBPF_OBJECT_DIR "/xdp_filter.o", NULL, RUN_ALONE),
			 0);
	assert_int_equal(run_load(&other), 0);
	bpffs_join(pins, bpffs, ECBPF_PIN_BASE);
	bpffs_join(directory, pins, "other0");
	assert_int_equal(bpffs_make_directory(directory), 0);
	bpffs_join(pins, directory, "slot_4");
	assert_int_equal(bpffs_make_directory(pins), 0);
	bpffs_join(path, pins, FILTER_MAP_PTB_BUCKET);
	assert_int_equal(bpffs_pin(run_map(&other, FILTER_MAP_PTB_BUCKET), path, &problem), 0);
	id = id_of_pin(pins, FILTER_MAP_PTB_BUCKET);
	run_close(&other);
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	slot_table_path(&chain, FILTER_SLOT_DEFAULT, "", directory);
	assert_int_equal(id_of_pin(directory, FILTER_MAP_PTB_BUCKET), id);
	assert_int_equal(attach(5, &unsaid), 0);
	slot_table_path(&chain, 5, "", directory);
	assert_int_equal(id_of_pin(directory, FILTER_MAP_PTB_BUCKET), id);
	assert_int_equal(filter_detach(bpffs, INTERFACE, 5, &problem), 0);
	assert_int_equal(id_of_pin(pins, FILTER_MAP_PTB_BUCKET), id);
}

/* A change was killed before it put the pin in place: an upgrade finds the list packets meet. */
static void test_upgrade_after_kill(void **state)
{
	char directory[BPFFS_PATH_SIZE], place[BPFFS_PATH_SIZE], aside[BPFFS_PATH_SIZE];
	__u32 id;
	int old;

	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	slot_table_path(&chain, FILTER_SLOT_DEFAULT, "", directory);
	bpffs_join(place, directory, FILTER_MAP_SOURCE_LIST);
	bpffs_join(aside, directory, FILTER_MAP_SOURCE_LIST "_new");
	old = bpffs_open(place);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY, "192.0.2.0/24"), 0);
	assert_int_equal(bpffs_rename(place, aside, &problem), 0);
	assert_int_equal(bpffs_pin(old, place, &problem), 0);
	close(old);
	id = id_of_pin(directory, FILTER_MAP_SOURCE_LIST "_new");
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	assert_false(bpffs_exists(aside));
	assert_int_equal(id_of_pin(directory, FILTER_MAP_SOURCE_LIST), id);
	assert_int_equal(action_of(0), XDP_DROP);
	assert_dump("192.0.2.0/24 drop\n");
}

static void test_not_attached(void **state)
{
	(void)state;
	assert_int_equal(change_config(&drop), -ENOENT);
	assert_problem("lo: xdp_filter is not attached; run: xdp_filter --attach --interface lo");
	assert_int_equal(filter_detach(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &problem), -ENOENT);
	assert_problem("lo: xdp_filter is not attached; run: xdp_filter --attach --interface lo");
	assert_int_equal(filter_detach(bpffs, INTERFACE, 3, &problem), -ENOENT);
	assert_problem("lo: slot 3 is empty, xdp_filter is not attached there");
}

static void test_detach(void **state)
{
	char directory[BPFFS_PATH_SIZE];

	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &drop), 0);
	assert_int_equal(filter_detach(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &problem), 0);
	assert_int_equal(action_of(MF), XDP_PASS);
	slot_table_path(&chain, FILTER_SLOT_DEFAULT, "", directory);
	assert_false(bpffs_exists(directory));
	assert_int_equal(filter_detach(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &problem), -ENOENT);
	/* A new one begins anew. */
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	assert_int_equal(action_of(MF), XDP_PASS);
}

/* Another program is neither replaced nor detached nor changed. */
static void test_foreign(void **state)
{
	struct slot slots[ECBPF_PLACE_COUNT];
	char expected[256];
	__u32 id;

	(void)state;
	occupy(FILTER_SLOT_DEFAULT, "stranger");
	assert_int_equal(slot_table_read(&chain, slots, &problem), 0);
	id = slots[FILTER_SLOT_DEFAULT].program_id;
	for (unsigned int slot = 2; slot <= PROGRAM_SLOT_ANY; slot += PROGRAM_SLOT_ANY - 2) {
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
	assert_int_equal(change_list(FILTER_CHANGE_CLEAR, 2, ""), -EBUSY);
	assert_problem(expected);
	assert_int_equal(slot_table_read(&chain, slots, &problem), 0);
	assert_true(id && slots[2].program_id == id && slots[2].pinned_id == id);
	assert_int_equal(attach(3, &drop), 0);
	assert_int_equal(find(PROGRAM_SLOT_ANY).number, 3);
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
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), -EBUSY);
	assert_non_null(strstr(problem.text, "slot 2 holds "));
	assert_non_null(strstr(problem.text, ", not xdp_filter"));
	assert_int_equal(change_list(FILTER_CHANGE_CLEAR, PROGRAM_SLOT_ANY, ""), -ENOENT);
	run_close(&namesake);
}

static void test_two_copies(void **state)
{
	const char *expected = "lo: xdp_filter is in slots 2 and 6: say which with --slot N";

	(void)state;
	assert_int_equal(attach(2, &unsaid), 0);
	assert_int_equal(attach(6, &unsaid), 0);
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &drop), -EEXIST);
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
	int other = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "other", 4, 80, 1, NULL);

	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY, "192.0.2.1"), 0);
	slot_table_path(&chain, FILTER_SLOT_DEFAULT, "", directory);
	bpffs_join(path, directory, FILTER_MAP_COUNTERS);
	assert_int_equal(bpffs_unpin(path, &problem), 0);
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), -ENOENT);
	assert_non_null(strstr(problem.text, "/slot_2/filter_counters is gone"));
	assert_int_equal(change_list(FILTER_CHANGE_CLEAR, PROGRAM_SLOT_ANY, ""), -ENOENT);

	assert_int_equal(bpffs_pin(other, path, &problem), 0);
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), -EPROTO);
	assert_non_null(strstr(problem.text, "value size is 80, this build expects 512"));
	assert_int_equal(action_of(0), XDP_DROP);
	assert_int_equal(filter_detach(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &problem), 0);
	close(other);
}

static void test_status(void **state)
{
	(void)state;
	SAYS(status(REPORT_TEXT, &every, 0, 0), "xdp_filter is not attached to any interface.\n");
	SAYS(status(REPORT_JSON, &every, 0, 0), "\"schema_version\": 1", "\"interfaces\": {");
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &drop), 0);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY, "192.0.2.0/24 ::1"), 0);
	allow("10.0.0.0/8");
	action_of(0);
	action_of(0);
	SAYS(status(REPORT_TEXT, &every, 0, 0), "=== xdp_filter on lo ===\nslot: 2\n",
	     "packets since then: 2\n", "  fragments_ipv4: drop\n", "  fragments_ipv6: pass\n",
	     "  IPv4 prefixes to drop: 1\n", "  IPv6 prefixes to drop: 1\n",
	     "  IPv4 prefixes to allow: 1\n", "  IPv6 prefixes to allow: 0\n",
	     "bytes of memory: ", "dropped: 2\n", "ip_drop_count: 2\n",
	     "  by counter:\n    source_ipv4: 2\nSources: 3 of 3\n",
	     "192.0.2.0/24         | drop   |            2 | ",
	     "10.0.0.0/8           | allow  |            0 | ", "::1/128 ");
	SAYS(status(REPORT_JSON, &every, 0, 0), "\"lo\": {", "\"slot\": 2", "\"seen\": 2",
	     "\"disagreements\": [", "\"notes\": [", "\"configuration\": {",
	     "\"fragments_ipv4\": \"drop\"", "\"frags_drop\": true", "\"list\": {",
	     "\"drop_ipv4\": 1", "\"stats\": {", "\"drops_per_second\": null", "\"dropped\": 2",
	     "\"ip_drop_count\": 2", "\"name\": \"source_ipv4\"", "\"reason\": 16",
	     "\"packets\": 2", "\"name\": \"ptb_no_room\"", "\"reason\": null", "\"sources\": [",
	     "\"prefix\": \"192.0.2.0/24\"", "\"action\": \"drop\"", "\"packets\": 2",
	     "\"load_time\": ", "\"expires\": null", "\"origin\": \"command\"", "\"tag\": null",
	     "\"prefix\": \"10.0.0.0/8\"", "\"action\": \"allow\"");
}

/* As many sources as asked for, those with the most hits first. */
static uint64_t list_memory(void)
{
	struct filter_state state;
	uint64_t size;

	assert_int_equal(filter_state_read(&state, bpffs, INTERFACE, PROGRAM_SLOT_ANY, true,
					   &problem),
			 0);
	size = state.sources_size;
	filter_state_free(&state);
	return size;
}

/* 10,000 tags of 63 bytes do not stay when their sources go. */
static void test_tags_go_with_their_sources(void **state)
{
	struct source_list list = { 0 };
	struct filter_change change = { .sources = &list, .action = SOURCE_DROP };
	char tag[SOURCE_TAG_MAX + 1];

	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	for (unsigned int i = 0; i < 10000; i++) {
		struct source source = { .prefix = { AF_INET, 24, { 10, i >> 8 & 255, i & 255 } } };

		snprintf(tag, sizeof(tag), "%0*u", SOURCE_TAG_MAX, i);
		assert_int_equal(source_list_tag(&list, tag, SOURCE_TAG_MAX, &source.tag), 0);
		assert_int_equal(source_list_append(&list, &source), 0);
	}
	for (int i = 0; i < 2; i++) {
		change.kind = FILTER_CHANGE_ADD;
		list.count = 10000;
		assert_int_equal(filter_change(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &change,
					       &problem),
				 0);
		assert_true(list_memory() > 10000 * SOURCE_TAG_MAX);
		change.kind = i ? FILTER_CHANGE_REMOVE : FILTER_CHANGE_REPLACE;
		list.count = i ? 9999 : 1;
		assert_int_equal(filter_change(bpffs, INTERFACE, PROGRAM_SLOT_ANY, &change,
					       &problem),
				 0);
		assert_int_equal(list_memory(), SOURCE_BLOCK_SIZE);
	}
	source_list_free(&list);
}

static void test_status_entries(void **state)
{
	struct filter_status_wish wish = { .slot = PROGRAM_SLOT_ANY, .entries = 1 };
	char *text = NULL;
	size_t size;
	FILE *stream;

	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	assert_int_equal(change_list(FILTER_CHANGE_ADD, PROGRAM_SLOT_ANY,
				     "10.0.0.0/8 192.0.2.1 ::1"),
			 0);
	action_of(0);
	for (wish.entries = 0; wish.entries < 3; wish.entries += 2) {
		struct report *report;
		unsigned int sick;

		stream = open_memstream(&text, &size);
		report = report_new(REPORT_TEXT, stream, FILTER_PROGRAM, FILTER_STATUS_SCHEMA);
		assert_int_equal(filter_status(report, bpffs, &every, &wish, &sick, &problem), 0);
		assert_int_equal(report_finish(report), 0);
		fclose(stream);
		if (wish.entries)
			assert_null(strstr(text, "::1/128"));
		SAYS(text,
		     wish.entries ? "Sources: 2 of 3, those with the most hits" :
				    "Sources: 3 of 3\n",
		     "\n192.0.2.1/32 ", "\n10.0.0.0/8 ", wish.entries ? "\n" : "::1/128 ");
	}
}

/* Two looks at what was dropped, and the time between them. */
static void test_drop_rate(void **state)
{
	struct filter_status_wish wish = { .slot = PROGRAM_SLOT_ANY, .seconds = 1 };
	struct report *report;
	char *text = NULL;
	unsigned int sick;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	report = report_new(REPORT_TEXT, stream, FILTER_PROGRAM, FILTER_STATUS_SCHEMA);
	assert_int_equal(filter_status(report, bpffs, &every, &wish, &sick, &problem), 0);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	SAYS(text, "Packets:\n  drops per second: 0\n");
}

static void test_status_notes(void **state)
{
	struct filter_request request = fragments(FILTER_FRAGMENTS_DROP_UNLESS_LOCAL);

	(void)state;
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &request), 0);
	SAYS(status(REPORT_TEXT, &every, 0, 0), "NOTE: fragments to this host's own addresses pass",
	     "run: xdp_filter --watch");
	request.given[FILTER_SETTING_FRAGMENTS_IPV4] = false;
	request.given[FILTER_SETTING_MONITOR] = true;
	request.value[FILTER_SETTING_MONITOR] = 1;
	assert_int_equal(change_config(&request), 0);
	SAYS(status(REPORT_TEXT, &every, 0, 0), "NOTE: monitor mode", "  monitor: yes\n");
}

static void test_status_of_missing(void **state)
{
	struct interface_list list = { 0 };

	(void)state;
	assert_int_equal(interface_list_add(&list, "lo", &problem), 0);
	free(status(REPORT_TEXT, &list, -EIO, 0));
	assert_problem("lo: xdp_filter is not attached; run: xdp_filter --attach --interface lo");
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &drop), 0);
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
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &drop), 0);
	assert_int_equal(bpf_map_delete_elem(chain.map[CHAIN_SLOTS], &slot), 0);
	SAYS(status(REPORT_TEXT, &every, 0, 1), "DISAGREES: its slot was emptied by someone else");
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), 0);
	assert_int_equal(action_of(MF), XDP_DROP);
	assert_int_equal(bpf_link_detach(chain.link), 0);
	SAYS(status(REPORT_JSON, &every, 0, 1), "\"disagreements\": [",
	     "the root is not attached, so no packet gets here");
	assert_int_equal(attach(PROGRAM_SLOT_ANY, &unsaid), -ENOENT);
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
		TEST(test_replace_list),
		TEST(test_expired),
		TEST(test_attach_with_plan),
		TEST(test_reload),
		TEST(test_upgrade_keeps_maps),
		TEST(test_shared_bucket),
		TEST(test_upgrade_after_kill),
		TEST(test_not_attached),
		TEST(test_detach),
		TEST(test_foreign),
		TEST(test_namesake),
		TEST(test_two_copies),
		TEST(test_lost_maps),
		TEST(test_status),
		TEST(test_status_entries),
		TEST(test_tags_go_with_their_sources),
		TEST(test_drop_rate),
		TEST(test_status_notes),
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
