// SPDX-License-Identifier: GPL-2.0-only
/* What the verbs do that change something, on a router that is attached. */
#include "bypass_change.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bypass_reload.h"
#include "bypass_slot.h"
#include "bypassed_router.h"
#include "flow_file.h"
#include "flow_value.h"
#include "nexthops.h"

#define must bypassed_router_must

static struct problem *const problem = &bypassed_router_problem;
static char *said; /* on the stream of the last change */

static int set_up(void **state)
{
	int err = bypassed_router_set_up(state);

	must(bypassed_router_attach("r0", NULL));
	must(bypassed_router_attach("r1", NULL));
	return err;
}

static int tear_down(void **state)
{
	free(said);
	said = NULL;
	return bypassed_router_tear_down(state);
}

static void assert_says(const char *says)
{
	if (!strstr(problem->text, says))
		fail_msg("'%s' instead of '%s'", problem->text, says);
}

static FILE *open_said(void)
{
	static size_t size;

	free(said);
	said = NULL;
	*problem = (struct problem){ 0 };
	return open_memstream(&said, &size);
}

/* Lines "IN => OUT [both]". */
static struct flow_rule_list rules_of(const char *lines)
{
	struct flow_rule_list rules = { 0 };
	FILE *stream = fmemopen((char *)(uintptr_t)lines, strlen(lines), "r");

	must(flow_file_read(stream, "rules", &rules, problem));
	fclose(stream);
	return rules;
}

static int add(const char *lines, bool dry_run)
{
	struct flow_rule_list rules = rules_of(lines);
	FILE *stream = open_said();
	int err = bypass_change_flow_add(stream, bypassed_router_bpffs(), &rules, dry_run, problem);

	fclose(stream);
	flow_rule_list_free(&rules);
	return err;
}

static int replace(const char *lines)
{
	struct flow_rule_list rules = rules_of(lines);
	FILE *stream = open_said();
	int err = bypass_change_flow_file(stream, bypassed_router_bpffs(), &rules, problem);

	fclose(stream);
	flow_rule_list_free(&rules);
	return err;
}

static int delete_flow(const char *in, bool both)
{
	FILE *stream = open_said();
	int err = bypass_change_flow_del(stream, bypassed_router_bpffs(), in, both, problem);

	fclose(stream);
	return err;
}

static struct bypass_host open_host(void)
{
	struct bypass_host host;

	must(bypass_host_open(&host, bypassed_router_bpffs(), problem));
	return host;
}

static struct bypass_settings read_settings(void)
{
	struct bypass_host host = open_host();
	struct bypass_settings settings;

	must(bypass_host_read_settings(&host, &settings, problem));
	bypass_host_close(&host);
	return settings;
}

static bool find(const char *in, struct flow_value *ret_value)
{
	struct bypass_host host = open_host();
	struct flow_rule rule;
	int err;

	must(flow_rule_parse_in(in, &rule, problem));
	err = flow_tables_find(&host.flows, FLOW_TABLE_STATIC, &rule.key, ret_value);
	bypass_host_close(&host);
	return err == 0;
}

static size_t count_flows(void)
{
	struct bypass_host host = open_host();
	struct flow_entry_list list;
	size_t count;

	must(flow_tables_read(&host.flows, FLOW_TABLE_STATIC, &list, problem));
	count = list.count;
	flow_entry_list_free(&list);
	bypass_host_close(&host);
	return count;
}

/* What packets of a flow meet: the way of its next hop. */
static struct flow_way way_of(uint32_t nexthop)
{
	struct bypass_host host = open_host();
	struct nexthops *nexthops;
	const struct flow_nexthop *entry;
	struct flow_way way;

	must(nexthops_open(&nexthops, host.fd[BYPASS_NEXTHOPS], host.fd[BYPASS_DEVICES],
			   NEXTHOPS_TOOL, problem));
	entry = nexthops_get(nexthops, nexthop);
	assert_non_null(entry);
	way = entry->way[entry->current];
	nexthops_close(nexthops);
	bypass_host_close(&host);
	return way;
}

