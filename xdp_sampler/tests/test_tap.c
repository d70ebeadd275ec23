// SPDX-License-Identifier: GPL-2.0-only
/* A listener with sinks and a ledger, but no ring: the test offers samples; captures are threads, or sockets of the
 * test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "monotonic_clock.h"
#include "tap_client.h"
#include "tap_listener.h"

#define BPFFS "/" /* any directory */
#define SECOND UINT64_C(1000000000)
#define BYTES 600

static struct run_sinks sinks;
static struct run_ports ports;
static struct tap_listener listener;
static struct reader_ledger *ledger;
static const struct sample_port *port[2];
static struct problem problem;

static int memory(void)
{
	int fd = memfd_create("ledger", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 65536), 0);
	return fd;
}

static int setup(void **state)
{
	static char names[2][INTERFACE_NAME_SIZE] = { "eth0", "eth1" };
	static const struct interface_list interfaces = { names, 2 };
	int cpus = memory(), daemon = memory();

	(void)state;
	sinks = (struct run_sinks){ 0 };
	ports = (struct run_ports){ .sinks = &sinks };
	assert_int_equal(reader_ledger_open(cpus, daemon, 1, &ledger, &problem), 0);
	close(cpus);
	close(daemon);
	assert_int_equal(run_ports_open(&ports, BPFFS, &interfaces, &problem), 0);
	sinks.ports = ports.table;
	port[0] = port_table_add(ports.table, "eth0", 7);
	port[1] = port_table_add(ports.table, "eth1", 8);
	assert_int_equal(tap_listener_open(&listener, BPFFS, &ports, &problem), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tap_listener_close(&listener);
	run_sinks_stop(&sinks, monotonic_clock_now() + 60 * SECOND);
	run_ports_close(&ports);
	reader_ledger_release(ledger);
	return 0;
}

/* What the reader's main thread does again and again. */
static void turn(uint64_t time)
{
	tap_listener_attend(&listener, true, time);
	run_sinks_attend(&sinks, time);
	run_sinks_seat(&sinks, port[0], ledger);
	run_sinks_wake(&sinks);
	sched_yield();
}

static void wait_for_taps(size_t count)
{
	while (sinks.count != count)
		turn(monotonic_clock_now());
}

static void offer(unsigned int number, uint32_t recorder, uint8_t verdict)
{
	static union {
		struct sample sample;
		unsigned char space[sizeof(struct sample) + BYTES];
	} made;
	static uint64_t sequence;
	const struct sink_offer wanted = { .port = port[number],
					   .ledger = ledger,
					   .realtime = sequence + 1,
					   .program = "decider",
					   .sample = &made.sample };

	made.sample.sequence = ++sequence;
	made.sample.captured = made.sample.frame_length = BYTES;
	made.sample.place = SAMPLER_VERDICT;
	made.sample.verdict = verdict;
	made.sample.chosen = SAMPLE_BY_RECORDER;
	made.sample.recorder_count = 2;
	made.sample.recorder[0] = 99;
	made.sample.recorder[1] = recorder;
	run_sinks_seat(&sinks, port[number], ledger);
	run_sinks_take(&sinks, &wanted);
}

/* Of the only tap there was. */
static struct ledger_sink counts(void)
{
	return ledger->cpus[0].sink[0];
}

static struct tap_request request_of(const char *interface, uint32_t recorder)
{
	struct tap_request request = { .version = TAP_VERSION,
				       .port_count = 1,
				       .reasons = UINT64_MAX,
				       .verdicts = UINT32_MAX,
				       .rows = UINT32_MAX };

	snprintf(request.ports[0].interface, sizeof(request.ports[0].interface), "%s", interface);
	request.ports[0].recorder = recorder;
	return request;
}

/* A capture in a thread, into a file. */
struct capture {
	pthread_t thread;
	struct tap_request request;
	struct sink_wish sink;
	struct tap_wish wish;
	struct tap_totals totals;
	struct problem problem;
	int result;
	bool has_ended; /* atomic */
};

static void *run_capture(void *context)
{
	struct capture *capture = context;
	int fd =
		tap_client_connect(BPFFS, (uint32_t)getpid(), &capture->request, &capture->problem);

	capture->result = fd < 0 ? fd :
				   tap_client_run(fd, &capture->request, &capture->wish,
						  &capture->totals, &capture->problem);
	__atomic_store_n(&capture->has_ended, true, __ATOMIC_RELEASE);
	return NULL;
}

static void start(struct capture *capture, const struct tap_request *request, uint64_t count)
{
	int fd;

	*capture = (struct capture){ .request = *request, .sink = { .kind = SINK_JSON } };
	snprintf(capture->sink.target, sizeof(capture->sink.target), "/tmp/test_tap.XXXXXX");
	fd = mkstemp(capture->sink.target);
	assert_true(fd >= 0);
	close(fd);
	capture->wish = (struct tap_wish){ .reader = (uint32_t)getpid(),
					   .sinks = &capture->sink,
					   .sink_count = 1,
					   .count = count };
	assert_int_equal(pthread_create(&capture->thread, NULL, run_capture, capture), 0);
}

/* Waits for its end; returns how many lines it has written. */
static unsigned int lines_of(struct capture *capture)
{
	unsigned int lines = 0;
	FILE *file;

	while (!__atomic_load_n(&capture->has_ended, __ATOMIC_ACQUIRE))
		turn(monotonic_clock_now());
	pthread_join(capture->thread, NULL);
	file = fopen(capture->sink.target, "r");
	assert_non_null(file);
	for (int c = getc(file); c != EOF; c = getc(file))
		lines += c == '\n';
	fclose(file);
	unlink(capture->sink.target);
	return lines;
}

static void test_selection(void **state)
{
	struct tap_request request = request_of("eth1", 5);
	struct capture capture;

	(void)state;
	request.verdicts = 1U << 1;
	start(&capture, &request, 300);
	wait_for_taps(1);
	for (int i = 0; i < 300; i++) {
		offer(0, 5, 1);
		offer(1, 6, 1);
		offer(1, 5, 2);
		offer(1, 5, 1);
		turn(monotonic_clock_now());
	}
	assert_int_equal(lines_of(&capture), 300);
	assert_int_equal(capture.result, 0);
	wait_for_taps(0);
	assert_int_equal(capture.totals.read, 300);
	assert_int_equal(capture.totals.tap_lost + capture.totals.sink_lost, 0);
	assert_int_equal(counts().offered, 300);
	assert_int_equal(counts().delivered, 300);
}

/* What was taken until the capture had enough of it reaches it. */
static void test_leaving(void **state)
{
	const struct tap_request request = request_of("eth0", 0);
	struct capture capture;

	(void)state;
	start(&capture, &request, 0);
	wait_for_taps(1);
	for (int i = 0; i < 5000; i++)
		offer(0, 0, 1);
	pthread_kill(capture.thread, SIGINT);
	assert_int_equal(lines_of(&capture), 5000);
	assert_int_equal(capture.result, 0);
	wait_for_taps(0);
	assert_int_equal(counts().delivered, 5000);
}

static void test_reader_ends(void **state)
{
	const struct tap_request request = request_of("eth0", 0);
	struct capture capture;

	(void)state;
	start(&capture, &request, 0);
	wait_for_taps(1);
	for (int i = 0; i < 100; i++)
		offer(0, 0, 1);
	tap_listener_close(&listener);
	run_sinks_stop(&sinks, monotonic_clock_now() + 60 * SECOND);
	assert_int_equal(lines_of(&capture), 100);
	assert_int_equal(capture.result, -ECONNRESET);
	assert_non_null(strstr(capture.problem.text, "does not hand samples on any more"));
	start(&capture, &request, 0);
	assert_int_equal(lines_of(&capture), 0);
	assert_int_equal(capture.result, -ECONNREFUSED);
}

/* A capture that does as the test says. */
static int guest(const struct tap_request *request, size_t size)
{
	struct sockaddr_un address;
	socklen_t length;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_int_equal(tap_address(BPFFS, (uint32_t)getpid(), &address, &length, NULL), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, length), 0);
	if (size)
		assert_int_equal(send(fd, request, size, 0), size);
	return fd;
}

