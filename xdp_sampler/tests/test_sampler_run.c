// SPDX-License-Identifier: GPL-2.0-only
/* sampler_run() in a process of its own, with sinks that do what the test tells them to, on a real ring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run_program.h"
#include "sampled_root.h"
#include "sampler_run.h"

#define RING "16M"
#define SMALL_QUEUE 65536

/* What the sinks of the child are to do, and did; shared with it. By enum sink_kind. */
static volatile struct shared {
	int open_error[SINK_KIND_COUNT];
	int write_error[SINK_KIND_COUNT];
	bool blocks[SINK_KIND_COUNT]; /* write() does not return */
	unsigned int opens[SINK_KIND_COUNT];
	unsigned int closes[SINK_KIND_COUNT];
	uint64_t written[SINK_KIND_COUNT];
	struct sink_counts at_close[SINK_KIND_COUNT];
	struct sink_wish wishes[3]; /* of the next reload */
	size_t wish_count;
	int reload_error;
	struct run_totals totals;
	char problem[sizeof(((struct problem *)0)->text)];
} * shared;

static struct interface_list interfaces;
static int manager = -1;

struct fake {
	enum sink_kind kind;
	const struct sink_host *host;
	const struct sample_port *port;
};

static int fake_open(const struct sink_wish *wish, const struct sink_host *host, void **ret_sink,
		     struct problem *problem)
{
	struct fake *fake;

	if (shared->open_error[wish->kind])
		return problem_set(problem, shared->open_error[wish->kind], "no such target");
	fake = calloc(1, sizeof(*fake));
	fake->kind = wish->kind;
	fake->host = host;
	*ret_sink = fake;
	shared->opens[wish->kind]++;
	return 0;
}

static int fake_write(void *sink, const struct sample_view *views, size_t count,
		      bool *ret_delivered, struct problem *problem)
{
	struct fake *fake = sink;
	int err = shared->write_error[fake->kind];

	while (shared->blocks[fake->kind])
		sched_yield();
	fake->port = views[0].port;
	for (size_t i = 0; !err && i < count; i++)
		ret_delivered[i] = true;
	if (!err)
		shared->written[fake->kind] += count;
	return err ? problem_set(problem, err, "the target is full") : 0;
}

static int fake_tick(void *sink, uint64_t realtime, struct problem *problem)
{
	(void)sink;
	(void)realtime;
	(void)problem;
	return 0;
}

static int fake_close(void *sink, struct problem *problem)
{
	struct fake *fake = sink;
	struct sink_counts counts = { 0 };

	(void)problem;
	if (fake->port)
		fake->host->counts(fake->host->context, fake->port, SAMPLER_VERDICT, &counts);
	shared->at_close[fake->kind] = counts;
	shared->closes[fake->kind]++;
	free(fake);
	return 0;
}

static const struct sink_operations fake = { fake_open, fake_write, fake_tick, fake_close };
static const struct sink_operations *const operations[SINK_KIND_COUNT] = { &fake, &fake, &fake,
									   &fake };

static struct sink_wish wish_of(enum sink_kind kind)
{
	struct sink_wish wish = { .kind = kind };

	snprintf(wish.target, sizeof(wish.target), "/target/%d", (int)kind);
	return wish;
}

static int reload(void *context, struct sink_wish **ret_sinks, size_t *ret_sink_count,
		  struct problem *problem)
{
	(void)context;
	if (shared->reload_error)
		return problem_set(problem, shared->reload_error, "the file is wrong");
	*ret_sinks = calloc(3, sizeof(**ret_sinks));
	memcpy(*ret_sinks, (const void *)shared->wishes, sizeof(shared->wishes));
	*ret_sink_count = shared->wish_count;
	return 0;
}

static int setup(void **state)
{
	memset((void *)shared, 0, sizeof(*shared));
	return sampled_root_setup(state);
}

static pid_t start(const struct run_wish *its, const struct sink_wish *sinks, size_t sink_count)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		struct run_wish wish = *its;
		struct problem problem = { 0 };
		int err;

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		wish.bpffs = sampled_root_bpffs();
		wish.interfaces = &interfaces;
		wish.sinks = sinks;
		wish.sink_count = sink_count;
		wish.operations = operations;
		wish.ret_totals = (struct run_totals *)&shared->totals;
		err = sampler_run(&wish, &problem);
		memcpy((void *)shared->problem, problem.text, sizeof(shared->problem));
		_exit(-err);
	}
	assert_true(child > 0);
	return child;
}