static void a_flow_is_added_with_its_next_hop(void **state)
{
	struct flow_value value;
	struct flow_way way;

	(void)state;
	assert_int_equal(read_settings().tables, 1U << FLOW_TABLE_LEARNED);
	must(add("10.1.0.1:5000 > 10.2.0.1:53 => l2 both", false));
	assert_string_equal(said,
			    "added 10.1.0.1:5000 > 10.2.0.1:53 => l2: via 10.2.0.1 dev r1 lladdr "
			    "02:00:00:00:01:01\n"
			    "added 10.2.0.1:53 > 10.1.0.1:5000 => l2: via 10.1.0.1 dev r0 lladdr "
			    "02:00:00:00:00:01\n");
	assert_true(find("10.1.0.1:5000 > 10.2.0.1:53", &value));
	assert_int_equal(value.flags, FLOW_ROUTED | FLOW_ANY_TAGS);
	assert_true(value.nexthop >= NEXTHOPS_TOOL_FIRST);
	way = way_of(value.nexthop);
	assert_int_equal(way.state, FLOW_WAY_USABLE);
	assert_memory_equal(way.destination_mac, "\x02\x00\x00\x00\x01\x01", 6);
	assert_true(find("10.2.0.1:53 > 10.1.0.1:5000", &value));
	assert_int_equal(read_settings().tables, 3);
	assert_int_equal(read_settings().static_version, 1);
}

static void a_dry_run_changes_nothing(void **state)
{
	struct flow_value value;

	(void)state;
	must(add("10.1.0.1:5000 > 10.2.0.1:53 => l2", true));
	assert_string_equal(said, "would add 10.1.0.1:5000 > 10.2.0.1:53 => l2: dev r1, usable\n");
	must(add("10.1.0.1:5000 > 10.2.0.1:53 => l2 via 10.2.0.9", true));
	assert_string_equal(said, "would add 10.1.0.1:5000 > 10.2.0.1:53 => l2 via 10.2.0.9\n");
	must(add("10.1.0.1:5000 > 192.0.2.1:53 => l2", true));
	assert_string_equal(said,
			    "would add 10.1.0.1:5000 > 192.0.2.1:53 => l2: no-route; its packets go "
			    "up the stack until that changes\n");
	assert_int_equal(count_flows(), 0);
	assert_int_equal(read_settings().static_version, 0);
	assert_int_equal(read_settings().tables, 1U << FLOW_TABLE_LEARNED);
	must(add("10.1.0.1:5000 > 10.2.0.1:53 => l2", false));
	assert_int_equal(add("10.1.0.1:5000 > 10.2.0.1:53 => l2", true), -EEXIST);
	assert_true(find("10.1.0.1:5000 > 10.2.0.1:53", &value));
}

/* They are there all the same. */
static void flows_without_a_next_hop_say_so(void **state)
{
	struct flow_value value;

	(void)state;
	must(add("10.1.0.1:1 > 10.2.0.9:1 => l2", false));
	assert_string_equal(said, "added 10.1.0.1:1 > 10.2.0.9:1 => l2: via 10.2.0.9 dev r1, "
				  "resolving; its packets go up the stack until that changes\n");
	must(add("10.1.0.1:1 > 192.0.2.1:1 => l2", false));
	assert_string_equal(said,
			    "added 10.1.0.1:1 > 192.0.2.1:1 => l2: no-route; its packets go up "
			    "the stack until that changes\n");
	assert_true(find("10.1.0.1:1 > 192.0.2.1:1", &value));
	assert_int_equal(value.nexthop, FLOW_WAY_NO_ROUTE);
	must(add("10.1.0.1:1 > 10.2.0.254:1 => l2", false));
	assert_true(find("10.1.0.1:1 > 10.2.0.254:1", &value));
	assert_int_equal(value.nexthop, FLOW_WAY_LOCAL);
}