static void is_answered(int fd, int error, const char *text)
{
	struct tap_answer answer;

	assert_int_equal(recv(fd, &answer, sizeof(answer), 0), sizeof(answer));
	assert_int_equal(answer.version, TAP_VERSION);
	assert_int_equal(answer.error, error);
	assert_string_equal(answer.text, text);
}

/* Reads to the end; returns how many samples there were. */
static unsigned int samples_of(int fd)
{
	static uint64_t packet[TAP_PACKET_SIZE / 8];
	struct tap_message message;
	unsigned int count = 0;
	ssize_t size;

	while ((size = recv(fd, packet, sizeof(packet), 0)) > 0) {
		for (size_t at = 0; tap_message_next(packet, (size_t)size, &at, &message) > 0;)
			count += message.sample != NULL;
	}
	assert_int_equal(size, 0);
	close(fd);
	return count;
}

static void test_stalled(void **state)
{
	const struct tap_request request = request_of("eth0", 0);
	struct ledger_sink told;
	int fd = guest(&request, sizeof(request));

	(void)state;
	wait_for_taps(1);
	is_answered(fd, 0, "");
	/* More than its queue and the socket hold together. */
	for (int i = 0; i < 30000; i++)
		offer(0, 0, 1);
	tap_listener_close(&listener);
	run_sinks_stop(&sinks, monotonic_clock_now() + 60 * SECOND);
	told = counts();
	assert_int_equal(told.offered, 30000);
	assert_true(told.lost > 10000);
	assert_int_equal(told.offered, told.delivered + told.lost);
	assert_int_equal(run_sinks_lost(&sinks), 0);
	assert_int_equal(samples_of(fd), told.delivered);
}