static const struct run_wish as_daemon = { .daemon = true, .reload = reload };

static int end_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : WTERMSIG(status);
}

static int stop(pid_t child)
{
	assert_int_equal(kill(child, SIGTERM), 0);
	return end_of(child);
}

static struct ledger_daemon daemon_note(void)
{
	struct sampled_state state;

	sampled_root_read(&state);
	sampled_root_free(&state);
	return state.daemon;
}

static uint64_t read_so_far(void)
{
	struct sampled_state state;
	uint64_t sum = 0;

	sampled_root_read(&state);
	for (uint32_t i = 0; i < state.cpu_count; i++)
		sum += state.ledger[i].read;
	sampled_root_free(&state);
	return sum;
}

/* Whoever is told has to listen: sd_notify() waits for that. */
static void let_others_work(void)
{
	char text[1024];

	while (manager >= 0 && recv(manager, text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	sched_yield();
}

#define WAIT_FOR(condition)                                                                        \
	while (!(condition))                                                                       \
	let_others_work()

/* Its number in the ledger. */
static unsigned int seat_of(enum sink_kind kind)
{
	struct ledger_daemon daemon = daemon_note();
	struct sink_wish wish = wish_of(kind);

	for (unsigned int i = 0; i < LEDGER_SINKS; i++) {
		if (!strcmp(daemon.sink[i].target, wish.target))
			return i;
	}
	fail_msg("no sink for %s", wish.target);
	return 0;
}

static struct ledger_sink sums_of(enum sink_kind kind)
{
	return sampled_root_totals().sink[seat_of(kind)];
}

static void takes_all_and_ends(void **state)
{
	const struct sink_wish sinks[] = { wish_of(SINK_PCAPNG) };
	struct sampled_totals totals;
	pid_t child;

	(void)state;
	sampled_root_attach(RING);
	child = start(&as_daemon, sinks, 1);
	WAIT_FOR(daemon_note().pid == (uint32_t)child);
	sampled_root_flood(0, 5000);
	sampled_root_flood(1, 3000);
	/* What is in the ring at the end is taken, too. */
	assert_int_equal(stop(child), 0);
	totals = sampled_root_totals();
	assert_int_equal(totals.read, 8000);
	assert_int_equal(sums_of(SINK_PCAPNG).delivered, 8000);
	assert_int_equal(shared->written[SINK_PCAPNG], 8000);
	assert_int_equal(shared->closes[SINK_PCAPNG], 1);
	assert_int_equal(shared->at_close[SINK_PCAPNG].sampled, 8000);
	assert_int_equal(shared->at_close[SINK_PCAPNG].delivered, 8000);
	assert_int_equal(shared->at_close[SINK_PCAPNG].packets, 8000);
	assert_int_equal(shared->totals.read, 8000);
	assert_int_equal(daemon_note().pid, 0);
	assert_int_equal(daemon_note().sink[0].state, LEDGER_SINK_CLOSED);
	assert_string_equal(daemon_note().sink[0].name, "pcapng /target/0");
	sampled_root_detach();
}

/* Named are none: it finds samplers as they come, and again after they were taken away. */
static void reads_wherever_attached(void **state)
{
	const struct sink_wish sinks[] = { wish_of(SINK_PCAPNG) };
	struct interface_list named = interfaces;
	pid_t child;

	(void)state;
	interfaces = (struct interface_list){ 0 };
	child = start(&as_daemon, sinks, 1);
	interfaces = named;
	WAIT_FOR(shared->opens[SINK_PCAPNG]);
	for (int i = 1; i <= 2; i++) {
		sampled_root_attach(RING);
		WAIT_FOR(daemon_note().pid == (uint32_t)child);
		sampled_root_flood(0, 1000);
		WAIT_FOR(shared->written[SINK_PCAPNG] == (uint64_t)i * 1000);
		if (i == 1)
			sampled_root_detach();
	}
	assert_int_equal(stop(child), 0);
	assert_int_equal(shared->totals.read, 2000);
	assert_int_equal(daemon_note().pid, 0);
	sampled_root_detach();
}

static void stays_exact_when_killed(void **state)
{
	const struct sink_wish sinks[] = { wish_of(SINK_PCAPNG), wish_of(SINK_JSON) };
	struct sampled_totals totals;
	uint64_t before = 0;
	pid_t child;

	(void)state;
	sampled_root_attach(RING);
	for (int i = 0; i < 10; i++) {
		child = start(&as_daemon, sinks, 2);
		do {
			sampled_root_flood((unsigned int)i % 2, 2000);
		} while (read_so_far() < before + 1);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(end_of(child), SIGKILL);
		before = read_so_far();
	}
	child = start(&as_daemon, sinks, 2);
	WAIT_FOR(daemon_note().pid == (uint32_t)child);
	assert_int_equal(stop(child), 0);
	/* Asserts that all adds up on each CPU. */
	totals = sampled_root_totals();
	assert_int_equal(sums_of(SINK_PCAPNG).offered, totals.read);
	assert_int_equal(sums_of(SINK_JSON).offered, totals.read);
	sampled_root_detach();
}

/* A sink that stands still costs its own samples only, to the sample. */
static void one_stalls_the_other_works(void **state)
{
	struct sink_wish sinks[] = { wish_of(SINK_PCAPNG), wish_of(SINK_JSON) };
	pid_t child;

	(void)state;
	sinks[0].queue_bytes = 64 << 20; /* has room for all, whenever its thread runs */
	sinks[1].queue_bytes = SMALL_QUEUE;
	shared->blocks[SINK_JSON] = true;
	sampled_root_attach(RING);
	child = start(&as_daemon, sinks, 2);
	WAIT_FOR(shared->opens[SINK_PCAPNG] && shared->opens[SINK_JSON]);
	sampled_root_flood(0, 20000);
	WAIT_FOR(shared->written[SINK_PCAPNG] == 20000);
	shared->blocks[SINK_JSON] = false;
	assert_int_equal(stop(child), 0);
	assert_int_equal(sums_of(SINK_PCAPNG).delivered, 20000);
	assert_int_equal(sums_of(SINK_JSON).offered, 20000);
	assert_int_equal(sums_of(SINK_JSON).delivered, shared->written[SINK_JSON]);
	assert_true(sums_of(SINK_JSON).lost > 10000);
	assert_int_equal(shared->totals.sink_lost, sums_of(SINK_JSON).lost);
	sampled_root_detach();
}

static void gives_up_one_that_hangs(void **state)
{
	const struct sink_wish sinks[] = { wish_of(SINK_PCAPNG), wish_of(SINK_LIVE) };
	pid_t child;

	(void)state;
	shared->blocks[SINK_LIVE] = true;
	sampled_root_attach(RING);
	child = start(&as_daemon, sinks, 2);
	WAIT_FOR(shared->opens[SINK_PCAPNG] && shared->opens[SINK_LIVE]);
	sampled_root_flood(0, 1000);
	WAIT_FOR(read_so_far() == 1000);
	assert_int_equal(stop(child), 0);
	assert_int_equal(sums_of(SINK_PCAPNG).delivered, 1000);
	assert_int_equal(sums_of(SINK_LIVE).lost, 1000);
	assert_int_equal(shared->closes[SINK_PCAPNG], 1);
	assert_int_equal(shared->closes[SINK_LIVE], 0);
	sampled_root_detach();
}

static void send_reload(pid_t child, uint64_t answers)
{
	assert_int_equal(kill(child, SIGHUP), 0);
	WAIT_FOR(daemon_note().reloads == answers);
}

/* Sinks that stay go on untouched, others go and come; a wrong file changes nothing. */
static void reloads(void **state)
{
	struct sink_wish sinks[] = { wish_of(SINK_PCAPNG), wish_of(SINK_JSON) };
	pid_t child;

	(void)state;
	sampled_root_attach(RING);
	child = start(&as_daemon, sinks, 2);
	WAIT_FOR(shared->opens[SINK_PCAPNG] && shared->opens[SINK_JSON]);
	sampled_root_flood(0, 100);
	WAIT_FOR(read_so_far() == 100);

	shared->reload_error = -EINVAL;
	send_reload(child, 1);
	assert_int_equal(daemon_note().reload_error, -EINVAL);
	assert_string_equal(daemon_note().reload_text, "the file is wrong");

	shared->reload_error = 0;
	shared->wishes[0] = sinks[0];
	shared->wishes[1] = wish_of(SINK_SFLOW);
	shared->wish_count = 2;
	send_reload(child, 2);
	assert_int_equal(daemon_note().reload_error, 0);
	WAIT_FOR(shared->closes[SINK_JSON] == 1);
	assert_int_equal(shared->opens[SINK_SFLOW], 1);
	assert_int_equal(shared->opens[SINK_PCAPNG], 1);
	assert_int_equal(shared->closes[SINK_PCAPNG], 0);
	sampled_root_flood(0, 50);
	WAIT_FOR(read_so_far() == 150);

	/* One that cannot be opened: it is told, and the others are there. */
	shared->open_error[SINK_JSON] = -EACCES;
	shared->wishes[2] = sinks[1];
	shared->wish_count = 3;
	send_reload(child, 3);
	assert_int_equal(daemon_note().reload_error, -EACCES);
	assert_non_null(strstr(daemon_note().reload_text, "no such target"));
	assert_int_equal(daemon_note().sink[seat_of(SINK_JSON)].state, LEDGER_SINK_FAILING);
	assert_int_equal(daemon_note().sink[seat_of(SINK_PCAPNG)].state, LEDGER_SINK_WORKING);

	/* The same with another option is another sink, which waits for the first one's end. */
	shared->blocks[SINK_PCAPNG] = true;
	sampled_root_flood(0, 1);
	WAIT_FOR(read_so_far() == 151);
	shared->wishes[0].rotate_samples = 7;
	shared->wish_count = 2;
	send_reload(child, 4);
	assert_int_equal(shared->opens[SINK_PCAPNG], 1);
	shared->blocks[SINK_PCAPNG] = false;
	WAIT_FOR(shared->opens[SINK_PCAPNG] == 2);
	assert_int_equal(shared->closes[SINK_PCAPNG], 1);
	sampled_root_flood(0, 30);
	assert_int_equal(stop(child), 0);
	assert_int_equal(sums_of(SINK_PCAPNG).delivered, 181);
	assert_int_equal(sums_of(SINK_JSON).delivered, 100);
	assert_int_equal(sums_of(SINK_SFLOW).delivered, 81);
	/* The second one's own. */
	assert_int_equal(shared->at_close[SINK_PCAPNG].delivered, 30);
	assert_int_equal(shared->at_close[SINK_PCAPNG].sampled, 30);
	sampled_root_detach();
}

/* The next message to the service manager that begins and goes on like this. */
static const char *wait_for_message(const char *beginning, const char *rest)
{
	static char text[1024];
	ssize_t length;

	do {
		length = recv(manager, text, sizeof(text) - 1, 0);
		assert_true(length >= 0);
		text[length] = '\0';
	} while (strncmp(text, beginning, strlen(beginning)) || !strstr(text, rest));
	return text;
}

static void listen_for_messages(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(sa_family_t);

	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&address, length), 0);
	length = sizeof(address);
	assert_int_equal(getsockname(manager, (struct sockaddr *)&address, &length), 0);
	address.sun_path[0] = '@';
	address.sun_path[length - offsetof(struct sockaddr_un, sun_path)] = '\0';
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
}

