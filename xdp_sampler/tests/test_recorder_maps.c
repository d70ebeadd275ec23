// SPDX-License-Identifier: GPL-2.0-only
/* Recorders in real maps, met by packets while they change; and with every step of a change failing,
 * or being the last one of its process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monotonic_clock.h"
#include "recorder_filter.h"
#include "recorder_maps.h"
#include "recorder_masks.h"
#include "sampler_subject.h"

static struct sampler_subject subject;
static struct recorder_maps maps;
static struct problem problem;

static int setup(void **state)
{
	(void)state;
	subject_open(&subject, 1 << SAMPLER_INGRESS, 0, 0);
	maps = (struct recorder_maps){ run_map(&subject.ingress, SAMPLER_MAP_RECORDERS),
				       run_map(&subject.ingress, SAMPLER_MAP_KEYS),
				       run_map(&subject.ingress, SAMPLER_MAP_SEARCH) };
	subject_set(&subject, subject_config(), true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	subject_close(&subject);
	return 0;
}

static struct recorder wish(uint32_t id, const char *filter)
{
	struct recorder recorder = recorder_usual();

	/* The same each time, or every change would replace it. */
	recorder.created = 1;
	recorder.id = id;
	assert_int_equal(recorder_filter_parse(filter, &recorder.filter, &problem), 0);
	return recorder;
}

static struct recorder_set read_set(void)
{
	struct recorder_set set = { 0 };

	if (recorder_maps_read(&maps, &set, &problem))
		fail_msg("%s", problem.text);
	return set;
}

static void add(struct recorder_set *set, const struct recorder *recorder)
{
	if (recorder_set_add(set, recorder, NULL, &problem))
		fail_msg("%s", problem.text);
}

static void apply(const struct recorder_set *set)
{
	if (recorder_maps_apply(&maps, set, &problem))
		fail_msg("%s", problem.text);
}

/* "ID FILTER; ID FILTER": what is to be there from now on. */
static struct recorder_set parse_list(const char *list)
{
	struct recorder_set set = { 0 };
	char text[512], *rest, *word;

	snprintf(text, sizeof(text), "%s", list);
	for (word = strtok_r(text, ";", &rest); word; word = strtok_r(NULL, ";", &rest)) {
		char *filter;
		uint32_t id = (uint32_t)strtoul(word, &filter, 10);
		struct recorder recorder = wish(id, filter);

		add(&set, &recorder);
	}
	return set;
}

static int apply_list(const char *list)
{
	struct recorder_set set = parse_list(list);
	int err = recorder_maps_apply(&maps, &set, &problem);

	recorder_set_free(&set);
	return err;
}

/* "ID=PACKETS ..." of what is listed. */
static void assert_listed(const char *expected)
{
	struct recorder_set set = read_set();
	char text[512] = "";
	size_t length = 0;

	for (size_t i = 0; i < set.count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%u=%llu",
					   i ? " " : "", set.recorders[i].id,
					   (unsigned long long)set.recorders[i].packets);
	assert_string_equal(text, expected);
	recorder_set_free(&set);
}

static void build_udp_to(struct packet_builder *builder, uint16_t port)
{
	build_start(builder);
	build_ethernet(builder);
	build_ipv4(builder, &(struct build_ipv4){ .source = "10.1.2.3" });
	build_udp(builder, 1000, port);
	build_finish(builder);
	subject_ask(builder, XDP_PASS, 0);
}

/* A packet to `port`. */
static void meet(uint16_t port)
{
	struct packet_builder builder;

	build_udp_to(&builder, port);
	subject_run(&subject, &builder);
}

static uint32_t count_keys(void)
{
	static struct recorder_key keys[RECORDER_KEYS];
	static uint32_t places[RECORDER_KEYS];
	__u64 position = 0;
	__u32 count = RECORDER_KEYS;

	if (bpf_map_lookup_batch(maps.keys, NULL, &position, keys, places, &count, NULL))
		assert_int_equal(errno, ENOENT);
	return count;
}

static uint32_t count_values(void)
{
	struct recorder value;
	uint32_t count = 0;

	for (__u32 place = 0; place < RECORDER_LIMIT; place++) {
		assert_int_equal(bpf_map_lookup_elem(maps.recorders, &place, &value), 0);
		count += value.id != 0;
	}
	return count;
}

static __u32 image_id(void)
{
	__u32 only_entry = 0, id = 0;

	assert_int_equal(bpf_map_lookup_elem(maps.search, &only_entry, &id), 0);
	return id;
}

