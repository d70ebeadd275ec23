// SPDX-License-Identifier: GPL-2.0-only
/* The sFlow sink against collectors on the loopback: what it says of which sample, how it fills
 * datagrams, and what it does when a collector is not there. The clock, name resolution and send()
 * are the test's own where they have to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "abi/reasons.h"
#include "sflow_collectors.h"
#include "sflow_reader.h"
#include "sflow_tshark.h"
#include "sink.h"

#define PORTS 70
#define FRAME 70000
#define SECOND 1000000000ULL
#define MILLISECOND 1000000ULL
#define NO_TIME 0
#define BOOT 1000 /* seconds that the clock shows at first */

#define BY_CHANCE SAMPLE_BY_CHANCE
#define BY_RECORDER SAMPLE_BY_RECORDER
#define FOLLOWED SAMPLE_FOLLOWED

static struct {
	struct sample_port port[PORTS];
	size_t count;
	struct sink_counts counts[PORTS][SAMPLER_PLACE_COUNT];
	bool stopping;
} machine;

static struct {
	uint64_t later;           /* nanoseconds that the clock is ahead */
	int send_error;           /* of the next sends, which take a millisecond … */
	unsigned int send_errors; /* … so many of them */
	unsigned int sends;
	unsigned int asked; /* names resolved */
	bool late_name;     /* "late.test" is known now */
	uint64_t slow_name; /* and takes so long */
} kernel;

static struct {
	int fd;
	uint16_t port;
} collector[2];

static void *sink;
static struct problem problem;
static bool delivered[1000];
static uint8_t bytes[FRAME];
static size_t length;

/* Time passes only where a test says so. */
int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
	if (clock_id != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock_id, tp);
	*tp = (struct timespec){ (time_t)(BOOT + kernel.later / SECOND),
				 (long)(kernel.later % SECOND) };
	return 0;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *req,
		struct addrinfo **pai)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
		(int (*)(const char *, const char *, const struct addrinfo *,
			 struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");

	if (!strstr(name, ".test"))
		return real(name, service, req, pai);
	kernel.asked++;
	kernel.later += kernel.slow_name;
	if (strcmp(name, "late.test") != 0 || !kernel.late_name)
		return EAI_NONAME;
	return real("127.0.0.1", service, req, pai);
}

ssize_t send(int fd, const void *buf, size_t n, int flags)
{
	int domain = AF_UNSPEC;
	socklen_t option_size = sizeof(domain);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &option_size);
	kernel.sends += domain != AF_NETLINK;
	if (domain != AF_NETLINK && kernel.send_errors) {
		kernel.send_errors--;
		kernel.later += MILLISECOND;
		errno = kernel.send_error;
		return -1;
	}
	return syscall(SYS_sendto, fd, buf, n, flags, NULL, 0);
}

static void host_counts(void *context, const struct sample_port *port, enum sampler_place place,
			struct sink_counts *ret_counts)
{
	assert_ptr_equal(context, &machine);
	*ret_counts = machine.counts[port->number][place];
}

/* As it may be understood, too: no more than there is room for. */
static size_t host_ports(void *context, const struct sample_port **ret_ports, size_t size)
{
	size_t count = machine.count < size ? machine.count : size;

	assert_ptr_equal(context, &machine);
	for (size_t i = 0; i < count; i++)
		ret_ports[i] = &machine.port[i];
	return count;
}

static bool host_stopping(void *context)
{
	assert_ptr_equal(context, &machine);
	return machine.stopping;
}

static const struct sink_host host = { &machine, host_counts, host_ports, host_stopping };

static uint16_t bind_loopback(int fd, int family, uint16_t port)
{
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr *address = family == AF_INET6 ? (void *)&ipv6 : (void *)&ipv4;
	socklen_t size = family == AF_INET6 ? sizeof(ipv6) : sizeof(ipv4);

	ipv6.sin6_addr = in6addr_loopback;
	ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, address, size) || getsockname(fd, address, &size))
		return 0;
	return ntohs(family == AF_INET6 ? ipv6.sin6_port : ipv4.sin_port);
}

/* A collector, at the same port again if it was there before. */
static void start_collector(unsigned int which)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	collector[which].port = bind_loopback(fd, AF_INET, collector[which].port);
	assert_true(collector[which].port > 0);
	collector[which].fd = fd;
}

static void stop_collector(unsigned int which)
{
	close(collector[which].fd);
	collector[which].fd = -1;
}

static int renew(void **state)
{
	(void)state;
	memset(&machine, 0, sizeof(machine));
	memset(&kernel, 0, sizeof(kernel));
	for (unsigned int i = 0; i < PORTS; i++) {
		machine.port[i] = (struct sample_port){ .number = i, .ifindex = 3 + i };
		machine.counts[i][SAMPLER_VERDICT].packets = 100 + i;
	}
	machine.count = 1;
	for (unsigned int i = 0; i < 2; i++) {
		collector[i].port = 0;
		start_collector(i);
	}
	sink = NULL;
	problem.text[0] = '\0';
	return 0;
}

