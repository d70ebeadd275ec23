// SPDX-License-Identifier: GPL-2.0-only
/* Attach, upgrade and detach on a router, and what of it is left when something is refused or killed. */
#include "bypass_attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "bypass_change.h"
#include "bypass_program.h"
#include "bypass_slot.h"
#include "bypassed_router.h"
#include "chain.h"
#include "flow_file.h"
#include "flow_rule.h"
#include "pinned_map.h"
#include "slot_table.h"

#define must bypassed_router_must
#define FLOW "10.1.0.1:5000 > 10.2.0.1:53 => l2"

static struct problem *const problem = &bypassed_router_problem;
static char *pins_before;

static int set_up(void **state)
{
	int err = bypassed_router_set_up(state);

	pins_before = bypassed_router_pins();
	return err;
}

static int tear_down(void **state)
{
	free(pins_before);
	return bypassed_router_tear_down(state);
}

static void assert_says(const char *says)
{
	if (!strstr(problem->text, says))
		fail_msg("'%s' instead of '%s'", problem->text, says);
}

/* Nothing but the roots, as before the test. */
static void assert_nothing_is_left(void)
{
	char *pins = bypassed_router_pins();

	assert_string_equal(pins, pins_before);
	free(pins);
}

static struct bypass_host open_host(void)
{
	struct bypass_host host;

	if (bypass_host_open(&host, bypassed_router_bpffs(), problem))
		fail_msg("%s", problem->text);
	return host;
}

static struct bypass_settings read_settings(void)
{
	struct bypass_settings settings;
	struct bypass_host host = open_host();

	must(bypass_host_read_settings(&host, &settings, problem));
	bypass_host_close(&host);
	return settings;
}

static void say(struct bypass_request *request, enum bypass_setting setting, const char *text)
{
	must(bypass_request_parse(request, setting, text, problem));
}

static void add_flow(const char *text)
{
	struct flow_rule_list rules = { 0 };
	struct flow_rule rule;
	FILE *nowhere = fopen("/dev/null", "w");

	must(flow_rule_parse(text, &rule, problem));
	must(flow_rule_list_add(&rules, &rule, problem));
	must(bypass_change_flow_add(nowhere, bypassed_router_bpffs(), &rules, false, problem));
	flow_rule_list_free(&rules);
	fclose(nowhere);
}

static struct flow_key key_of(const char *text)
{
	struct flow_rule rule;

	assert_int_equal(flow_rule_parse(text, &rule, NULL), 0);
	return rule.key;
}

static bool has_flow(const char *text, struct flow_value *ret_value)
{
	struct bypass_host host = open_host();
	struct flow_key key = key_of(text);
	int err = flow_tables_find(&host.flows, FLOW_TABLE_STATIC, &key, ret_value);

	bypass_host_close(&host);
	return err == 0;
}

static void the_first_attach_makes_what_all_share(void **state)
{
	static const char pins[] = "bypass_udp_#\n"
				   "bypass_udp_#/bypass_awaited\n"
				   "bypass_udp_#/bypass_daemon\nbypass_udp_#/bypass_edit\n"
				   "bypass_udp_#/bypass_events\nbypass_udp_#/bypass_excluded\n"
				   "bypass_udp_#/bypass_ledger\nbypass_udp_#/bypass_pending\n"
				   "bypass_udp_#/bypass_setting\n";
	static const char slot_pins[] = "r0/slot_7\nr0/slot_7/bypass_config\n"
					"r0/slot_7/bypass_cpu\nr0/slot_7/program\n"
					"r0/slot_7/reason_names\n";
	struct bypass_settings standard, settings;
	struct bypass_config config;
	char *found;

	(void)state;
	must(bypassed_router_attach("r0", NULL));
	found = bypassed_router_pins();
	assert_memory_equal(found, pins, strlen(pins));
	/* And nothing of what is shared in the slot. */
	assert_non_null(strstr(found, slot_pins));
	assert_string_equal(strstr(found, "r0/"), slot_pins);
	free(found);
	bypass_settings_standard(&standard);
	settings = read_settings();
	assert_memory_equal(&settings, &standard, sizeof(settings));
	config = bypassed_router_config("r0");
	assert_int_equal(config.ifindex, if_nametoindex("r0"));
	assert_int_equal(config.master, 0);
	assert_int_equal(config.monitor, 0);
	assert_memory_equal(config.mac, "\x02\x00\x00\x00\x00\xfe", 6);
	assert_true(bypassed_router_program("r0", BYPASS_SLOT_DEFAULT) != 0);
	assert_true(bypassed_router_observes("r0"));
	must(bypassed_router_detach("r0"));
	assert_int_equal(bypassed_router_program("r0", BYPASS_SLOT_DEFAULT), 0);
	assert_nothing_is_left();
}

