// SPDX-License-Identifier: GPL-2.0-only
/* The root as the front door knows it, on a pair of interfaces: applied from a configuration, its line, its metrics. */
#include "xdp_root_component.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "abi/pin_names.h"
#include "abi/reasons.h"
#include "chain.h"
#include "chain_health.h"
#include "harness/component_schema.h"
#include "harness/scratch_bpffs.h"
#include "log.h"
#include "reason_names.h"
#include "root_apply.h"
#include "root_detach.h"
#include "slot_table.h"

#define A "test.a"
#define B "test.b"

static char config[] = "/tmp/test_root_component_XXXXXX";
static struct problem problem;

static unsigned int fds_before;

static int make_interfaces(void **state)
{
	(void)state;
	fds_before = scratch_open_fds();
	problem = (struct problem){ 0 };
	return SCRATCH_RUN("ip", "link", "add", A, "type", "veth", "peer", "name", B);
}

static void write_config(const char *content)
{
	FILE *stream = fopen(config, "w");

	assert_non_null(stream);
	fputs(content, stream);
	assert_int_equal(fclose(stream), 0);
}

/* What apply() prints; freed by the next call. */
static const char *applied(const char *names, int err)
{
	static char *text;
	struct interface_list list = { 0 };
	const struct component_apply wish = { .bpffs = scratch_bpffs(),
					      .config = config,
					      .interfaces = &list };
	size_t size;
	FILE *stream;

	free(text);
	text = NULL;
	stream = open_memstream(&text, &size);
	assert_non_null(stream);
	problem = (struct problem){ 0 };
	if (*names)
		assert_int_equal(interface_list_add(&list, names, &problem), 0);
	if (xdp_root_component.apply(stream, &wish, &problem) != err)
		fail_msg("apply: %s", problem.text);
	fclose(stream);
	interface_list_free(&list);
	return text;
}

static __u32 root_id(const char *interface)
{
	struct chain_health health;
	__u32 id;

	assert_int_equal(chain_health_read(&health, scratch_bpffs(), interface, &problem), 0);
	id = health.attachment.ours ? health.root_id : 0;
	chain_health_close(&health);
	return id;
}

static void schema_and_reader_agree(void **state)
{
	static const char *const keys[] = { "interfaces",
					    "mode",
					    "frags",
					    "nop",
					    "interface",
					    "interface.*.mode",
					    "interface.*.frags",
					    "interface.*.nop" };

	(void)state;
	component_schema_is_read(&xdp_root_component, NULL);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		assert_true(component_schema_has(&xdp_root_component, keys[i]));
	assert_false(component_schema_has(&xdp_root_component, "interface.*.interfaces"));
}

static void a_root_is_attached_once(void **state)
{
	__u32 id;

	(void)state;
	write_config("{ \"interfaces\": \"" A "\" }");
	assert_string_equal(applied(A, 0), A ": root attached\n");
	id = root_id(A);
	assert_int_not_equal(id, 0);
	assert_string_equal(applied(A, 0), "");
	assert_int_equal(root_id(A), id);
	assert_string_equal(applied(A "," B, 0), B ": root attached\n");
	assert_string_equal(applied(B, 0), A ": xdp_root is attached and not wanted by the "
					     "configuration: left alone; to take it away: "
					     "xdp_root_loader --detach --interface " A "\n");
	assert_int_equal(root_id(A), id);
}

static void what_is_sick_is_repaired(void **state)
{
	char path[BPFFS_PATH_SIZE], line[COMPONENT_HEADLINE_SIZE];
	struct chain chain;

	(void)state;
	write_config("{}");
	applied(A, 0);
	chain_init(&chain, scratch_bpffs(), A);
	bpffs_join(path, chain.pins, ECBPF_MAP_STATS);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(xdp_root_component.headline(scratch_bpffs(), line, &problem), -EUCLEAN);
	assert_non_null(strstr(line, A ": 1 shared pins are missing in "));
	assert_string_equal(applied(A, 0), A ": root repaired\n");
	assert_int_equal(xdp_root_component.headline(scratch_bpffs(), line, &problem), 0);
	assert_string_equal(applied(A, 0), "");
}

/* A line has an end, which does not take what is behind with it. */
static void long_sentences_are_cut(void **state)
{
	char line[COMPONENT_HEADLINE_SIZE];

	write_config("{}");
	applied(A "," B, 0);
	assert_int_equal(SCRATCH_RUN("ip", "link", "delete", A), 0);
	assert_int_equal(make_interfaces(state), 0);
	assert_int_equal(xdp_root_component.headline(scratch_bpffs(), line, &problem), -EUCLEAN);
	/* Of one or the other. */
	assert_string_equal(line + strlen(A),
			    ": pins are left, but the root is not attached: the interface was made "
			    "anew, or an attach or detach was interrupted: --attach... (and 1 "
			    "more interface)");
	assert_true(strlen(line) < sizeof(line));
}