static void what_a_rule_names_is_in_the_table(void **state)
{
	struct flow_value value;
	struct flow_key key = { 0 }, out;
	struct flow_rule rule;
	struct flow_way way;

	(void)state;
	must(add("10.1.0.1:1 > 10.2.0.7:2 on r0 vlan 7 => *:9 > 10.2.0.1:* dev r1 mac "
		 "02:00:00:00:00:99 vlan 5.6",
		 false));
	must(flow_rule_parse_in("10.1.0.1:1 > 10.2.0.7:2", &rule, problem));
	key = rule.key;
	assert_true(find("10.1.0.1:1 > 10.2.0.7:2", &value));
	assert_int_equal(value.flags, FLOW_NAT);
	assert_int_equal(value.in_ifindex, bypassed_router_config("r0").ifindex);
	assert_int_equal(value.in_vlan[0], 7);
	out = flow_value_out(&key, &value);
	must(flow_rule_parse_in("10.1.0.1:9 > 10.2.0.1:2", &rule, problem));
	assert_memory_equal(&out, &rule.key, sizeof(out));
	way = way_of(value.nexthop);
	assert_memory_equal(way.destination_mac, "\x02\x00\x00\x00\x00\x99", 6);
	assert_int_equal(way.ifindex, bypassed_router_config("r1").ifindex);
	assert_int_equal(way.tags, 2);
}

static void refused_flows_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(add("10.1.0.1:1 > 10.2.0.1:2 tcp => l2", false), -EPROTONOSUPPORT);
	assert_says("10.1.0.1:1 > 10.2.0.1:2 tcp => l2: bypass_udp forwards UDP only");
	assert_int_equal(add("10.1.0.1:1 > 10.2.0.1:2 on r9 => l2", false), -ENODEV);
	assert_says("r9: no such interface in this network namespace");
	assert_int_equal(add("10.1.0.1:1 > 10.2.0.1:2 => l2 via 10.2.0.1 dev r9", false), -ENODEV);
	assert_string_equal(said, "");
	must(add("10.1.0.1:1 > 10.2.0.1:2 => l2", false));
	/* Its answers are there, as a flow of their own. */
	assert_int_equal(add("10.2.0.1:2 > 10.1.0.1:1 => l2 both", false), -EEXIST);
	assert_int_equal(count_flows(), 1);
	assert_int_equal(read_settings().static_version, 1);
}

static void a_full_table_refuses(void **state)
{
	struct bypass_request request = { 0 };

	(void)state;
	must(bypassed_router_detach("r0"));
	must(bypassed_router_detach("r1"));
	must(bypass_request_parse(&request, BYPASS_SETTING_MAX_FLOWS, "3", problem));
	must(bypassed_router_attach("r0", &request));
	must(add("10.1.0.1:1 > 10.2.0.1:2 => l2 both", false));
	assert_int_equal(add("10.1.0.1:3 > 10.2.0.1:4 => l2 both", false), -ENOSPC);
	assert_says("3");
	assert_int_equal(count_flows(), 2);
	must(add("10.1.0.1:3 > 10.2.0.1:4 => l2", false));
}

static void count_in(const char *in, uint64_t packets)
{
	struct flow_edit edit = { .table = FLOW_TABLE_STATIC,
				  .what = FLOW_EDIT_COUNTS,
				  .counts = { packets, 100 * packets, 1 } };
	struct bypass_host host = open_host();
	struct flow_rule rule;

	must(flow_rule_parse_in(in, &rule, problem));
	edit.key = rule.key;
	must(flow_tables_edit(&host.flows, &edit, 1, problem));
	assert_int_equal(edit.found, 1);
	bypass_host_close(&host);
}