static void test_nobody(void **state)
{
	__u32 id = image_id();

	(void)state;
	assert_listed("");
	meet(80);
	assert_int_equal(apply_list(""), 0);
	assert_int_equal(image_id(), id);
	assert_listed("");
}

static void test_change(void **state)
{
	(void)state;
	assert_int_equal(apply_list("7 * * * 80 UDP; 3 10.0.0.0/8 * * 81 *"), 0);
	meet(80);
	meet(81);
	meet(81);
	meet(82);
	assert_listed("3=2 7=1");
	assert_int_equal(count_keys(), 3);
	assert_int_equal(apply_list("9 * * * 82 UDP; 3 10.0.0.0/8 * * 81 *"), 0);
	meet(80);
	meet(81);
	meet(82);
	assert_listed("3=3 9=1");
	assert_int_equal(count_keys(), 3);
	assert_int_equal(count_values(), 2);
	assert_int_equal(apply_list("1 * * * * *"), 0);
	assert_int_equal(count_keys(), 3);
	meet(80);
	assert_listed("1=1");
	assert_int_equal(apply_list(""), 0);
	meet(80);
	assert_listed("");
	assert_int_equal(count_keys(), 0);
	assert_int_equal(count_values(), 0);
}

static void test_nothing_to_change(void **state)
{
	struct recorder_set set;
	__u32 id;

	(void)state;
	assert_int_equal(apply_list("7 * * * 80 UDP; 3 * * * 81 *"), 0);
	id = image_id();
	meet(80);
	assert_int_equal(apply_list("3 * * * 81 *; 7 * * * 80 17"), 0);
	assert_int_equal(image_id(), id);
	assert_listed("3=0 7=1");
	/* Nor where it was read, and packets were counted since. */
	set = read_set();
	meet(80);
	apply(&set);
	recorder_set_free(&set);
	assert_int_equal(image_id(), id);
	assert_listed("3=0 7=2");
}

/* Every member is kept as it was given. */
static void test_members(void **state)
{
	struct recorder_set set = { 0 };
	struct recorder given = wish(5, "::1 7 2001:db8::/33 80 TCP");

	(void)state;
	given.priority = 0xffffffff;
	given.capture_length = RECORDER_FULL;
	given.limit = UINT64_MAX;
	given.expires = 17;
	given.created = 18;
	given.origin = RECORDER_BY_FILE;
	add(&set, &given);
	apply(&set);
	recorder_set_free(&set);
	set = read_set();
	assert_int_equal(set.count, 1);
	assert_memory_equal(&set.recorders[0], &given, sizeof(given));
	recorder_set_free(&set);
}

/* One with other options takes the old one's counts along. */
static void test_options(void **state)
{
	struct recorder_set set;

	(void)state;
	assert_int_equal(apply_list("1 * * * 80 *"), 0);
	meet(80);
	set = read_set();
	set.recorders[0].priority = 4;
	set.recorders[0].limit = 2;
	apply(&set);
	recorder_set_free(&set);
	meet(80);
	meet(80);
	assert_listed("1=2");
	assert_int_equal(count_keys(), 2);
	assert_int_equal(count_values(), 1);
	set = read_set();
	assert_int_equal(set.recorders[0].priority, 4);
	recorder_set_free(&set);
}

/* A filter that gets another id, an id that gets another filter. */
static void test_swap(void **state)
{
	(void)state;
	assert_int_equal(apply_list("1 * * * 80 *; 2 * * * 81 *"), 0);
	meet(80);
	assert_listed("1=1 2=0");
	assert_int_equal(apply_list("2 * * * 80 *; 1 * * * 81 *"), 0);
	meet(80);
	meet(80);
	meet(81);
	assert_listed("1=1 2=2");
}

/* A mask keeps its number while a recorder has it, whatever comes and goes beside it. */
static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(apply_list("1 10.0.0.0/8 * * 80 *; 2 10.0.0.0/9 * * 81 *"), 0);
	assert_int_equal(apply_list("3 10.0.0.0/10 * * 82 *; 2 10.0.0.0/9 * * 81 *"), 0);
	meet(81);
	meet(82);
	assert_int_equal(apply_list("2 10.0.0.0/9 * * 81 *; 3 10.0.0.0/10 * * 82 *; "
				    "4 10.0.0.0/11 * * 83 *"),
			 0);
	meet(81);
	meet(83);
	assert_listed("2=2 3=1 4=1");
}

static uint64_t now(void)
{
	return monotonic_clock_now() / 1000;
}

static void add_many(struct recorder_set *set, uint32_t count, uint8_t first_byte)
{
	struct recorder recorder = wish(0, "10.0.0.0 * * * *");

	recorder.filter.source[0] = first_byte;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t bits = htonl(i << 8);

		memcpy(recorder.filter.source + 1, &bits, 3);
		add(set, &recorder);
	}
}