static void a_nop_root_gives_way(void **state)
{
	char line[COMPONENT_HEADLINE_SIZE];
	struct root_wish wish = { .bpffs = scratch_bpffs() };
	struct config_file *file = NULL;

	(void)state;
	write_config("{ \"xdp_root\": { \"nop\": true } }");
	applied(A, 0);
	assert_int_equal(config_file_open(config, &file, &problem), 0);
	wish.file = file;
	assert_int_equal(root_wish_detach(&wish, A, &problem), 0);
	assert_int_equal(xdp_root_component.headline(scratch_bpffs(), line, &problem), 0);
	assert_string_equal(line, "0 interfaces, 0 programs, 0 packets; NOP root on 1 interface");
	assert_string_equal(applied(A, 0), A ": root attached\n");
	/* Where nothing runs, the file's wish for a NOP root does not keep the pins. */
	assert_int_equal(SCRATCH_RUN("ip", "link", "delete", A), 0);
	assert_int_equal(root_wish_detach(&wish, A, &problem), 0);
	assert_int_equal(root_wish_detach(&wish, A, &problem), -ENOENT);
	config_file_close(file);
}

static void errors_change_nothing(void **state)
{
	__u32 id;

	(void)state;
	write_config("{}");
	applied(A, 0);
	id = root_id(A);
	write_config("{ \"xdp_root\": { \"mod\": 1 } }");
	assert_string_equal(applied(A "," B, -EINVAL), "");
	assert_int_equal(root_id(A), id);
	assert_int_equal(root_id(B), 0);
	write_config("{ \"xdp_root\": { \"mode\": \"generic\" } }");
	assert_string_equal(applied(A, -EBUSY), "");
	assert_non_null(strstr(problem.text, "attached in native mode; --detach first"));
	assert_int_equal(root_id(A), id);
}

static void modes_are_taken_from_the_file(void **state)
{
	struct chain_health health;

	(void)state;
	write_config("{ \"xdp_root\": { \"interface\": { \"" B
		     "\": { \"mode\": \"generic\" } } } }");
	applied(A "," B, 0);
	assert_int_equal(chain_health_read(&health, scratch_bpffs(), A, &problem), 0);
	assert_int_equal(health.attachment.running_mode, ECBPF_MODE_NATIVE);
	chain_health_close(&health);
	assert_int_equal(chain_health_read(&health, scratch_bpffs(), B, &problem), 0);
	assert_int_equal(health.attachment.running_mode, ECBPF_MODE_GENERIC);
	chain_health_close(&health);
}

/* A program in slot 3 that has names for two of its reasons, which are the same. */
static void fill_slot(const struct chain *chain)
{
	const struct bpf_insn body[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 2 },
					 { .code = BPF_JMP | BPF_EXIT } };
	struct reason_names *names = calloc(1, sizeof(*names));
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_XDP);
	struct slot_map map = { ECBPF_PIN_REASON_NAMES, -1 };
	struct slot_content content = {
		.record = { .slot = 3, .kit = 1, .loaded_at = 1500000000, .name = "the_program" },
		.maps = &map,
		.map_count = 1,
	};

	assert_non_null(names);
	strcpy(names->name[20], "odd");
	strcpy(names->name[21], "odd");
	map.fd = reason_names_create(names, &problem);
	free(names);
	content.program = bpf_prog_load(BPF_PROG_TYPE_XDP, "short_name", "GPL", body, 2, &options);
	assert_true(map.fd >= 0 && content.program >= 0);
	assert_int_equal(slot_table_publish(chain, 3, &content, &problem), 0);
	close(map.fd);
	close(content.program);
}

/* All of it on the first CPU. */
static void count_packets(const struct chain *chain)
{
	int cpus = libbpf_num_possible_cpus();
	struct ecbpf_stats *stats = calloc((size_t)cpus, sizeof(*stats));
	struct ecbpf_row *row = &stats->row[3];
	__u32 only_entry = 0;

	assert_non_null(stats);
	row->packets[ECBPF_REASON_NONE][1] = 5;
	row->packets[ECBPF_REASON_SHORT_IPV4][0] = 6;
	row->packets[20][1] = 7;
	row->packets[21][2] = 8;
	row->packets[40][3] = 9;
	row->packets[40][4] = 10;
	row->packets[40][5] = 11;
	stats->row[ECBPF_ROOT_ROW].packets[0][2] = 12;
	assert_int_equal(bpf_map_update_elem(chain->map[CHAIN_STATS], &only_entry, stats, BPF_ANY),
			 0);
	free(stats);
}

static unsigned int count_lines(const char *text, const char *beginning)
{
	unsigned int count = 0;

	for (; *text; text += strcspn(text, "\n") + 1)
		count += !strncmp(text, beginning, strlen(beginning));
	return count;
}