static void fixed_next_hops_say_why(void **state)
{
	struct flow_nexthop nexthop;
	struct bypass_host host;

	(void)state;
	must(bypassed_router_attach("r0", NULL));
	host = open_host();
	for (__u32 i = 0; i <= FLOW_WAY_FIXED; i++) {
		assert_int_equal(bpf_map_lookup_elem(host.fd[BYPASS_NEXTHOPS], &i, &nexthop), 0);
		assert_int_equal(nexthop.device, 0);
		assert_int_equal(nexthop.way[0].state, i % FLOW_WAY_FIXED);
		assert_int_equal(nexthop.way[1].state, i % FLOW_WAY_FIXED);
	}
	bypass_host_close(&host);
}

static void what_was_said_is_what_is_made(void **state)
{
	struct bypass_request said = { 0 };
	struct bypass_host host;
	uint32_t capacity;

	(void)state;
	say(&said, BYPASS_SETTING_MONITOR, "on");
	say(&said, BYPASS_SETTING_MAX_FLOWS, "100");
	say(&said, BYPASS_SETTING_MAX_LEARNED, "200");
	say(&said, BYPASS_SETTING_SAMPLE, "2s");
	must(bypassed_router_attach("r0", &said));
	assert_int_equal(bypassed_router_config("r0").monitor, 1);
	assert_int_equal(read_settings().sample, 2000000000);
	host = open_host();
	must(flow_tables_capacity(&host.flows, FLOW_TABLE_STATIC, &capacity, problem));
	assert_int_equal(capacity, 100);
	must(flow_tables_capacity(&host.flows, FLOW_TABLE_LEARNED, &capacity, problem));
	assert_int_equal(capacity, 200);
	bypass_host_close(&host);
}

/* Both see the same flows, and they stay until the last has gone. */
static void interfaces_share(void **state)
{
	struct flow_value value;

	(void)state;
	must(bypassed_router_attach("r0", NULL));
	add_flow(FLOW);
	must(bypassed_router_attach("r1", NULL));
	assert_true(has_flow(FLOW, &value));
	assert_true(bypassed_router_observes("r1"));
	must(bypassed_router_detach("r0"));
	assert_true(has_flow(FLOW, &value));
	assert_false(bypassed_router_observes("r0"));
	assert_true(bypassed_router_observes("r1"));
	must(bypassed_router_detach("r1"));
	assert_nothing_is_left();
}

static void count_in_flow(const char *text, uint64_t packets)
{
	struct flow_edit edit = { .key = key_of(text),
				  .table = FLOW_TABLE_STATIC,
				  .what = FLOW_EDIT_COUNTS,
				  .counts = { packets, 64 * packets, 1 },
				  .first = 1 };
	struct bypass_host host = open_host();

	must(flow_tables_edit(&host.flows, &edit, 1, problem));
	assert_int_equal(edit.found, 1);
	bypass_host_close(&host);
}