static void test_many(void **state)
{
	struct recorder_set set = { 0 };
	uint64_t start;

	(void)state;
	assert_int_equal(apply_list("1 * * * 80 *"), 0);
	meet(80);
	set = read_set();
	add_many(&set, 10000, 10);
	start = now();
	apply(&set);
	start = now() - start;
	print_message("10,000 recorders added in %lu us\n", (unsigned long)start);
	assert_true(start < 1000000);
	recorder_set_free(&set);
	set = read_set();
	assert_int_equal(set.count, 10001);
	assert_int_equal(set.recorders[0].packets, 1);
	assert_int_equal(set.recorders[10000].id, 10001);
	assert_int_equal(count_keys(), 10002);
	meet(80);
	recorder_set_truncate(&set, 1);
	apply(&set);
	recorder_set_free(&set);
	assert_listed("1=2");
	assert_int_equal(count_keys(), 2);
}

/* All that may be there, and then as many others. */
static void test_full(void **state)
{
	struct recorder_set set = { 0 };

	(void)state;
	for (uint8_t byte = 10; byte < 12; byte++) {
		add_many(&set, RECORDER_LIMIT, byte);
		apply(&set);
		recorder_set_free(&set);
		assert_int_equal(count_keys(), RECORDER_LIMIT);
		assert_int_equal(count_values(), RECORDER_LIMIT);
		set = read_set();
		assert_int_equal(set.count, RECORDER_LIMIT);
		assert_int_equal(set.recorders[77].filter.source[0], byte);
		recorder_set_free(&set);
	}
}

static void add_masks(struct recorder_set *set, uint32_t count, const char *rest)
{
	char filter[64];

	for (uint32_t i = 0; i < count; i++) {
		struct recorder recorder;

		snprintf(filter, sizeof(filter), "::/%u %s", i, rest);
		recorder = wish(0, filter);
		add(set, &recorder);
	}
}

/* As many masks as may be there, then as many others; one more is refused and changes nothing. */
static void test_masks(void **state)
{
	struct recorder_set set = { 0 };
	__u32 id;

	(void)state;
	add_masks(&set, RECORDER_MASK_LIMIT, "* * * *");
	apply(&set);
	recorder_set_free(&set);
	add_masks(&set, RECORDER_MASK_LIMIT, "7 * * *");
	apply(&set);
	recorder_set_free(&set);
	id = image_id();
	set = read_set();
	assert_int_equal(set.count, RECORDER_MASK_LIMIT);
	add_masks(&set, 1, "7 * * TCP");
	assert_int_equal(recorder_maps_apply(&maps, &set, &problem), -ENOSPC);
	assert_non_null(strstr(problem.text, "the first with a 65th mask for IPv6"));
	recorder_set_free(&set);
	assert_int_equal(image_id(), id);
	assert_int_equal(count_values(), RECORDER_MASK_LIMIT);
}

static atomic_bool stop;
static atomic_ulong sent;

static void *flood(void *unused)
{
	struct packet_builder builder[2];

	(void)unused;
	build_udp_to(&builder[0], 80);
	build_udp_to(&builder[1], 81);
	while (!stop) {
		subject_run(&subject, &builder[0]);
		subject_run(&subject, &builder[1]);
		sent++;
	}
	return NULL;
}

static uint16_t port_of(const struct sample *sample)
{
	return (uint16_t)(sample->bytes[36] << 8 | sample->bytes[37]);
}

/* Odd ids are for port 81, even ones for 80; id 1000 is for both, has the same priority, and stays. */
static void check_samples(void)
{
	struct subject_samples samples;

	subject_take(&subject, &samples);
	for (size_t i = 0; i < samples.count; i++) {
		const struct sample *sample = samples.samples[i];
		bool stays = false;

		assert_true(sample->recorder_count >= 1 && sample->recorder_count <= 3);
		for (unsigned int j = 0; j < sample->recorder_count; j++) {
			if (sample->recorder[j] == 1000)
				stays = true;
			else
				assert_int_equal(sample->recorder[j] % 2, port_of(sample) % 2);
		}
		assert_true(stays);
	}
	subject_free(&samples);
}

