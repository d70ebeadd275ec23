// SPDX-License-Identifier: GPL-2.0-only
/* What is there, read at once. */
#include "conntrack_dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conntrack_scene.h"
#include "harness/scratch_bpffs.h"
#include "monotonic_clock.h"

#define MANY 10000
#define FLOOD 20000

static struct problem problem;
static unsigned int count, times[2][MANY]; /* by family, number of scene_flow */
static struct conntrack_flow last;

static void note(void *context, enum conntrack_change change, const struct conntrack_flow *flow)
{
	assert_ptr_equal(context, &count);
	assert_int_equal(change, CONNTRACK_UPDATED);
	assert_false(flow->dying);
	count++;
	last = *flow;
}

/* The flows told have numbers below MANY. */
static void note_number(void *context, enum conntrack_change change,
			const struct conntrack_flow *flow)
{
	struct scene_flow same = { .is_ipv6 = flow->original.family == FLOW_IPV6 };
	uint32_t word = ntohl(flow->original.destination[same.is_ipv6 ? 3 : 0]);

	note(context, change, flow);
	same.number = same.is_ipv6 ? (word >> 16) << 8 | (word & 255) : word & 65535;
	assert_true(same.number < MANY);
	scene_key_equal(&flow->original, &(struct flow_key[]){ scene_original(&same) }[0]);
	times[same.is_ipv6][same.number]++;
}

static int begin(void **state)
{
	(void)state;
	scene_flush();
	count = 0;
	memset(times, 0, sizeof(times));
	return 0;
}

static void dump(void)
{
	count = 0;
	assert_int_equal(conntrack_dump(note, &count, &problem), 0);
}

static void test_nothing(void **state)
{
	(void)state;
	dump();
	assert_int_equal(count, 0);
}

static void check_talk(const char *client, const char *router, const char *server, const char *far)
{
	const struct flow_key original = scene_key(client, 4001, router, SCENE_ROUTER_PORT);
	const struct flow_key reply = scene_key(server, SCENE_SERVER_PORT, far, 4001);

	scene_flush();
	scene_talk(router, SCENE_ROUTER_PORT, 4001, false);
	dump();
	assert_int_equal(count, 0);
	scene_talk(router, SCENE_ROUTER_PORT, 4001, true);
	dump();
	assert_int_equal(count, 1);
	scene_key_equal(&last.original, &original);
	scene_key_equal(&last.reply, &reply);
	assert_true(last.seen_reply);
	assert_in_range(last.timeout, 1, 120);
}

static void test_nat(void **state)
{
	(void)state;
	scene_nat();
	check_talk(SCENE_CLIENT4, SCENE_ROUTER4, SCENE_SERVER4, SCENE_FAR4);
	check_talk(SCENE_CLIENT6, SCENE_ROUTER6, SCENE_SERVER6, SCENE_FAR6);
}

static void test_not_told(void **state)
{
	(void)state;
	scene_insert_others();
	scene_insert(&(struct scene_flow){ .number = 16 });
	dump();
	assert_int_equal(count, 1);
}

static double milliseconds(void)
{
	return (double)monotonic_clock_now() / 1e6;
}

/* Each once, of both families, among entries of other kinds that are as many. */
static void test_many(void **state)
{
	double before;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		scene_insert(&(struct scene_flow){ .number = i });
		scene_insert(&(struct scene_flow){ .number = i, .is_ipv6 = true });
		scene_insert(&(struct scene_flow){ .number = i, .protocol = IPPROTO_TCP });
	}
	for (uint32_t i = 0; i < FLOOD; i++)
		scene_insert(&(struct scene_flow){ .number = MANY + i, .status = IPS_CONFIRMED });
	before = milliseconds();
	assert_int_equal(conntrack_dump(note_number, &count, &problem), 0);
	printf("%u flows among %d in %.1f ms\n", count, 3 * MANY + FLOOD, milliseconds() - before);
	assert_int_equal(count, 2 * MANY);
	for (int family = 0; family < 2; family++) {
		for (unsigned int i = 0; i < MANY; i++)
			assert_int_equal(times[family][i], 1);
	}
}

/* Of another namespace nothing. */
static void test_other_namespace(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	scene_insert(&(struct scene_flow){ .number = 1 });
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(scene_enter() || conntrack_dump(note, &count, &problem) || count);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Sockets of netlink fail as those of a kernel without netfilter's do. */
static int forbid_netfilter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 6, .filter = code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void test_kernel_without_netfilter(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid)
		_exit(forbid_netfilter() ||
		      conntrack_dump(note, &count, &problem) != -EPROTONOSUPPORT ||
		      !strstr(problem.text, "no netfilter netlink"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_no_descriptor_left(void **state)
{
	unsigned int before = scratch_open_fds();

	(void)state;
	dump();
	assert_int_equal(scratch_open_fds(), before);
}

int main(void)
{
	const char *reason = scene_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing, begin),
		cmocka_unit_test_setup(test_nat, begin),
		cmocka_unit_test_setup(test_not_told, begin),
		cmocka_unit_test_setup(test_many, begin),
		cmocka_unit_test_setup(test_other_namespace, begin),
		cmocka_unit_test_setup(test_kernel_without_netfilter, begin),
		cmocka_unit_test_setup(test_no_descriptor_left, begin),
	};

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