static void an_upgrade_keeps_everything(void **state)
{
	struct bypass_request said = { 0 };
	struct flow_value before, after;
	uint32_t program;
	char *pins, *pins_after;

	(void)state;
	say(&said, BYPASS_SETTING_MONITOR, "on");
	say(&said, BYPASS_SETTING_SAMPLE, "2s");
	must(bypassed_router_attach("r0", &said));
	add_flow(FLOW);
	count_in_flow(FLOW, 11);
	assert_true(has_flow(FLOW, &before));
	program = bypassed_router_program("r0", BYPASS_SLOT_DEFAULT);
	pins = bypassed_router_pins();
	said = (struct bypass_request){ 0 };
	say(&said, BYPASS_SETTING_OBSERVE_AFTER, "77");
	must(bypassed_router_attach("r0", &said));
	assert_true(bypassed_router_program("r0", BYPASS_SLOT_DEFAULT) != program);
	assert_true(has_flow(FLOW, &after));
	assert_memory_equal(&before, &after, sizeof(after));
	assert_int_equal(after.other_counts.packets, 11);
	assert_int_equal(bypassed_router_config("r0").monitor, 1);
	assert_int_equal(read_settings().sample, 2000000000);
	assert_int_equal(read_settings().observe_after, 77);
	assert_true(bypassed_router_observes("r0"));
	pins_after = bypassed_router_pins();
	assert_string_equal(pins_after, pins);
	/* The new edit program changes the same tables. */
	count_in_flow(FLOW, 1);
	assert_true(has_flow(FLOW, &after));
	assert_int_equal(after.other_counts.packets, 12);
	free(pins);
	free(pins_after);
}

/* What the chain has counted in the slot before is not the bypass's own. */
static void what_was_sent_before_is_remembered(void **state)
{
	struct ecbpf_stats *stats;
	struct chain chain;
	int cpus = libbpf_num_possible_cpus();
	__u32 only_entry = 0;

	(void)state;
	stats = calloc((size_t)cpus, sizeof(*stats));
	assert_non_null(stats);
	stats[0].row[7].packets[BYPASS_REASON_L2][XDP_TX] = 1;
	stats[0].row[7].packets[BYPASS_REASON_L2][XDP_REDIRECT] = 2;
	stats[0].row[7].packets[BYPASS_REASON_NAT][XDP_TX] = 3;
	stats[0].row[7].packets[BYPASS_REASON_NAT][XDP_REDIRECT] = 4;
	chain_init(&chain, bypassed_router_bpffs(), "r0");
	must(chain_open(&chain, problem));
	for (int i = 0; i < 2; i++) {
		struct bypass_config config;

		assert_int_equal(bpf_map_update_elem(chain.map[CHAIN_STATS], &only_entry, stats,
						     BPF_ANY),
				 0);
		must(bypassed_router_attach("r0", NULL));
		config = bypassed_router_config("r0");
		assert_int_equal(config.sent_before[0][0], 1);
		assert_int_equal(config.sent_before[0][1], 2);
		assert_int_equal(config.sent_before[1][0], 3);
		assert_int_equal(config.sent_before[1][1], 4);
		/* An upgrade goes on counting. */
		stats[0].row[7].packets[BYPASS_REASON_L2][XDP_TX] = 100;
	}
	chain_close(&chain);
	free(stats);
}

static void tables_of_other_sizes_are_refused(void **state)
{
	struct bypass_request said = { 0 };

	(void)state;
	must(bypassed_router_attach("r0", NULL));
	say(&said, BYPASS_SETTING_MAX_FLOWS, "65536");
	must(bypassed_router_attach("r1", &said));
	say(&said, BYPASS_SETTING_SAMPLE, "3s");
	say(&said, BYPASS_SETTING_MAX_LEARNED, "5");
	assert_int_equal(bypassed_router_attach("r0", &said), -EBUSY);
	assert_says("the table of learned flows has room for 65536 already");
	assert_int_equal(read_settings().sample, 500000000);
	say(&said, BYPASS_SETTING_MAX_FLOWS, "5");
	assert_int_equal(bypassed_router_attach("r0", &said), -EBUSY);
	assert_says("the table of static flows has room for 65536 already");
}

static struct chain open_chain(const char *interface)
{
	struct chain chain;

	chain_init(&chain, bypassed_router_bpffs(), interface);
	must(chain_open(&chain, problem));
	return chain;
}

static void put_stranger(unsigned int slot)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_XDP);
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct slot_content content = { .record = { .slot = slot, .name = "stranger" } };
	struct chain chain = open_chain("r0");

	content.program = bpf_prog_load(BPF_PROG_TYPE_XDP, "stranger", "GPL", pass, 2, &options);
	assert_true(content.program >= 0);
	must(slot_table_publish(&chain, slot, &content, problem));
	close(content.program);
	chain_close(&chain);
}