static void test_change_under_load(void **state)
{
	static const char *const lists[] = {
		"1000 * * * * UDP; 80 * * * 80 *; 81 * * * 81 *",
		"1000 * * * * UDP; 181 * * * 81 *; 180 * * * 80 *",
		"1000 * * * * UDP; 281 10.0.0.0/8 * * 81 *",
		"1000 * * * * UDP; 82 * * * 80 UDP; 83 10.0.0.0/8 * * 81 *; 5 1.0.0.0/8 * * * *",
	};
	const int changes = getenv("ECBPF_TEST_QUICK") ? 40 : 300;
	struct recorder_set set;
	pthread_t thread;

	(void)state;
	assert_int_equal(apply_list(lists[0]), 0);
	stop = false;
	sent = 0;
	assert_int_equal(pthread_create(&thread, NULL, flood, NULL), 0);
	for (int i = 0; i < changes || !sent; i++) {
		if (apply_list(lists[i % 4]))
			fail_msg("%s", problem.text);
		check_samples();
	}
	stop = true;
	assert_int_equal(pthread_join(thread, NULL), 0);
	check_samples();
	set = read_set();
	assert_int_equal(recorder_set_find(&set, 1000)->packets, 2 * sent);
	assert_int_equal(recorder_set_find(&set, 1000)->bytes, 2 * sent * 42);
	recorder_set_free(&set);
}

/* From now on bpf(command) does `action`. */
static void at_command(int command, unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (__u32)command, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(99);
}

/* Changes the recorders in a process of its own, which fails or ends at a command. */
static int apply_in_child(const char *list, int command, unsigned int action, const char *told)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		int err;

		at_command(command, action);
		err = apply_list(list);
		if (err && !strstr(problem.text, told)) {
			fprintf(stderr, "not told: %s\nbut: %s\n", told, problem.text);
			_exit(98);
		}
		_exit(-err);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

#define LIST_BEFORE "1 * * * 80 *; 2 * * * 81 *; 3 10.0.0.0/8 * * 82 *"
#define LIST_AFTER "1 * * * 80 *; 4 * * * 81 *; 5 * * * 83 UDP"
#define REPAIRED "1=2 4=1 5=1"

/* The commands of a change in their order; what is listed when the change ends there. */
static const struct step {
	int command;
	const char *told;
	const char *listed;
} steps[] = {
	{ BPF_MAP_CREATE, "the kernel has no room for the tables of 3 recorders: -EPERM",
	  "1=1 2=1 3=1" },
	{ BPF_MAP_DELETE_BATCH, "cannot remove from map recorder_keys: -EPERM", "1=1 2=1 3=1" },
	{ BPF_MAP_UPDATE_BATCH, "cannot write map recorders: -EPERM", "1=1" },
};

/* Whatever is left of a change, what is listed is what packets meet, and the next change ends in what
 * was wanted. */
static void check_remains(const struct step *step)
{
	static const uint16_t ports[] = { 80, 81, 82, 83 };
	struct recorder_set before = read_set(), after;

	assert_listed(step->listed);
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++)
		meet(ports[i]);
	after = read_set();
	assert_int_equal(before.count, after.count);
	for (size_t i = 0; i < after.count; i++)
		assert_int_equal(after.recorders[i].packets, before.recorders[i].packets + 1);
	recorder_set_free(&before);
	recorder_set_free(&after);
	assert_int_equal(apply_list(LIST_AFTER), 0);
	meet(81);
	meet(82);
	meet(83);
	assert_listed(REPAIRED);
	assert_int_equal(count_keys(), 6);
	assert_int_equal(count_values(), 3);
}

static void begin(void)
{
	assert_int_equal(apply_list(""), 0);
	assert_int_equal(apply_list(LIST_BEFORE), 0);
	meet(80);
	meet(81);
	meet(82);
}

static void test_failures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		int status;

		begin();
		status = apply_in_child(LIST_AFTER, steps[i].command, SECCOMP_RET_ERRNO | EPERM,
					steps[i].told);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EPERM);
		check_remains(&steps[i]);
	}
}

/* The new tables cannot be put in place: what was to go is gone, and nothing has come. */
static void test_no_search(void **state)
{
	const struct step step = { .listed = "1=1" };
	struct recorder_set set = parse_list(LIST_AFTER);
	struct recorder_maps wrong;

	(void)state;
	begin();
	wrong = maps;
	wrong.search = -1;
	assert_int_equal(recorder_maps_apply(&wrong, &set, &problem), -EBADF);
	assert_non_null(
		strstr(problem.text, "the kernel refuses the new tables in recorder_search"));
	recorder_set_free(&set);
	check_remains(&step);
}

static void test_kills(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		int status;

		begin();
		status = apply_in_child(LIST_AFTER, steps[i].command, SECCOMP_RET_KILL_PROCESS, "");
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
		check_remains(&steps[i]);
	}
}