static void test_killed(void **state)
{
	const struct tap_request request = request_of("eth0", 0);
	int fd = guest(&request, sizeof(request));

	(void)state;
	wait_for_taps(1);
	close(fd);
	for (int i = 0; i < 1000; i++)
		offer(0, 0, 1);
	assert_int_equal(run_sinks_fail(&sinks, &problem), 0);
	wait_for_taps(0);
	assert_int_equal(counts().offered, counts().delivered + counts().lost);
}

static void test_refused(void **state)
{
	struct tap_request request = request_of("eth0", 0);
	int silent, other, taps[TAP_LIMIT + 1];

	(void)state;
	request.version++;
	other = guest(&request, sizeof(request));
	silent = guest(&request, 0);
	turn(monotonic_clock_now());
	is_answered(other, -EPROTO,
		    "what is asked for is not understood: it is another version of xdp_sampler");
	assert_int_equal(samples_of(other), 0);
	turn(monotonic_clock_now() + SECOND);
	assert_int_equal(recv(silent, &request, 1, MSG_DONTWAIT), -1);
	turn(monotonic_clock_now() + 3 * SECOND);
	assert_int_equal(samples_of(silent), 0);
	request.version--;
	for (int i = 0; i < TAP_LIMIT + 1; i++)
		taps[i] = guest(&request, sizeof(request));
	wait_for_taps(TAP_LIMIT);
	for (int i = 0; i < TAP_LIMIT; i++)
		is_answered(taps[i], 0, "");
	is_answered(taps[TAP_LIMIT], -EBUSY, "there are 4 captures beside it already");
	/* A reload of the reader's needs room for these. */
	tap_listener_make_room(&listener, LEDGER_SINKS - 1);
	wait_for_taps(1);
	for (int i = TAP_LIMIT; i > 0; i--)
		assert_int_equal(samples_of(taps[i]), 0);
	close(taps[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_selection, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leaving, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reader_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stalled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
	};
	sigset_t signals;

	/* As the caller of tap_client_run() does. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return cmocka_run_group_tests_name("tap", tests, NULL, NULL);
}