/* It is there before the sampler, stays when that goes, and reads when it comes back. */
static void waits_for_the_sampler(void **state)
{
	const struct sink_wish sinks[] = { wish_of(SINK_PCAPNG) };
	pid_t child;

	(void)state;
	listen_for_messages();
	child = start(&as_daemon, sinks, 1);
	assert_string_equal(wait_for_message("STATUS=", ""),
			    "STATUS=0 samples/s, 0 lost; waiting for lo");
	(void)wait_for_message("READY=1", "");
	sampled_root_attach(RING);
	sampled_root_flood(0, 10);
	(void)wait_for_message("STATUS=lo: ", " samples/s, 0 lost");
	(void)wait_for_message("WATCHDOG=1", "");
	WAIT_FOR(shared->written[SINK_PCAPNG] == 10);
	sampled_root_detach();
	(void)wait_for_message("STATUS=", " samples/s, 0 lost; waiting for lo");
	sampled_root_attach("256K");
	sampled_root_flood(1, 20);
	WAIT_FOR(shared->written[SINK_PCAPNG] == 30);
	assert_int_equal(kill(child, SIGHUP), 0);
	(void)wait_for_message("RELOADING=1", "");
	(void)wait_for_message("READY=1", "");
	assert_int_equal(kill(child, SIGTERM), 0);
	(void)wait_for_message("STOPPING=1", "");
	assert_int_equal(end_of(child), 0);
	assert_int_equal(shared->at_close[SINK_PCAPNG].delivered, 30);
	assert_int_equal(shared->at_close[SINK_PCAPNG].sampled, 30);
	assert_int_equal(sampled_root_totals().read, 20);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	close(manager);
	manager = -1;
	sampled_root_detach();
}