static void a_strangers_slot_is_refused(void **state)
{
	uint32_t stranger;

	(void)state;
	put_stranger(BYPASS_SLOT_DEFAULT);
	stranger = bypassed_router_program("r0", BYPASS_SLOT_DEFAULT);
	assert_int_equal(bypassed_router_attach("r0", NULL), -EBUSY);
	assert_says("r0: slot 7 holds stranger (id ");
	assert_says("take it out with xdp_root_loader --slot 7 --unload --interface r0");
	assert_int_equal(bypassed_router_program("r0", BYPASS_SLOT_DEFAULT), stranger);
	assert_false(bpffs_exists(bypassed_router_path("")));
}

static void it_is_in_one_slot_only(void **state)
{
	static const struct bypass_plan plan;
	static const struct bypass_request nothing;
	struct bypass_attach_wish wish = { .slot = 3, .plan = &plan, .said = &nothing };

	(void)state;
	must(bypass_attach(bypassed_router_bpffs(), "r0", &wish, problem));
	assert_true(bypassed_router_program("r0", 3) != 0);
	wish.slot = 4;
	assert_int_equal(bypass_attach(bypassed_router_bpffs(), "r0", &wish, problem), -EBUSY);
	assert_says("r0: bypass_udp is in slot 3 already");
	wish.slot = BYPASS_SLOT_ANY;
	must(bypass_attach(bypassed_router_bpffs(), "r0", &wish, problem));
	assert_int_equal(bypassed_router_program("r0", BYPASS_SLOT_DEFAULT), 0);
	must(bypassed_router_detach("r0"));
	assert_nothing_is_left();
}

static void a_plan_is_followed_as_a_whole_or_not_at_all(void **state)
{
	static const char good[] =
		"{ \"bypass_udp\": { \"monitor\": \"on\", \"observe_after\": 9,"
		" \"exclude\": [\"192.0.2.0/24\"], \"flows\": ["
		"{ \"in\": \"10.1.0.1:1 > 10.2.0.1:2\", \"out\": \"l2\", \"both\": true } ],"
		" \"interface\": { \"r1\": { \"monitor\": \"off\" } } } }";
	static const char bad[] =
		"{ \"bypass_udp\": { \"flows\": [ { \"in\": \"10.1.0.1:1 > 10.2.0.1:2\","
		" \"out\": \"l2\" }, { \"in\": \"10.1.0.1:1 > 10.2.0.1:2 tcp\","
		" \"out\": \"l2\" } ] } }";
	struct bypass_plan plan = { 0 };
	struct flow_value value;

	(void)state;
	must(bypass_plan_parse(&plan, "plan", bad, strlen(bad), problem));
	assert_int_equal(bypassed_router_attach_plan("r0", &plan), -EPROTONOSUPPORT);
	assert_says("10.1.0.1:1 > 10.2.0.1:2 tcp => l2: bypass_udp forwards UDP only");
	assert_nothing_is_left();
	bypass_plan_free(&plan);
	must(bypass_plan_parse(&plan, "plan", good, strlen(good), problem));
	must(bypassed_router_attach_plan("r0", &plan));
	must(bypassed_router_attach_plan("r1", &plan));
	assert_int_equal(bypassed_router_config("r0").monitor, 1);
	assert_int_equal(bypassed_router_config("r1").monitor, 0);
	assert_int_equal(read_settings().observe_after, 9);
	assert_int_equal(read_settings().tables, 3);
	assert_true(has_flow("10.1.0.1:1 > 10.2.0.1:2 => l2", &value));
	assert_true(has_flow("10.2.0.1:2 > 10.1.0.1:1 => l2", &value));
	bypass_plan_free(&plan);
}

/* What stands in the way of one step. */
static void block(const char *pin)
{
	assert_int_equal(mkdir(bypassed_router_path(pin), 0700), 0);
}