static struct recorder_key key_of(const char *filter, enum recorder_family family, uint16_t number)
{
	struct recorder recorder = wish(1, filter);

	return recorder_filter_key(&recorder.filter, family, number);
}

/* What a change leaves that was killed while it wrote new recorders: values without keys, and one
 * with a key in one family of two. */
static void test_half_written(void **state)
{
	struct recorder half = wish(5, "* * * 83 *"), none = wish(6, "* * * 84 *");
	struct recorder_key key = key_of("* * * 83 *", RECORDER_IPV4, 0);
	__u32 place = 100;

	(void)state;
	assert_int_equal(apply_list("1 * * * 80 *"), 0);
	assert_int_equal(bpf_map_update_elem(maps.recorders, &place, &half, BPF_F_LOCK), 0);
	assert_int_equal(bpf_map_update_elem(maps.keys, &key, &place, BPF_ANY), 0);
	place = 101;
	assert_int_equal(bpf_map_update_elem(maps.recorders, &place, &none, BPF_F_LOCK), 0);
	assert_listed("1=0");
	assert_int_equal(apply_list("1 * * * 80 *; 6 * * * 83 *"), 0);
	meet(83);
	assert_listed("1=0 6=1");
	assert_int_equal(count_values(), 2);
	assert_int_equal(count_keys(), 4);
}

/* What someone else wrote into the maps is not believed, and gone after the next change. */
static void test_foreign_hands(void **state)
{
	struct recorder wrong = wish(1, "* * * 83 *");
	struct recorder_key key;
	__u32 place = 3;

	(void)state;
	assert_int_equal(apply_list("1 10.0.0.0/8 * * 80 *; 2 10.0.0.0/8 * * 81 *"), 0);
	/* A key to nowhere, of no family, to a free entry, to another recorder. */
	key = key_of("10.0.0.0/8 * * 82 *", RECORDER_IPV4, 0);
	assert_int_equal(bpf_map_update_elem(maps.keys, &key, &place, BPF_ANY), 0);
	key.family = 77;
	assert_int_equal(bpf_map_update_elem(maps.keys, &key, &place, BPF_ANY), 0);
	key = key_of("10.0.0.0/8 * * 83 *", RECORDER_IPV4, 0);
	place = 0;
	assert_int_equal(bpf_map_update_elem(maps.keys, &key, &place, BPF_ANY), 0);
	key.protocol = 7;
	place = RECORDER_LIMIT;
	assert_int_equal(bpf_map_update_elem(maps.keys, &key, &place, BPF_ANY), 0);
	/* A recorder with an id that is taken. */
	place = 9;
	wrong = wish(1, "10.0.0.0/8 * * 90 *");
	key = key_of("10.0.0.0/8 * * 90 *", RECORDER_IPV4, 0);
	assert_int_equal(bpf_map_update_elem(maps.recorders, &place, &wrong, BPF_F_LOCK), 0);
	assert_int_equal(bpf_map_update_elem(maps.keys, &key, &place, BPF_ANY), 0);
	/* One whose mask has two numbers. */
	place = 10;
	wrong = wish(4, "10.0.0.0/8 * * 91 *");
	key = key_of("10.0.0.0/8 * * 91 *", RECORDER_IPV4, 7);
	assert_int_equal(bpf_map_update_elem(maps.recorders, &place, &wrong, BPF_F_LOCK), 0);
	assert_int_equal(bpf_map_update_elem(maps.keys, &key, &place, BPF_ANY), 0);
	/* One that cannot be. */
	place = 11;
	wrong.id = 0xffffffff;
	assert_int_equal(bpf_map_update_elem(maps.recorders, &place, &wrong, BPF_F_LOCK), 0);
	assert_listed("1=0 2=0 4=0");
	assert_int_equal(apply_list("1 10.0.0.0/8 * * 80 *; 2 10.0.0.0/8 * * 81 *; "
				    "4 10.0.0.0/8 * * 91 *"),
			 0);
	meet(80);
	meet(81);
	meet(82);
	meet(83);
	meet(90);
	meet(91);
	assert_listed("1=1 2=1 4=1");
	assert_int_equal(count_values(), 3);
	assert_int_equal(count_keys(), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody),
		TEST(test_change),
		TEST(test_nothing_to_change),
		TEST(test_members),
		TEST(test_options),
		TEST(test_swap),
		TEST(test_numbers),
		TEST(test_many),
		TEST(test_full),
		TEST(test_masks),
		TEST(test_change_under_load),
		TEST(test_failures),
		TEST(test_no_search),
		TEST(test_kills),
		TEST(test_half_written),
		TEST(test_foreign_hands),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