static void ends_by_itself(void **state)
{
	const struct run_wish hundred = { .count = 100 }, moment = { .duration_ns = 1 },
			      any = { 0 };
	const struct sink_wish sinks[] = { wish_of(SINK_PCAPNG) };
	pid_t child;

	(void)state;
	/* Nothing there: no daemon waits, and no file is touched. */
	assert_int_equal(end_of(start(&any, sinks, 1)), -ENOENT);
	assert_int_equal(shared->opens[SINK_PCAPNG], 0);
	sampled_root_attach(RING);
	sampled_root_flood(0, 150);
	assert_int_equal(end_of(start(&hundred, sinks, 1)), 0);
	assert_int_equal(shared->written[SINK_PCAPNG], 100);
	assert_int_equal(shared->totals.read, 100);
	/* The rest is the next one's. */
	assert_int_equal(end_of(start(&moment, sinks, 1)), 0);
	assert_int_equal(shared->written[SINK_PCAPNG], 150);
	/* Nobody reads the pipe any more. */
	shared->write_error[SINK_PCAPNG] = -EPIPE;
	sampled_root_flood(0, 1);
	assert_int_equal(end_of(start(&any, sinks, 1)), 0);
	shared->open_error[SINK_PCAPNG] = -EACCES;
	assert_int_equal(end_of(start(&any, sinks, 1)), -EACCES);
	assert_non_null(strstr((const char *)shared->problem, "no such target"));
	/* There is a reader. */
	child = start(&as_daemon, sinks, 1);
	WAIT_FOR(daemon_note().pid == (uint32_t)child);
	assert_int_equal(end_of(start(&any, sinks, 1)), -EBUSY);
	assert_int_equal(stop(child), 0);
	sampled_root_detach();
}

