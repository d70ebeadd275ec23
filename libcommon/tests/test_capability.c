// SPDX-License-Identifier: GPL-2.0-only
/* Takes capabilities out of its effective set; the permitted set gives them back. */
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capability.h"

#define BIT(capability) (UINT64_C(1) << (capability))
#define NEEDED (BIT(CAP_BPF) | BIT(CAP_NET_ADMIN) | BIT(CAP_PERFMON))

static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
static struct __user_cap_data_struct original[2];

static int remember(void **state)
{
	(void)state;
	return (int)syscall(SYS_capget, &header, original);
}

static int restore(void **state)
{
	(void)state;
	return (int)syscall(SYS_capset, &header, original);
}

static void become(uint64_t effective)
{
	struct __user_cap_data_struct data[2];
	uint64_t permitted = (uint64_t)original[1].permitted << 32 | original[0].permitted;

	if (effective & ~permitted) {
		print_message("SKIP: this process may not have the capabilities of the test\n");
		skip();
	}
	memcpy(data, original, sizeof(data));
	data[0].effective = (uint32_t)effective;
	data[1].effective = (uint32_t)(effective >> 32);
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

static void nothing_is_not_enough(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	become(0);
	assert_int_equal(capability_require("attach to eth0", &problem), -EPERM);
	assert_string_equal(problem.text,
			    "attach to eth0: missing CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON (needed: "
			    "CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON): run as root, or grant them, for "
			    "example with setcap or AmbientCapabilities=");
	assert_int_equal(capability_require("attach", NULL), -EPERM);
	assert_false(capability_has(CAP_NET_ADMIN));
	assert_false(capability_has(CAP_BPF));
}

static void three_are_enough(void **state)
{
	struct problem problem = { .text = "untouched" };

	(void)state;
	become(NEEDED);
	assert_int_equal(capability_require("attach", &problem), 0);
	assert_string_equal(problem.text, "untouched");
	assert_true(capability_has(CAP_BPF));
	assert_true(capability_has(CAP_NET_ADMIN));
	assert_true(capability_has(CAP_PERFMON));
	assert_false(capability_has(CAP_SYS_ADMIN));
	assert_false(capability_has(CAP_CHOWN));
}

static void names_the_missing_one(void **state)
{
	static const struct {
		int capability;
		const char *text;
	} rows[] = {
		{ CAP_BPF, "x: missing CAP_BPF (needed" },
		{ CAP_NET_ADMIN, "x: missing CAP_NET_ADMIN (needed" },
		{ CAP_PERFMON, "x: missing CAP_PERFMON (needed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct problem problem = { 0 };

		become(NEEDED & ~BIT(rows[i].capability));
		assert_int_equal(capability_require("x", &problem), -EPERM);
		assert_memory_equal(problem.text, rows[i].text, strlen(rows[i].text));
		assert_false(capability_has(rows[i].capability));
	}
}

static void looking_takes_one(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	become(BIT(CAP_BPF));
	assert_int_equal(capability_require_reading("status", &problem), 0);
	assert_string_equal(problem.text, "");
	become(BIT(CAP_NET_ADMIN) | BIT(CAP_PERFMON));
	assert_int_equal(capability_require_reading("status", &problem), -EPERM);
	assert_memory_equal(problem.text, "status: missing CAP_BPF, ", 25);
	become(BIT(CAP_SYS_ADMIN));
	assert_int_equal(capability_require_reading("status", NULL), 0);
}

static void sys_admin_stands_for_two(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	become(BIT(CAP_SYS_ADMIN));
	assert_true(capability_has(CAP_BPF));
	assert_true(capability_has(CAP_PERFMON));
	assert_false(capability_has(CAP_NET_ADMIN));
	assert_int_equal(capability_require("x", &problem), -EPERM);
	assert_memory_equal(problem.text, "x: missing CAP_NET_ADMIN (", 26);
	become(BIT(CAP_SYS_ADMIN) | BIT(CAP_NET_ADMIN));
	assert_int_equal(capability_require("x", &problem), 0);
}

static void impossible_numbers(void **state)
{
	(void)state;
	assert_false(capability_has(-1));
	assert_false(capability_has(64));
	assert_false(capability_has(63));
}

struct cap_sets {
	uint64_t effective, permitted, inheritable, bounding, ambient;
};

static struct cap_sets own_sets(void)
{
	static const char *const names[] = { "CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb" };
	uint64_t values[5] = { 0 };
	FILE *status = fopen("/proc/thread-self/status", "re");
	unsigned long long value;
	char line[256], name[16];

	while (status && fgets(line, sizeof(line), status)) {
		if (sscanf(line, "%15[^:]: %llx", name, &value) != 2)
			continue;
		for (size_t i = 0; i < 5; i++)
			values[i] = strcmp(name, names[i]) ? values[i] : value;
	}
	if (status)
		fclose(status);
	return (struct cap_sets){ values[0], values[1], values[2], values[3], values[4] };
}

/* In a child: what is given up does not come back. Its exit status is the line that is wrong, or 0. */
static void in_child(int (*work)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(work());
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return __LINE__ % 255 + 1;                                                 \
	} while (0)

static int keep_two(void)
{
	static const int kept[] = { CAP_BPF, CAP_NET_ADMIN };
	struct problem problem = { 0 };
	struct cap_sets sets;

	/* So that there is something in the ambient set. */
	struct __user_cap_data_struct data[2];

	memcpy(data, original, sizeof(data));
	data[0].inheritable = data[0].permitted;
	data[1].inheritable = data[1].permitted;
	MUST(syscall(SYS_capset, &header, data) == 0);
	MUST(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) == 0);
	MUST(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) == 0);
	MUST(own_sets().ambient == (BIT(CAP_NET_ADMIN) | BIT(CAP_CHOWN)));

	MUST(capability_keep_only(kept, 2, &problem) == 0);
	sets = own_sets();
	MUST(sets.effective == (BIT(CAP_BPF) | BIT(CAP_NET_ADMIN)));
	MUST(sets.permitted == sets.effective);
	MUST(sets.bounding == sets.effective);
	MUST(sets.inheritable == 0);
	MUST(sets.ambient == 0);
	/* Twice is once. */
	MUST(capability_keep_only(kept, 2, &problem) == 0);
	MUST(own_sets().permitted == sets.permitted);
	/* What is gone cannot be kept. */
	MUST(capability_keep_only((const int[]){ CAP_CHOWN }, 1, &problem) == -EPERM);
	MUST(strstr(problem.text, "capability 0"));
	MUST(own_sets().permitted == sets.permitted);
	/* Nor come back. */
	MUST(syscall(SYS_capset, &header, original) < 0);
	MUST(capability_keep_only(NULL, 0, &problem) == 0);
	MUST(own_sets().permitted == 0);
	return 0;
}