static void flows_are_removed_with_their_answers(void **state)
{
	struct flow_value value;

	(void)state;
	must(add("10.1.0.1:1 > 10.2.0.7:2 => *:* > 10.2.0.1:3 via 10.2.0.1 both\n"
		 "10.1.0.1:5 > 10.2.0.1:6 => l2",
		 false));
	count_in("10.2.0.1:3 > 10.1.0.1:1", 4);
	assert_int_equal(delete_flow("10.1.0.1:5 > 10.2.0.1:6", true), -ENOENT);
	assert_true(find("10.1.0.1:5 > 10.2.0.1:6", &value));
	assert_int_equal(delete_flow("10.1.0.1:8 > 10.2.0.1:6", true), -ENOENT);
	assert_says("10.1.0.1:8 > 10.2.0.1:6: there is no such static flow");
	assert_int_equal(delete_flow("10.1.0.1:8 > 10.2.0.1:6", false), -ENOENT);
	assert_int_equal(delete_flow("nonsense", false), -EINVAL);
	assert_says("--flow-del 'nonsense': ");
	must(delete_flow("10.1.0.1:1 > 10.2.0.7:2", true));
	assert_string_equal(said, "removed 10.1.0.1:1 > 10.2.0.7:2 => 10.1.0.1:1 > 10.2.0.1:3: 0 "
				  "packets, 0 bytes\n"
				  "removed 10.2.0.1:3 > 10.1.0.1:1 => 10.2.0.7:2 > 10.1.0.1:1: 4 "
				  "packets, 400 bytes\n");
	assert_int_equal(count_flows(), 1);
	assert_int_equal(read_settings().tables, 3);
	must(delete_flow("10.1.0.1:5 > 10.2.0.1:6 vlan 5 on r0", false));
	assert_int_equal(read_settings().tables, 1U << FLOW_TABLE_LEARNED);
	assert_int_equal(read_settings().static_version, 3);
}

static void a_file_is_all_there_is(void **state)
{
	struct flow_value value;

	(void)state;
	must(add("10.1.0.1:1 > 10.2.0.1:1 => l2\n10.1.0.1:2 > 10.2.0.1:2 => l2", false));
	count_in("10.1.0.1:1 > 10.2.0.1:1", 7);
	must(replace("10.1.0.1:1 > 10.2.0.1:1 => l2\n10.1.0.1:3 > 10.2.0.1:3 => l2 both\n"
		     "10.1.0.1:4 > 192.0.2.1:4 => l2"));
	assert_string_equal(said,
			    "not usable yet: 10.1.0.1:4 > 192.0.2.1:4 => l2: no-route; its packets "
			    "go up the stack until that changes\n"
			    "static flows: 3 added, 1 stay, 1 removed\n");
	assert_int_equal(count_flows(), 4);
	assert_false(find("10.1.0.1:2 > 10.2.0.1:2", &value));
	assert_true(find("10.1.0.1:1 > 10.2.0.1:1", &value));
	assert_int_equal(flow_counts_total(&value).packets, 7);
	assert_int_equal(way_of(value.nexthop).state, FLOW_WAY_USABLE);
	assert_int_equal(replace("10.1.0.1:1 > 10.2.0.1:1 => l2\n10.1.0.1:9 > 10.2.0.1:9 tcp => l2"),
			 -EPROTONOSUPPORT);
	assert_int_equal(count_flows(), 4);
	must(replace("# nothing\n"));
	assert_string_equal(said, "static flows: 0 added, 0 stay, 4 removed\n");
	assert_int_equal(read_settings().tables, 1U << FLOW_TABLE_LEARNED);
}

/* The next hops of flows that have gone are free for others. */
static void next_hops_do_not_run_out(void **state)
{
	struct flow_value first, value;

	(void)state;
	must(replace("10.1.0.1:1 > 10.2.0.1:1 => l2 dev r1 mac 02:00:00:00:aa:01"));
	assert_true(find("10.1.0.1:1 > 10.2.0.1:1", &first));
	must(replace("10.1.0.1:1 > 10.2.0.1:1 => l2 dev r1 mac 02:00:00:00:aa:02"));
	must(replace("10.1.0.1:1 > 10.2.0.1:1 => l2 dev r1 mac 02:00:00:00:aa:03"));
	assert_true(find("10.1.0.1:1 > 10.2.0.1:1", &value));
	assert_int_equal(value.nexthop, first.nexthop);
}