static int finish(void **state)
{
	(void)state;
	if (sink)
		assert_int_equal(sflow_sink_operations.close(sink, &problem), 0);
	for (unsigned int i = 0; i < 2; i++)
		stop_collector(i);
	return 0;
}

static struct sink_wish wish_for(const char *target)
{
	struct sink_wish wish = { .kind = SINK_SFLOW, .agent = "192.0.2.1" };

	assert_true(strlen(target) < sizeof(wish.target));
	strcpy(wish.target, target);
	return wish;
}

__attribute__((format(printf, 1, 2))) static const char *target_of(const char *format, ...)
{
	static char target[SINK_TARGET_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(target, sizeof(target), format, arguments);
	va_end(arguments);
	return target;
}

static const char *first_collector(void)
{
	return target_of("127.0.0.1:%u", collector[0].port);
}

static void open_wish(const struct sink_wish *wish)
{
	assert_int_equal(sflow_sink_operations.open(wish, &host, &sink, &problem), 0);
}

static void open_sink(const char *target)
{
	struct sink_wish wish = wish_for(target);

	open_wish(&wish);
}

/* A sample of 60 bytes out of 1000, dropped at the verdict place, and chosen by chance. */
static struct sample_view dropped(void)
{
	static struct sample samples[1000];
	static uint8_t frame[FRAME];
	static unsigned int used;
	struct sample *sample = &samples[used++ % 1000];

	*sample = (struct sample){ .ifindex = 3,
				   .frame_length = 1000,
				   .captured = 60,
				   .rate = 10,
				   .place = SAMPLER_VERDICT,
				   .verdict = XDP_DROP,
				   .reason = ECBPF_REASON_NOT_IP,
				   .chosen = SAMPLE_BY_CHANCE };
	return (struct sample_view){ machine.port, sample, frame, 0, "xdp_filter", NULL };
}

static struct sample *sample_of(const struct sample_view *view)
{
	return (struct sample *)view->sample;
}

static struct sample_view passed(void)
{
	struct sample_view view = dropped();

	sample_of(&view)->verdict = XDP_PASS;
	return view;
}

static struct sample_view seen_at_ingress(void)
{
	struct sample_view view = dropped();

	sample_of(&view)->place = SAMPLER_INGRESS;
	sample_of(&view)->verdict = SAMPLE_NO_VERDICT;
	sample_of(&view)->reason = SAMPLE_NO_VERDICT;
	sample_of(&view)->row = SAMPLE_NO_VERDICT;
	view.program = "";
	return view;
}

static int write_views(const struct sample_view *views, size_t count)
{
	memset(delivered, 0x55, sizeof(delivered));
	return sflow_sink_operations.write(sink, views, count, delivered, &problem);
}

static int write_view(struct sample_view view)
{
	return write_views(&view, 1);
}

static int tick(void)
{
	return sflow_sink_operations.tick(sink, NO_TIME, &problem);
}

/* The next datagram, or NULL if none comes. */
static const char *receive(unsigned int which, int patience)
{
	struct pollfd data = { .fd = collector[which].fd, .events = POLLIN };
	ssize_t size;

	if (poll(&data, 1, patience) <= 0)
		return NULL;
	size = recv(collector[which].fd, bytes, sizeof(bytes), 0);
	assert_true(size > 0);
	length = (size_t)size;
	return sflow_read(bytes, length);
}

static void assert_received(unsigned int which, const char *expected)
{
	const char *text = receive(which, 5000);

	assert_non_null(text);
	assert_string_equal(text, expected);
}

static void assert_nothing(unsigned int which)
{
	assert_null(receive(which, 0));
}

/* Without the datagram's own line. */
static void assert_samples(const char *expected)
{
	const char *text = receive(0, 5000);

	assert_non_null(text);
	assert_string_equal(strchr(text, '\n') + 1, expected);
}

/* The refusal of a datagram that was sent comes by itself, but may take its time. */
static void await_refusal(void)
{
	unsigned int tries = 0;

	while (!tick()) {
		assert_true(++tries < 5000);
		(void)poll(NULL, 0, 1);
	}
	assert_int_equal(tick(), -ECONNREFUSED);
}

static void test_flow_and_discard(void **state)
{
	(void)state;
	open_sink(first_collector());
	machine.counts[0][SAMPLER_VERDICT] = (struct sink_counts){ 1234, 90, 2, 3, 80 };
	assert_int_equal(write_view(dropped()), 0);
	assert_true(delivered[0]);
	assert_received(0, "datagram 192.0.2.1 sub 0 seq 1\n"
			   "flow 1 0:3 1/10 pool 1234 drops 5 in 3 out 1:270 {header 1 1004 4 60}\n"
			   "discard 1 0:3 drops 5 in 3 out 0 reason 270 {header 1 1004 4 60} "
			   "{function xdp_filter/not_ip}\n");
	assert_int_equal(write_view(passed()), 0);
	assert_received(0, "datagram 192.0.2.1 sub 0 seq 2\n"
			   "flow 2 0:3 1/10 pool 1234 drops 5 in 3 out 0:0 {header 1 1004 4 60}\n");
	assert_nothing(0);
}

static void test_tshark(void **state)
{
	const struct sample_view views[] = { passed(), dropped() };
	char expected[4096];

	(void)state;
	if (sflow_tshark_missing())
		skip();
	open_sink(first_collector());
	machine.counts[0][SAMPLER_VERDICT] = (struct sink_counts){ 1234, 90, 2, 3, 80 };
	memset((uint8_t *)views[0].bytes, 0xaa, 60);
	assert_int_equal(write_views(views, 2), 0);
	assert_non_null(receive(0, 5000));
	snprintf(expected, sizeof(expected),
		 "version=5 agenttype=1 agent=192.0.2.1 sub_agent_id=0 sequence_number=1 "
		 "sysuptime=%u numsamples=3 "
		 "enterprise=0 sampletype=1 sample_length=116 flow_sample.sequence_number=1 "
		 "flow_sample.source_id_class=0 flow_sample.index=3 flow_sample.sampling_rate=10 "
		 "flow_sample.sample_pool=1234 flow_sample.dropped_packets=5 "
		 "flow_sample.input_interface=3 flow_sample.output_interface=0x00000000 "
		 "flow_sample.output_interface_format=0 flow_sample.output_interface_value=0 "
		 "flow_sample.flow_record=1 enterprise=0 flow_record_format=1 flow_data_length=76 "
		 "header_protocol=1 header.frame_length=1004 header.payload_stripped=4 "
		 "header.sampled_header_length=60 header=",
		 sflow_read_uptime(bytes));
	for (unsigned int i = 0; i < 60; i++)
		strcat(expected, i ? ":aa" : "aa");
	assert_memory_equal(sflow_tshark(bytes, length), expected, strlen(expected));
	assert_non_null(strstr(sflow_tshark(bytes, length),
			       "sampletype=1 sample_length=116 flow_sample.sequence_number=2"));
	assert_non_null(strstr(sflow_tshark(bytes, length), "sampletype=5 sample_length="));
}

static void test_forms(void **state)
{
	static const struct {
		uint8_t place, verdict, chosen, reason;
		uint32_t rate;
		const char *program, *samples; /* NULL: nothing is said */
	} cases[] = {
#define FLOW "flow 1 0:3 1/10 pool 100 drops 0 in 3 out "
#define HEADER " {header 1 1004 4 60}"
#define DISCARD "discard 1 0:3 drops 0 in 3 out 0 reason "
		{ SAMPLER_VERDICT, XDP_PASS, BY_CHANCE, 0, 10, "p", FLOW "0:0" HEADER "\n" },
		{ SAMPLER_VERDICT, XDP_REDIRECT, BY_CHANCE, 0, 10, "p", FLOW "0:0" HEADER "\n" },
		{ SAMPLER_VERDICT, XDP_TX, BY_CHANCE, 0, 10, "p", FLOW "0:3" HEADER "\n" },
		{ SAMPLER_VERDICT, XDP_TX, BY_CHANCE | BY_RECORDER, 0, 10, "p",
		  FLOW "0:3" HEADER "\n" },
		{ SAMPLER_VERDICT, XDP_DROP, BY_CHANCE, 17, 10, "p",
		  FLOW "1:367" HEADER "\n" DISCARD "367" HEADER " {function p/reason_17}\n" },
		{ SAMPLER_VERDICT, XDP_ABORTED, BY_RECORDER, 1, 0, "p",
		  DISCARD "256" HEADER " {function p/impossible}\n" },
		{ SAMPLER_VERDICT, XDP_DROP, FOLLOWED, 5, 0, "",
		  DISCARD "270" HEADER " {function not_ip}\n" },
		{ SAMPLER_VERDICT, ECBPF_ACTION_INVALID, FOLLOWED, 5, 0, "p",
		  DISCARD "270" HEADER " {function p/not_ip}\n" },
		{ SAMPLER_VERDICT, XDP_PASS, FOLLOWED, 0, 10, "p", NULL },
		{ SAMPLER_VERDICT, XDP_PASS, BY_RECORDER, 0, 10, "p", NULL },
		{ SAMPLER_VERDICT, XDP_PASS, BY_CHANCE, 0, 0, "p", NULL },
		{ SAMPLER_INGRESS, SAMPLE_NO_VERDICT, BY_RECORDER, 255, 0, "", NULL },
		{ SAMPLER_INGRESS, SAMPLE_NO_VERDICT, BY_CHANCE, 255, 10, "",
		  "flow 1 0:3 1/10 pool 7 drops 0 in 3 out 0:0" HEADER "\n" },
		/* Not a verdict, whatever the byte says. */
		{ SAMPLER_INGRESS, XDP_DROP, BY_CHANCE, 5, 10, "",
		  "flow 1 0:3 1/10 pool 7 drops 0 in 3 out 0:0" HEADER "\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sample_view view = dropped();

		open_sink(first_collector());
		if (cases[i].place == SAMPLER_INGRESS)
			machine.counts[0][SAMPLER_INGRESS].packets = 7;
		sample_of(&view)->place = cases[i].place;
		sample_of(&view)->verdict = cases[i].verdict;
		sample_of(&view)->chosen = cases[i].chosen;
		sample_of(&view)->reason = cases[i].reason;
		sample_of(&view)->rate = cases[i].rate;
		view.program = cases[i].program;
		assert_int_equal(write_view(view), 0);
		assert_true(delivered[0]);
		if (cases[i].samples)
			assert_samples(cases[i].samples);
		assert_nothing(0);
		assert_int_equal(sflow_sink_operations.close(sink, &problem), 0);
		sink = NULL;
	}
}

/* While packets pass the ingress place, its samples are the flow samples; drops are told anyway. */
static void test_two_places(void **state)
{
	struct sink_counts *ingress = &machine.counts[0][SAMPLER_INGRESS];

	(void)state;
	open_sink(first_collector());
	*ingress = (struct sink_counts){ .packets = 500, .lost = 1 };
	assert_int_equal(write_view(seen_at_ingress()), 0);
	assert_samples("flow 1 0:3 1/10 pool 500 drops 1 in 3 out 0:0 {header 1 1004 4 60}\n");
	assert_int_equal(write_view(passed()), 0);
	assert_true(delivered[0]);
	assert_int_equal(write_view(dropped()), 0);
	assert_samples("discard 1 0:3 drops 0 in 3 out 0 reason 270 {header 1 1004 4 60} "
		       "{function xdp_filter/not_ip}\n");
	kernel.later = 9 * SECOND;
	ingress->packets++;
	assert_int_equal(write_view(passed()), 0);
	kernel.later += 9 * SECOND;
	assert_int_equal(write_view(passed()), 0);
	assert_nothing(0);
	kernel.later += 2 * SECOND;
	assert_int_equal(write_view(passed()), 0);
	assert_samples("flow 2 0:3 1/10 pool 100 drops 0 in 3 out 0:0 {header 1 1004 4 60}\n");
	/* One that comes late is one all the same. */
	assert_int_equal(write_view(seen_at_ingress()), 0);
	assert_samples("flow 3 0:3 1/10 pool 501 drops 1 in 3 out 0:0 {header 1 1004 4 60}\n");
	ingress->packets++;
	assert_int_equal(write_view(passed()), 0);
	assert_nothing(0);
}

static void test_wrap(void **state)
{
	(void)state;
	open_sink(first_collector());
	machine.counts[0][SAMPLER_VERDICT] =
		(struct sink_counts){ .packets = 0x1fffffffe, .ring_lost = 0xffffffff, .lost = 3 };
	assert_int_equal(write_view(passed()), 0);
	assert_samples("flow 1 0:3 1/10 pool 4294967294 drops 2 in 3 out 0:0 "
		       "{header 1 1004 4 60}\n");
	machine.counts[0][SAMPLER_VERDICT].packets += 3;
	assert_int_equal(write_view(passed()), 0);
	assert_samples("flow 2 0:3 1/10 pool 1 drops 2 in 3 out 0:0 {header 1 1004 4 60}\n");
}

/* One interface that needs the expanded formats gives them to all. */
static void test_large_ifindex(void **state)
{
	struct sample_view view = dropped(), other = passed();

	(void)state;
	machine.count = 3;
	machine.port[1].ifindex = 1 << 24;
	open_sink(first_collector());
	sample_of(&view)->ifindex = 1 << 24;
	view.port = &machine.port[1];
	assert_int_equal(write_view(view), 0);
	assert_samples("flow_expanded 1 0:16777216 1/10 pool 101 drops 0 in 0:16777216 out 1:270 "
		       "{header 1 1004 4 60}\n"
		       "discard 1 0:16777216 drops 0 in 16777216 out 0 reason 270 "
		       "{header 1 1004 4 60} {function xdp_filter/not_ip}\n");
	assert_int_equal(write_view(other), 0);
	assert_samples("flow_expanded 1 0:3 1/10 pool 100 drops 0 in 0:3 out 0:0 "
		       "{header 1 1004 4 60}\n");
	assert_int_equal(tick(), 0);
	assert_nothing(0);
	machine.port[0].ifindex = 1; /* the loopback has counters */
	kernel.later = 31 * SECOND;
	assert_int_equal(tick(), 0);
	assert_samples("counters_expanded 1 0:1 {interface 1}\n");
}

/* Sequence numbers and counts are each port's own. */
static void test_ports(void **state)
{
	struct sample_view views[] = { passed(), passed(), passed() };

	(void)state;
	open_sink(first_collector());
	/* The reader knows of it before the host tells. */
	views[1].port = &machine.port[40];
	assert_int_equal(write_views(views, 3), 0);
	assert_samples("flow 1 0:3 1/10 pool 100 drops 0 in 3 out 0:0 {header 1 1004 4 60}\n"
		       "flow 1 0:43 1/10 pool 140 drops 0 in 3 out 0:0 {header 1 1004 4 60}\n"
		       "flow 2 0:3 1/10 pool 100 drops 0 in 3 out 0:0 {header 1 1004 4 60}\n");
	machine.count = 50;
	machine.counts[40][SAMPLER_VERDICT].packets = 200;
	assert_int_equal(write_views(views + 1, 1), 0);
	assert_samples("flow 2 0:43 1/10 pool 200 drops 0 in 3 out 0:0 {header 1 1004 4 60}\n");
}

/* Many samples of all lengths: all arrive, in their order, in datagrams that keep the limit. */
static void write_many(size_t limit, uint32_t captured)
{
	struct sink_wish wish = wish_for(first_collector());
	unsigned int flows = 0, discards = 0, datagrams = 0;
	struct sample_view views[100];
	const char *text;

	wish.datagram_bytes = limit;
	open_wish(&wish);
	for (unsigned int i = 0; i < 100; i++) {
		views[i] = dropped();
		sample_of(&views[i])->captured = captured + 17 * i;
		sample_of(&views[i])->frame_length = captured + 17 * i;
		views[i].program =
			i % 3 ? "xdp_filter" : "a_program_with_a_name_that_is_rather_long";
	}
	assert_int_equal(write_views(views, 100), 0);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(delivered[i], true);
	while ((text = receive(0, flows < 100 ? 5000 : 0))) {
		char expected[64];

		assert_true(length <= (limit ? limit : 1400));
		snprintf(expected, sizeof(expected), "datagram 192.0.2.1 sub 0 seq %u\n",
			 ++datagrams);
		assert_memory_equal(text, expected, strlen(expected));
		while ((text = strchr(text, '\n')) && *++text) {
			bool is_discard = flows > discards;

			/* A packet's two samples are in one datagram. */
			if (is_discard)
				discards++;
			else
				flows++;
			snprintf(expected, sizeof(expected), "%s %u 0:3 ",
				 is_discard ? "discard" : "flow", flows);
			assert_memory_equal(text, expected, strlen(expected));
		}
		assert_int_equal(flows, discards);
	}
	assert_int_equal(flows, 100);
	assert_true(datagrams > 1 || limit > 50000);
	assert_int_equal(sflow_sink_operations.close(sink, &problem), 0);
	sink = NULL;
}

static void test_many(void **state)
{
	int room = 8 << 20;

	(void)state;
	setsockopt(collector[0].fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	write_many(0, 60);
	write_many(512, 60);
	write_many(513, 0);
	write_many(1472, 1400);
	write_many(65507, 60);
	write_many(9000, 60000);
}

static void test_counters(void **state)
{
	(void)state;
	machine.port[0].ifindex = 1;
	open_sink(first_collector());
	assert_int_equal(tick(), 0);
	assert_received(0, "datagram 192.0.2.1 sub 0 seq 1\ncounters 1 0:1 {interface 1}\n");
	kernel.later = 29 * SECOND;
	assert_int_equal(tick(), 0);
	assert_nothing(0);
	/* A port that comes later has its own first one, one that is gone has none. */
	machine.port[1].ifindex = 424242;
	machine.port[2].ifindex = 1;
	machine.count = 3;
	assert_int_equal(tick(), 0);
	assert_samples("counters 1 0:1 {interface 1}\n");
	kernel.later = 31 * SECOND;
	assert_int_equal(tick(), 0);
	assert_samples("counters 2 0:1 {interface 1}\n");
	kernel.later = 60 * SECOND;
	assert_int_equal(tick(), 0);
	assert_samples("counters 2 0:1 {interface 1}\n");
	assert_nothing(0);
}

static void test_counter_interval(void **state)
{
	struct sink_wish wish = wish_for(first_collector());

	(void)state;
	machine.port[0].ifindex = 1;
	wish.counter_seconds = 5;
	open_wish(&wish);
	assert_int_equal(tick(), 0);
	assert_non_null(receive(0, 5000));
	kernel.later = 4 * SECOND;
	assert_int_equal(tick(), 0);
	assert_nothing(0);
	kernel.later = 6 * SECOND;
	assert_int_equal(tick(), 0);
	assert_samples("counters 2 0:1 {interface 1}\n");
}

/* More than a datagram holds. */
static void test_counters_of_many(void **state)
{
	unsigned int datagrams = 0, samples = 0;
	const char *text;

	(void)state;
	machine.count = PORTS;
	for (unsigned int i = 0; i < PORTS; i++)
		machine.port[i].ifindex = 1;
	open_sink(first_collector());
	assert_int_equal(tick(), 0);
	while ((text = receive(0, samples < PORTS ? 5000 : 0))) {
		datagrams++;
		assert_true(length <= 1400);
		while ((text = strstr(text, "counters 1 0:1"))) {
			samples++;
			text++;
		}
	}
	assert_int_equal(samples, PORTS);
	assert_int_equal(datagrams, 7); /* (1400 - 28) / 116 = 11 in each */
}

static void test_uptime(void **state)
{
	struct timespec now;
	uint32_t uptime;

	(void)state;
	open_sink(first_collector());
	assert_int_equal(write_view(passed()), 0);
	assert_non_null(receive(0, 5000));
	clock_gettime(CLOCK_BOOTTIME, &now);
	uptime = (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
	assert_true(uptime - sflow_read_uptime(bytes) < 60000);
}

static void test_agent(void **state)
{
	struct sink_wish wish = wish_for(first_collector());

	(void)state;
	strcpy(wish.agent, "2001:db8::9");
	wish.sub_agent = UINT32_MAX;
	open_wish(&wish);
	assert_int_equal(write_view(passed()), 0);
	assert_non_null(receive(0, 5000));
	assert_memory_equal(sflow_read(bytes, length),
			    "datagram 2001:db8::9 sub 4294967295 seq 1\n", 42);
	finish(NULL);
	renew(NULL);
	wish = wish_for(first_collector());
	wish.agent[0] = '\0';
	open_wish(&wish);
	assert_int_equal(write_view(passed()), 0);
	assert_non_null(receive(0, 5000));
	assert_memory_equal(sflow_read(bytes, length), "datagram 127.0.0.1 sub 0 seq 1\n", 31);
}

static void test_ipv6_collector(void **state)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sink_wish wish;
	uint16_t port;

	(void)state;
	port = fd < 0 ? 0 : bind_loopback(fd, AF_INET6, 0);
	if (!port) {
		close(fd);
		skip();
	}
	close(collector[0].fd);
	collector[0].fd = fd;
	wish = wish_for(target_of("[::1]:%u", port));
	wish.agent[0] = '\0';
	open_wish(&wish);
	assert_int_equal(write_view(passed()), 0);
	assert_true(delivered[0]);
	assert_received(0, "datagram ::1 sub 0 seq 1\n"
			   "flow 1 0:3 1/10 pool 100 drops 0 in 3 out 0:0 {header 1 1004 4 60}\n");
}

/* A collector that is not there costs nothing but its own datagrams. */
static void test_one_of_two_refuses(void **state)
{
	unsigned int received = 0;
	char name[32];

	(void)state;
	open_sink(target_of("127.0.0.1:%u,127.0.0.1:%u", collector[0].port, collector[1].port));
	snprintf(name, sizeof(name), "'127.0.0.1:%u'", collector[0].port);
	assert_int_equal(write_view(passed()), 0);
	assert_non_null(receive(0, 5000));
	assert_non_null(receive(1, 5000));
	stop_collector(0);
	assert_int_equal(write_view(passed()), 0);
	assert_true(delivered[0]);
	await_refusal();
	assert_non_null(strstr(problem.text, name));
	assert_non_null(strstr(problem.text, "refuses datagrams"));
	for (unsigned int i = 0; i < 20; i++) {
		assert_int_equal(write_view(passed()), -ECONNREFUSED);
		assert_true(delivered[0]);
	}
	while (receive(1, received < 21 ? 5000 : 0))
		received++;
	assert_int_equal(received, 21);
	start_collector(0);
	assert_int_equal(write_view(passed()), -ECONNREFUSED);
	assert_nothing(0);
	kernel.later = 2 * SECOND;
	assert_int_equal(write_view(passed()), -ECONNREFUSED); /* who knows whether it took it */
	assert_int_equal(tick(), -ECONNREFUSED);
	assert_received(0, "datagram 192.0.2.1 sub 0 seq 24\n"
			   "flow 24 0:3 1/10 pool 100 drops 0 in 3 out 0:0 {header 1 1004 4 60}\n");
	kernel.later = 4 * SECOND;
	assert_int_equal(tick(), 0);
	assert_int_equal(write_view(passed()), 0);
}

/* The refusal is told by the send() of a later datagram: the others get that one all the same. */
static void test_refusal_at_send(void **state)
{
	(void)state;
	open_sink(target_of("127.0.0.1:%u,127.0.0.1:%u", collector[0].port, collector[1].port));
	kernel.send_error = ECONNREFUSED;
	kernel.send_errors = 1;
	assert_int_equal(write_view(passed()), -ECONNREFUSED);
	assert_true(delivered[0]);
	assert_nothing(0);
	assert_non_null(receive(1, 5000));
}

/* What nobody took is not delivered, and the next datagram's number tells of it. */
static void test_refused(void **state)
{
	(void)state;
	open_sink(first_collector());
	stop_collector(0);
	assert_int_equal(write_view(passed()), 0);
	assert_true(delivered[0]);
	await_refusal();
	assert_int_equal(write_views((const struct sample_view[]){ passed(), passed() }, 2),
			 -ECONNREFUSED);
	assert_int_equal(delivered[0], false);
	assert_int_equal(delivered[1], false);
	kernel.later = 2 * SECOND;
	assert_int_equal(write_view(passed()), -ECONNREFUSED);
	assert_true(delivered[0]);
	await_refusal();
	start_collector(0);
	kernel.later = 4 * SECOND;
	assert_int_equal(write_view(passed()), -ECONNREFUSED);
	assert_true(delivered[0]);
	assert_received(0, "datagram 192.0.2.1 sub 0 seq 4\n"
			   "flow 5 0:3 1/10 pool 100 drops 0 in 3 out 0:0 {header 1 1004 4 60}\n");
	kernel.later = 6 * SECOND;
	assert_int_equal(write_view(passed()), 0);
}

/* In a batch of several datagrams, each sample shares the lot of its own; what needs no datagram is
 * not lost with the others. */
static void test_some_datagrams_lost(void **state)
{
	struct sample_view views[30];

	(void)state;
	open_sink(first_collector());
	for (unsigned int i = 0; i < 30; i++) {
		views[i] = passed();
		if (i % 10 == 5)
			sample_of(&views[i])->chosen = BY_RECORDER;
	}
	kernel.send_error = ECONNREFUSED;
	kernel.send_errors = 1;
	assert_int_equal(write_views(views, 30), -ECONNREFUSED);
	for (unsigned int i = 0; i < 30; i++)
		assert_int_equal(delivered[i], i % 10 == 5);
	assert_nothing(0);
	kernel.later = 2 * SECOND;
	assert_int_equal(write_view(views[0]), -ECONNREFUSED);
	kernel.later = 4 * SECOND;
	assert_int_equal(write_views(views, 30), 0);
	for (unsigned int i = 0; i < 30; i++)
		assert_true(delivered[i]);
}

static void test_full_socket(void **state)
{
	(void)state;
	open_sink(first_collector());
	kernel.send_error = EAGAIN;
	kernel.send_errors = 1;
	assert_int_equal(write_view(passed()), 0);
	assert_true(delivered[0]);
	kernel.send_error = ENOBUFS;
	kernel.send_errors = 3;
	assert_int_equal(write_view(passed()), 0);
	assert_true(delivered[0]);
	/* Longer than anybody waits. */
	kernel.sends = 0;
	kernel.send_errors = 1000000;
	assert_int_equal(write_view(passed()), -ENOBUFS);
	assert_false(delivered[0]);
	assert_int_equal(kernel.sends, 100);
	assert_non_null(strstr(problem.text, "ENOBUFS"));
	/* The next ones are not waited for. */
	kernel.sends = 0;
	assert_int_equal(write_view(passed()), -ENOBUFS);
	assert_false(delivered[0]);
	assert_int_equal(kernel.sends, 0);
	kernel.send_errors = 0;
	kernel.later = 2 * SECOND;
	assert_int_equal(write_view(passed()), 0);
	assert_true(delivered[0]);
}

static void test_stopping_waits_for_nobody(void **state)
{
	(void)state;
	open_sink(first_collector());
	machine.stopping = true;
	kernel.send_error = EAGAIN;
	kernel.send_errors = 1;
	assert_int_equal(write_view(passed()), -EAGAIN);
	assert_false(delivered[0]);
	assert_int_equal(kernel.sends, 1);
}

static void test_name_that_does_not_resolve(void **state)
{
	struct sink_wish wish = wish_for(target_of("late.test:%u", collector[0].port));

	(void)state;
	wish.agent[0] = '\0';
	open_wish(&wish);
	assert_int_equal(kernel.asked, 1);
	assert_int_equal(write_view(passed()), -EHOSTUNREACH);
	assert_false(delivered[0]);
	assert_non_null(strstr(problem.text, target_of("'late.test:%u'", collector[0].port)));
	assert_non_null(strstr(problem.text, gai_strerror(EAI_NONAME)));
	assert_int_equal(tick(), -EHOSTUNREACH);
	assert_int_equal(kernel.asked, 1);
	kernel.later = 3 * SECOND / 2;
	assert_int_equal(tick(), -EHOSTUNREACH);
	assert_int_equal(tick(), -EHOSTUNREACH);
	assert_int_equal(kernel.asked, 2);
	kernel.late_name = true;
	kernel.later = 3 * SECOND;
	assert_int_equal(write_view(passed()), 0);
	assert_true(delivered[0]);
	assert_int_equal(kernel.asked, 3);
	assert_received(0, "datagram 127.0.0.1 sub 0 seq 2\n"
			   "flow 2 0:3 1/10 pool 100 drops 0 in 3 out 0:0 {header 1 1004 4 60}\n");
}

/* The other collectors have nine tenths of the time. */
static void test_name_that_takes_long(void **state)
{
	uint64_t asked_at;

	(void)state;
	kernel.slow_name = 5 * SECOND;
	open_sink(target_of("never.test,127.0.0.1:%u", collector[0].port));
	assert_int_equal(kernel.asked, 1);
	asked_at = kernel.later;
	kernel.later = asked_at + 49 * SECOND;
	assert_int_equal(write_view(passed()), -EHOSTUNREACH);
	assert_true(delivered[0]);
	assert_int_equal(kernel.asked, 1);
	kernel.later = asked_at + 51 * SECOND;
	assert_int_equal(tick(), -EHOSTUNREACH);
	assert_int_equal(kernel.asked, 2);
}

static void test_wrong_wishes(void **state)
{
	static const struct {
		const char *target, *agent;
		uint64_t datagram_bytes, sub_agent;
		int err;
		const char *text;
	} cases[] = {
		{ "", "", 0, 0, -EINVAL, "''" },
		{ "a,,b", "", 0, 0, -EINVAL, "''" },
		{ "a:", "", 0, 0, -EINVAL, "'' is not a port" },
		{ "a:0", "", 0, 0, -EINVAL, "'0' is not a port" },
		{ "a:65536", "", 0, 0, -EINVAL, "'65536' is not a port" },
		{ "a:x", "", 0, 0, -EINVAL, "'x' is not a port" },
		{ ":6343", "", 0, 0, -EINVAL, "':6343'" },
		{ "[::1", "", 0, 0, -EINVAL, "'[::1'" },
		{ "[::1]x", "", 0, 0, -EINVAL, "'[::1]x'" },
		{ "[]:1", "", 0, 0, -EINVAL, "'[]:1'" },
		{ "a b", "", 0, 0, -EINVAL, "'a b'" },
		{ "/a", "", 0, 0, -EINVAL, "'/a'" },
		{ "1,2,3,4,5,6,7,8,9", "", 0, 0, -E2BIG, "more than 8" },
		{ "127.0.0.1", "nobody", 0, 0, -EINVAL, "'nobody'" },
		{ "127.0.0.1", "1.2.3.4/32", 0, 0, -EINVAL, "'1.2.3.4/32'" },
		{ "127.0.0.1", "", 511, 0, -ERANGE, "512 to 65507" },
		{ "127.0.0.1", "", 65508, 0, -ERANGE, "65508" },
		{ "127.0.0.1", "", 0, 1ULL << 32, -ERANGE, "4294967296" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sink_wish wish = wish_for(cases[i].target);

		strcpy(wish.agent, cases[i].agent);
		wish.datagram_bytes = cases[i].datagram_bytes;
		wish.sub_agent = cases[i].sub_agent;
		problem.text[0] = '\0';
		assert_int_equal(sflow_sink_operations.open(&wish, &host, &sink, &problem),
				 cases[i].err);
		assert_null(sink);
		assert_non_null(strstr(problem.text, cases[i].text));
	}
}

static void test_collector_texts(void **state)
{
	static const struct {
		const char *host, *port;
	} expected[] = {
		{ "192.0.2.1", "6343" }, { "192.0.2.1", "1" },    { "collector.example", "6343" },
		{ "::1", "6343" },       { "2001:db8::1", "99" }, { "fe80::1%eth0", "65535" },
		{ "::1", "6343" },
	};
	struct sflow_collectors parsed;

	(void)state;
	assert_int_equal(sflow_collectors_parse("192.0.2.1,192.0.2.1:1,collector.example,::1,"
						"[2001:db8::1]:99,[fe80::1%eth0]:65535,[::1]",
						&parsed, &problem),
			 0);
	assert_int_equal(parsed.count, 7);
	for (size_t i = 0; i < parsed.count; i++) {
		assert_string_equal(parsed.collector[i].host, expected[i].host);
		assert_string_equal(parsed.collector[i].port, expected[i].port);
	}
}

static unsigned int open_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned int count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void test_nothing_left_open(void **state)
{
	unsigned int before = open_fds();

	(void)state;
	open_sink(target_of("127.0.0.1:%u,127.0.0.1:%u", collector[0].port, collector[1].port));
	stop_collector(0);
	assert_int_equal(write_view(passed()), 0);
	await_refusal();
	kernel.later = 2 * SECOND;
	assert_int_equal(write_view(passed()), -ECONNREFUSED);
	assert_int_equal(sflow_sink_operations.close(sink, &problem), 0);
	sink = NULL;
	start_collector(0);
	assert_int_equal(open_fds(), before);
}

/* Where it can be had, a network of our own: nobody else takes the ports that are free for a while. */
static void enter_own_network(void)
{
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		return;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	(void)ioctl(fd, SIOCSIFFLAGS, &loopback);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, renew, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_flow_and_discard),
		TEST(test_tshark),
		TEST(test_forms),
		TEST(test_two_places),
		TEST(test_wrap),
		TEST(test_large_ifindex),
		TEST(test_ports),
		TEST(test_many),
		TEST(test_counters),
		TEST(test_counter_interval),
		TEST(test_counters_of_many),
		TEST(test_uptime),
		TEST(test_agent),
		TEST(test_ipv6_collector),
		TEST(test_one_of_two_refuses),
		TEST(test_refusal_at_send),
		TEST(test_refused),
		TEST(test_some_datagrams_lost),
		TEST(test_full_socket),
		TEST(test_stopping_waits_for_nobody),
		TEST(test_name_that_does_not_resolve),
		TEST(test_name_that_takes_long),
		TEST(test_wrong_wishes),
		TEST(test_collector_texts),
		TEST(test_nothing_left_open),
	};

	enter_own_network();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