static void assert_metrics(const char *expected)
{
	struct metrics *metrics = metrics_new();
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (xdp_root_component.metrics(metrics, scratch_bpffs(), &problem) ||
	    metrics_write(metrics, stream, &problem))
		fail_msg("%s", problem.text);
	fclose(stream);
	metrics_free(metrics);
	for (const char *line = expected; *line; line += strcspn(line, "\n") + 1) {
		char one[256];

		snprintf(one, sizeof(one), "\n%.*s\n", (int)strcspn(line, "\n"), line);
		if (!strstr(text, one))
			fail_msg("no line %s in\n%s", one, text);
	}
	/* None for what was never counted. */
	assert_int_equal(count_lines(text, "ecbpf_chain_packets_total{"), 8);
	free(text);
}

static void metrics_tell_the_chain(void **state)
{
	char line[COMPONENT_HEADLINE_SIZE];
	struct chain chain;

	(void)state;
	write_config("{ \"xdp_root\": { \"mode\": \"generic\" } }");
	applied(A, 0);
	chain_init(&chain, scratch_bpffs(), A);
	assert_int_equal(chain_open(&chain, &problem), 0);
	fill_slot(&chain);
	count_packets(&chain);
	chain_close(&chain);
#define PACKETS "ecbpf_chain_packets_total{interface=\"" A "\",slot=\"3\",program=\"the_program\","
	assert_metrics(
		"ecbpf_chain_attached{interface=\"" A "\"} 1\n"
		"ecbpf_chain_disagreements{interface=\"" A "\"} 0\n"
		"ecbpf_chain_info{interface=\"" A
		"\",mode=\"generic\",frags=\"off\",root=\"full\"} 1\n" PACKETS
		"verdict=\"drop\",reason=\"none\"} 5\n" PACKETS
		"verdict=\"aborted\",reason=\"short_ipv4\"} 6\n" PACKETS
		"verdict=\"drop\",reason=\"odd\"} 7\n" PACKETS
		"verdict=\"pass\",reason=\"21\"} 8\n" PACKETS
		"verdict=\"tx\",reason=\"40\"} 9\n" PACKETS
		"verdict=\"redirect\",reason=\"40\"} 10\n" PACKETS
		"verdict=\"invalid\",reason=\"40\"} 11\n"
		"ecbpf_chain_packets_total{interface=\"" A "\",slot=\"root\",program=\"xdp_root\","
		"verdict=\"pass\",reason=\"none\"} 12\n"
		"ecbpf_chain_seen_packets_total{interface=\"" A
		"\",slot=\"3\",program=\"the_program\"} 68\n"
		"ecbpf_chain_program_loaded_timestamp_seconds{interface=\"" A "\",slot=\"3\","
		"program=\"the_program\"} 1.5\n");
	assert_int_equal(xdp_root_component.headline(scratch_bpffs(), line, &problem), 0);
	assert_string_equal(line, "1 interface, 1 program, 68 packets");
}

static void without_a_root(void **state)
{
	char line[COMPONENT_HEADLINE_SIZE];
	struct metrics *metrics = metrics_new();
	unsigned int sick = 5;
	struct report *report;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(xdp_root_component.headline(scratch_bpffs(), line, &problem), -ENOENT);
	assert_int_equal(xdp_root_component.metrics(metrics, scratch_bpffs(), &problem), 0);
	metrics_free(metrics);
	report = report_new(REPORT_JSON, stream, "t", 1);
	assert_int_equal(xdp_root_component.status(report, scratch_bpffs(), &sick, &problem), 0);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	assert_int_equal(sick, 0);
	assert_non_null(strstr(text, "\"" A "\""));
	free(text);
}

static int remove_all(void **state)
{
	(void)state;
	assert_int_equal(scratch_open_fds(), fds_before);
	(void)SCRATCH_RUN("ip", "link", "delete", A);
	return bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL);
}

#define ON_INTERFACES(test) cmocka_unit_test_setup_teardown(test, make_interfaces, remove_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schema_and_reader_agree),
		ON_INTERFACES(a_root_is_attached_once),
		ON_INTERFACES(what_is_sick_is_repaired),
		ON_INTERFACES(long_sentences_are_cut),
		ON_INTERFACES(a_nop_root_gives_way),
		ON_INTERFACES(errors_change_nothing),
		ON_INTERFACES(modes_are_taken_from_the_file),
		ON_INTERFACES(metrics_tell_the_chain),
		ON_INTERFACES(without_a_root),
	};
	const char *reason = scratch_bpffs_enter();
	int fd, failed;

	if (!reason && unshare(CLONE_NEWNET) < 0)
		reason = "no right to make a network namespace (CAP_SYS_ADMIN)";
	if (!reason && (make_interfaces(NULL) || remove_all(NULL)))
		reason = "no veth, or no ip command";
	fd = reason ? -1 : mkstemp(config);
	if (fd < 0) {
		printf("SKIP: %s\n", reason ? reason : "no file in /tmp");
		return SCRATCH_SKIP;
	}
	close(fd);
	log_open("test", false);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(config);
	scratch_bpffs_leave();
	return failed;
}