static void excluded_flows_are_marked(void **state)
{
	struct bypass_excluded excluded;
	struct bypass_host host;
	struct flow_value value;

	(void)state;
	must(add("10.1.0.1:1 > 10.2.0.1:1 => l2\n10.1.0.1:2 > 10.2.0.2:2 => *:* > 10.2.0.3:2 via "
		 "10.2.0.1",
		 false));
	must(bypass_change_exclude(bypassed_router_bpffs(), "10.2.0.3,192.0.2.0/24", problem));
	assert_true(find("10.1.0.1:1 > 10.2.0.1:1", &value));
	assert_false(value.flags & FLOW_EXCLUDED);
	assert_true(find("10.1.0.1:2 > 10.2.0.2:2", &value));
	assert_true(value.flags & FLOW_EXCLUDED);
	must(add("10.1.0.1:3 > 10.2.0.3:3 => l2 via 10.2.0.1", false));
	assert_non_null(strstr(said, "; excluded: its packets go up the stack\n"));
	assert_int_equal(bypass_change_exclude(bypassed_router_bpffs(), "x", problem), -EINVAL);
	assert_says("--exclude: 'x' is not an address");
	assert_int_equal(bypass_change_no_exclude(bypassed_router_bpffs(), "10.2.0.4", problem),
			 -ENOENT);
	assert_says("--no-exclude: 10.2.0.4/32 is not excluded");
	host = open_host();
	must(bypass_host_read_excluded(&host, &excluded, problem));
	bypass_host_close(&host);
	assert_int_equal(excluded.count, 2);
	assert_int_equal(excluded.version, 1);
	must(bypass_change_no_exclude(bypassed_router_bpffs(), "10.2.0.3", problem));
	assert_true(find("10.1.0.1:2 > 10.2.0.2:2", &value));
	assert_false(value.flags & FLOW_EXCLUDED);
	assert_true(find("10.1.0.1:3 > 10.2.0.3:3", &value));
	assert_false(value.flags & FLOW_EXCLUDED);
}

static void settings_are_changed(void **state)
{
	struct bypass_request request = { 0 };

	(void)state;
	must(add("10.1.0.1:1 > 10.2.0.1:1 => l2", false));
	must(bypass_request_parse(&request, BYPASS_SETTING_SAMPLE, "2s", problem));
	must(bypass_request_parse(&request, BYPASS_SETTING_MONITOR, "on", problem));
	must(bypass_change_settings(bypassed_router_bpffs(), &request, problem));
	must(bypass_change_interface(bypassed_router_bpffs(), "r1", BYPASS_SLOT_ANY, &request,
				     problem));
	assert_int_equal(read_settings().sample, 2000000000);
	assert_int_equal(read_settings().tables, 3);
	assert_int_equal(bypassed_router_config("r0").monitor, 0);
	assert_int_equal(bypassed_router_config("r1").monitor, 1);
	assert_memory_equal(bypassed_router_config("r1").mac, "\x02\x00\x00\x00\x01\xfe", 6);
}

static int reload(const char *content)
{
	struct bypass_plan plan = { 0 };
	FILE *stream = open_said();
	int err;

	must(bypass_plan_parse(&plan, "plan", content, strlen(content), problem));
	err = bypass_reload(stream, bypassed_router_bpffs(), &plan, problem);
	if (!err)
		err = bypass_reload_interface(bypassed_router_bpffs(), "r1", BYPASS_SLOT_ANY, &plan,
					      problem);
	fclose(stream);
	bypass_plan_free(&plan);
	return err;
}