/* A process from before CAP_BPF was invented. */
static int keep_what_stands_for_it(void)
{
	struct __user_cap_data_struct data[2] = { { 0 } };
	static const int kept[] = { CAP_BPF };
	struct problem problem = { 0 };
	struct cap_sets sets;

	data[0].permitted = (uint32_t)(BIT(CAP_SYS_ADMIN) | BIT(CAP_CHOWN));
	data[0].effective = data[0].permitted;
	MUST(syscall(SYS_capset, &header, data) == 0);
	MUST(capability_keep_only(kept, 1, &problem) == 0);
	sets = own_sets();
	MUST(sets.permitted == BIT(CAP_SYS_ADMIN));
	MUST(sets.effective == BIT(CAP_SYS_ADMIN));
	MUST(capability_has(CAP_BPF));
	return 0;
}

static void gives_up_the_rest(void **state)
{
	(void)state;
	become(NEEDED | BIT(CAP_SYS_ADMIN) | BIT(CAP_SETPCAP) | BIT(CAP_CHOWN));
	in_child(keep_two);
	in_child(keep_what_stands_for_it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nothing_is_not_enough, restore),
		cmocka_unit_test_teardown(three_are_enough, restore),
		cmocka_unit_test_teardown(names_the_missing_one, restore),
		cmocka_unit_test_teardown(looking_takes_one, restore),
		cmocka_unit_test_teardown(sys_admin_stands_for_two, restore),
		cmocka_unit_test_teardown(impossible_numbers, restore),
		cmocka_unit_test_teardown(gives_up_the_rest, restore),
	};

	return cmocka_run_group_tests(tests, remember, NULL);
}