static void a_failed_attach_is_undone(void **state)
{
	struct bypass_request said = { 0 };
	char observer[32];
	uint32_t program;

	(void)state;
	snprintf(observer, sizeof(observer), "/egress_link_%u", if_nametoindex("r1"));
	say(&said, BYPASS_SETTING_SAMPLE, "7s");
	must(bypassed_router_attach("r0", NULL));
	program = bypassed_router_program("r0", BYPASS_SLOT_DEFAULT);
	block(observer);
	assert_true(bypassed_router_attach("r1", &said) < 0);
	assert_int_equal(read_settings().sample, 500000000);
	assert_int_equal(bypassed_router_program("r1", BYPASS_SLOT_DEFAULT), 0);
	assert_int_equal(bypassed_router_program("r0", BYPASS_SLOT_DEFAULT), program);
	assert_true(bypassed_router_observes("r0"));
	assert_int_equal(rmdir(bypassed_router_path(observer)), 0);
	/* Only the last step fails: the observer goes again. */
	block("/bypass_edit_new");
	block("/bypass_edit_new/full");
	assert_true(bypassed_router_attach("r1", &said) < 0);
	assert_int_equal(read_settings().sample, 500000000);
	assert_int_equal(bypassed_router_program("r1", BYPASS_SLOT_DEFAULT), 0);
	assert_false(bypassed_router_observes("r1"));
}

static void an_upgrade_that_fails_changes_nothing(void **state)
{
	struct bypass_request said = { 0 };
	uint32_t program;

	(void)state;
	must(bypassed_router_attach("r0", NULL));
	program = bypassed_router_program("r0", BYPASS_SLOT_DEFAULT);
	block("/bypass_edit_new");
	block("/bypass_edit_new/full");
	say(&said, BYPASS_SETTING_SAMPLE, "7s");
	say(&said, BYPASS_SETTING_MONITOR, "on");
	assert_true(bypassed_router_attach("r0", &said) < 0);
	assert_int_equal(read_settings().sample, 500000000);
	assert_int_equal(bypassed_router_config("r0").monitor, 0);
	assert_int_equal(bypassed_router_program("r0", BYPASS_SLOT_DEFAULT), program);
	assert_true(bypassed_router_observes("r0"));
}

static void without_its_maps_an_upgrade_is_refused(void **state)
{
	(void)state;
	must(bypassed_router_attach("r0", NULL));
	assert_int_equal(unlink(bypassed_router_path("/bypass_setting")), 0);
	assert_int_equal(bypassed_router_attach("r0", NULL), -EPROTO);
	assert_says("/bypass_setting is gone");
	assert_int_equal(bypassed_router_attach("r1", NULL), -EPROTO);
	must(bpffs_remove_tree(bypassed_router_path(""), problem));
	assert_int_equal(bypassed_router_attach("r1", NULL), -EPROTO);
	assert_says("and with it the flows of r0");
	must(bypassed_router_detach("r0"));
	assert_nothing_is_left();
}

static void maps_of_another_version_are_refused(void **state)
{
	struct map_shape shape = { "bypass_setting", BPF_MAP_TYPE_ARRAY, 4, 8, 1 };
	int fd;

	(void)state;
	must(bypassed_router_attach("r0", NULL));
	assert_int_equal(unlink(bypassed_router_path("/bypass_setting")), 0);
	fd = bpf_map_create(shape.type, shape.name, 4, 8, 1, NULL);
	must(bpffs_pin(fd, bypassed_router_path("/bypass_setting"), problem));
	close(fd);
	assert_int_equal(bypassed_router_attach("r0", NULL), -EPROTO);
	assert_says("value size is 8, this build expects");
	must(bypassed_router_detach("r0"));
	assert_nothing_is_left();
}

static void detaching_what_is_not_there_says_so(void **state)
{
	(void)state;
	assert_int_equal(bypassed_router_detach("r0"), -ENOENT);
	assert_string_equal(problem->text, "r0: bypass_udp is not attached; run: bypass_udp "
					   "--attach --interface r0");
	must(bypassed_router_attach("r1", NULL));
	assert_int_equal(bypassed_router_detach("r0"), -ENOENT);
	assert_true(bypassed_router_program("r1", BYPASS_SLOT_DEFAULT) != 0);
}

/* A root that was taken away, an interface that was: what is left goes with the next command. */
static void what_has_lost_its_interface_is_cleared(void **state)
{
	(void)state;
	must(bypassed_router_attach("r0", NULL));
	must(bypassed_router_attach("r1", NULL));
	bypassed_router_remove_root("r0");
	assert_true(bypassed_router_observes("r0"));
	assert_int_equal(bypassed_router_detach("r0"), -ENOENT);
	assert_false(bypassed_router_observes("r0"));
	assert_true(bypassed_router_observes("r1"));
	bypassed_router_remove_link("r1");
	assert_true(bpffs_exists(bypassed_router_path("")));
	assert_int_equal(bypassed_router_detach("r1"), -ENODEV);
	assert_false(bpffs_exists(bypassed_router_path("")));
}