/* After set-up nothing is left but CAP_BPF. */
static void gives_up_its_rights(void **state)
{
	const struct sink_wish sinks[] = { wish_of(SINK_PCAPNG) };
	char path[64], line[256];
	unsigned long long permitted = 0;
	FILE *status;
	pid_t child;

	(void)state;
	sampled_root_attach(RING);
	child = start(&as_daemon, sinks, 1);
	WAIT_FOR(shared->opens[SINK_PCAPNG]);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)child);
	status = fopen(path, "re");
	assert_non_null(status);
	while (fgets(line, sizeof(line), status))
		(void)sscanf(line, "CapPrm: %llx", &permitted);
	fclose(status);
	assert_int_equal(permitted, 1ULL << 39);
	/* And it finds another sampler all the same. */
	sampled_root_detach();
	sampled_root_attach("256K");
	WAIT_FOR(daemon_note().pid == (uint32_t)child);
	assert_int_equal(stop(child), 0);
	sampled_root_detach();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_all_and_ends, setup, sampled_root_teardown),
		cmocka_unit_test_setup_teardown(reads_wherever_attached, setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(stays_exact_when_killed, setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(one_stalls_the_other_works, setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(gives_up_one_that_hangs, setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(reloads, setup, sampled_root_teardown),
		cmocka_unit_test_setup_teardown(waits_for_the_sampler, setup,
						sampled_root_teardown),
		cmocka_unit_test_setup_teardown(ends_by_itself, setup, sampled_root_teardown),
		cmocka_unit_test_setup_teardown(gives_up_its_rights, setup, sampled_root_teardown),
	};
	const char *reason = run_unavailable();
	struct problem problem;

	if (reason) {
		print_message("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED || interface_list_add(&interfaces, SAMPLED_INTERFACE, &problem))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