static void a_file_is_loaded_again(void **state)
{
	struct flow_value value;

	(void)state;
	must(add("10.1.0.1:1 > 10.2.0.1:1 => l2", false));
	must(reload("{ \"bypass_udp\": { \"sample\": \"2s\", \"monitor\": true, \"exclude\": "
		    "[\"10.2.0.1\"] } }"));
	assert_string_equal(said, "excluded prefixes: 0 -> 1\nsample: 500ms -> 2s\n");
	assert_int_equal(bypassed_router_config("r1").monitor, 1);
	assert_true(find("10.1.0.1:1 > 10.2.0.1:1", &value));
	assert_true(value.flags & FLOW_EXCLUDED);
	assert_int_equal(read_settings().tables, 3);
	/* What the file does not say is standard, but for flows and prefixes. */
	must(reload("{ \"bypass_udp\": { \"idle_timeout\": \"dns=5s\" } }"));
	assert_string_equal(said, "idle_timeout: 60s -> 60s,dns=5s\nsample: 2s -> 500ms\n");
	assert_int_equal(bypassed_router_config("r1").monitor, 0);
	assert_int_equal(count_flows(), 1);
	must(reload(
		"{ \"bypass_udp\": { \"idle_timeout\": \"dns=5s\", \"max_flows\": 9, \"flows\": "
		"[ { \"in\": \"10.1.0.1:2 > 10.2.0.1:2\", \"out\": \"l2\" } ] } }"));
	assert_string_equal(said, "static flows: 1 added, 0 stay, 1 removed\n");
	assert_int_equal(
		add("10.1.0.1:3 > 10.2.0.1:3 => l2 both\n10.1.0.1:4 > 10.2.0.1:4 => l2 both\n"
		    "10.1.0.1:5 > 10.2.0.1:5 => l2 both\n10.1.0.1:6 > 10.2.0.1:6 => l2 both\n"
		    "10.1.0.1:7 > 10.2.0.1:7 => l2\n",
		    false),
		-ENOSPC);
	assert_int_equal(reload("{ \"bypass_udp\": { \"max_flows\": 8 } }"), -EBUSY);
	assert_says("max_flows can change from 9 to 8 only together with the flows");
	assert_int_equal(reload("{ \"bypass_udp\": { \"max_learned\": 8, \"flows\": [] } }"),
			 -EBUSY);
	assert_says("max_learned cannot change from 65536 to 8");
	assert_int_equal(count_flows(), 1);
}

static void nothing_attached_is_told(void **state)
{
	static const char *const says =
		"bypass_udp is attached to no interface of this network namespace; run: bypass_udp "
		"--attach --interface NAME";
	struct bypass_request request = { 0 };

	(void)state;
	must(bypassed_router_detach("r0"));
	must(bypassed_router_detach("r1"));
	assert_int_equal(add("10.1.0.1:1 > 10.2.0.1:1 => l2", false), -ENOENT);
	assert_string_equal(problem->text, says);
	assert_int_equal(delete_flow("10.1.0.1:1 > 10.2.0.1:1", false), -ENOENT);
	assert_string_equal(problem->text, says);
	assert_int_equal(replace("#\n"), -ENOENT);
	assert_int_equal(bypass_change_exclude(bypassed_router_bpffs(), "10.0.0.0/8", problem),
			 -ENOENT);
	assert_string_equal(problem->text, says);
	assert_int_equal(bypass_change_settings(bypassed_router_bpffs(), &request, problem),
			 -ENOENT);
	assert_int_equal(reload("{}"), -ENOENT);
}

#define CHANGE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHANGE_TEST(a_flow_is_added_with_its_next_hop),
		CHANGE_TEST(a_dry_run_changes_nothing),
		CHANGE_TEST(flows_without_a_next_hop_say_so),
		CHANGE_TEST(what_a_rule_names_is_in_the_table),
		CHANGE_TEST(refused_flows_change_nothing),
		CHANGE_TEST(a_full_table_refuses),
		CHANGE_TEST(flows_are_removed_with_their_answers),
		CHANGE_TEST(a_file_is_all_there_is),
		CHANGE_TEST(next_hops_do_not_run_out),
		CHANGE_TEST(excluded_flows_are_marked),
		CHANGE_TEST(settings_are_changed),
		CHANGE_TEST(a_file_is_loaded_again),
		CHANGE_TEST(nothing_attached_is_told),
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