/* As it is when killed behind any step of the first attach. */
static void what_a_killed_attach_leaves_is_not_used(void **state)
{
	struct bypass_host host;
	struct flow_value value;

	(void)state;
	must(bypass_host_create(bypassed_router_bpffs(), 10, 10, problem));
	assert_int_equal(bypass_host_create(bypassed_router_bpffs(), 10, 10, problem), -EEXIST);
	host = open_host();
	bypass_host_close(&host);
	add_flow(FLOW);
	assert_int_equal(mkdir(bypassed_router_path("_new"), 0700), 0);
	block("_new/static_ipv4");
	must(bypassed_router_attach("r0", NULL));
	assert_false(bpffs_exists(bypassed_router_path("_new")));
	assert_false(has_flow(FLOW, &value));
	must(bypassed_router_detach("r0"));
	assert_nothing_is_left();
}

static const char *other_host(const char *digits)
{
	static char path[BPFFS_PATH_SIZE + 64];

	snprintf(path, sizeof(path), "%s/ecbpf/bypass_udp_%s", bypassed_router_bpffs(), digits);
	return path;
}

static void what_namespaces_that_have_gone_leave_is_cleared(void **state)
{
	(void)state;
	assert_int_equal(mkdir(other_host("12345"), 0700), 0);
	assert_int_equal(mkdir(other_host("12346_new"), 0700), 0);
	assert_int_equal(mkdir(other_host("nobody"), 0700), 0);
	must(bypassed_router_attach("r0", NULL));
	assert_false(bpffs_exists(other_host("12345")));
	assert_false(bpffs_exists(other_host("12346_new")));
	/* No name of ours. */
	assert_true(bpffs_exists(other_host("nobody")));
	assert_int_equal(rmdir(other_host("nobody")), 0);
	must(bypassed_router_detach("r0"));
	assert_nothing_is_left();
}

/* One that has a chain in this bpffs keeps its directory. */
static void what_other_namespaces_use_stays(void **state)
{
	struct ecbpf_chain_identity identity;
	struct chain chain = open_chain("r1");

	(void)state;
	must(chain_read_identity(&chain, &identity, problem));
	identity.netns_inode = 12345;
	identity.netns_cookie += 1;
	must(chain_write_identity(&chain, &identity, problem));
	assert_int_equal(mkdir(other_host("12345"), 0700), 0);
	must(bypassed_router_attach("r0", NULL));
	assert_true(bpffs_exists(other_host("12345")));
	must(bypassed_router_detach("r0"));
	assert_true(bpffs_exists(other_host("12345")));
	chain_close(&chain);
}

#define ATTACH_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACH_TEST(the_first_attach_makes_what_all_share),
		ATTACH_TEST(fixed_next_hops_say_why),
		ATTACH_TEST(what_was_said_is_what_is_made),
		ATTACH_TEST(interfaces_share),
		ATTACH_TEST(an_upgrade_keeps_everything),
		ATTACH_TEST(what_was_sent_before_is_remembered),
		ATTACH_TEST(tables_of_other_sizes_are_refused),
		ATTACH_TEST(a_strangers_slot_is_refused),
		ATTACH_TEST(it_is_in_one_slot_only),
		ATTACH_TEST(a_plan_is_followed_as_a_whole_or_not_at_all),
		ATTACH_TEST(a_failed_attach_is_undone),
		ATTACH_TEST(an_upgrade_that_fails_changes_nothing),
		ATTACH_TEST(without_its_maps_an_upgrade_is_refused),
		ATTACH_TEST(maps_of_another_version_are_refused),
		ATTACH_TEST(detaching_what_is_not_there_says_so),
		ATTACH_TEST(what_has_lost_its_interface_is_cleared),
		ATTACH_TEST(what_a_killed_attach_leaves_is_not_used),
		ATTACH_TEST(what_namespaces_that_have_gone_leave_is_cleared),
		ATTACH_TEST(what_other_namespaces_use_stays),
	};
	const char *reason = bypassed_router_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		bypassed_router_leave();
		return ROUTER_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bypassed_router_leave();
	return failed;
}
