// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "tap_message.h"

#define CAPTURED 21
#define SAMPLE_SIZE ((sizeof(struct tap_sample) + CAPTURED + 7) / 8 * 8)

/* One of each kind. */
static struct {
	struct tap_port port;
	union {
		struct tap_sample sample;
		uint64_t space[SAMPLE_SIZE / 8];
	};
} packet;

static int setup(void **state)
{
	(void)state;
	memset(&packet, 0, sizeof(packet));
	packet.port.header = (struct tap_header){ sizeof(packet.port), TAP_PORT };
	packet.port.port = TAP_PORTS - 1;
	packet.sample.header = (struct tap_header){ SAMPLE_SIZE, TAP_SAMPLE };
	packet.sample.port = TAP_PORTS - 1;
	packet.sample.sample.captured = CAPTURED;
	packet.sample.sample.place = SAMPLER_VERDICT;
	packet.sample.sample.recorder_count = SAMPLE_RECORDERS;
	memset(packet.sample.program, 'p', sizeof(packet.sample.program) - 1);
	memset(packet.sample.reason, 'r', sizeof(packet.sample.reason) - 1);
	return 0;
}

/* How many messages are read before the end, or before the error. */
static int read_packet(size_t size, int *ret_result)
{
	struct tap_message message;
	size_t position = 0;
	int count = 0;

	while ((*ret_result = tap_message_next(&packet, size, &position, &message)) > 0) {
		assert_ptr_equal(message.port, count ? NULL : &packet.port);
		assert_ptr_equal(message.sample, count ? &packet.sample : NULL);
		count++;
	}
	return count;
}

static void test_good(void **state)
{
	int result;

	(void)state;
	assert_int_equal(read_packet(sizeof(packet), &result), 2);
	assert_int_equal(result, 0);
	assert_int_equal(read_packet(sizeof(packet.port), &result), 1);
	assert_int_equal(result, 0);
	assert_int_equal(read_packet(0, &result), 0);
	assert_int_equal(result, 0);
	packet.sample.sample.captured = SAMPLE_SIZE - sizeof(packet.sample);
	assert_int_equal(read_packet(sizeof(packet), &result), 2);
}

static void test_cut(void **state)
{
	int result;

	(void)state;
	for (size_t size = 1; size < sizeof(packet); size++) {
		if (size == sizeof(packet.port))
			continue;
		assert_int_equal(read_packet(size, &result), size > sizeof(packet.port));
		assert_int_equal(result, -EPROTO);
	}
}

/* The second message is refused, whatever is wrong with it. */
static void refuses(void)
{
	int result;

	assert_int_equal(read_packet(sizeof(packet), &result), 1);
	assert_int_equal(result, -EPROTO);
	setup(NULL);
}

static void test_bad(void **state)
{
	(void)state;
	packet.sample.header.size = 0;
	refuses();
	packet.sample.header.size = sizeof(struct tap_header) - 1;
	refuses();
	packet.sample.header.size -= 4;
	refuses();
	packet.sample.header.size += 8;
	refuses();
	packet.sample.header.size = sizeof(packet.sample) + CAPTURED;
	refuses();
	packet.sample.header.size = UINT32_MAX & ~7U;
	refuses();
	packet.sample.header.size = sizeof(packet.sample) - 8;
	refuses();
	packet.sample.header.kind = 0;
	refuses();
	packet.sample.header.kind = TAP_PORT;
	refuses();
	packet.sample.port = TAP_PORTS;
	refuses();
	packet.sample.sample.captured = SAMPLE_SIZE - sizeof(packet.sample) + 1;
	refuses();
	packet.sample.sample.captured = UINT32_MAX;
	refuses();
	packet.sample.sample.place = SAMPLER_PLACE_COUNT;
	refuses();
	packet.sample.sample.recorder_count = SAMPLE_RECORDERS + 1;
	refuses();
	packet.sample.program[sizeof(packet.sample.program) - 1] = 'p';
	refuses();
	packet.sample.reason[sizeof(packet.sample.reason) - 1] = 'r';
	refuses();
}

static void test_bad_port(void **state)
{
	int result;

	(void)state;
	packet.port.port = TAP_PORTS;
	assert_int_equal(read_packet(sizeof(packet), &result), 0);
	assert_int_equal(result, -EPROTO);
	setup(NULL);
	packet.port.header.size -= 8;
	assert_int_equal(read_packet(sizeof(packet), &result), 0);
	assert_int_equal(result, -EPROTO);
}

static void test_request(void **state)
{
	struct tap_request request = { .version = TAP_VERSION, .port_count = TAP_PORTS };
	struct problem problem = { 0 };

	(void)state;
	for (int i = 0; i < TAP_PORTS; i++)
		memset(request.ports[i].interface, 'e', sizeof(request.ports[i].interface) - 1);
	assert_int_equal(tap_request_check(&request, sizeof(request), &problem), 0);
	assert_int_equal(tap_request_check(&request, sizeof(request) - 1, &problem), -EPROTO);
	assert_int_equal(tap_request_check(&request, sizeof(request) + 1, &problem), -EPROTO);
	assert_non_null(strstr(problem.text, "another version"));
	request.ports[TAP_PORTS - 1].interface[15] = 'e';
	assert_int_equal(tap_request_check(&request, sizeof(request), &problem), -EPROTO);
	request.port_count = TAP_PORTS - 1;
	assert_int_equal(tap_request_check(&request, sizeof(request), &problem), 0);
	request.version++;
	assert_int_equal(tap_request_check(&request, sizeof(request), &problem), -EPROTO);
	request.version--;
	request.port_count = TAP_PORTS + 1;
	assert_int_equal(tap_request_check(&request, sizeof(request), &problem), -EPROTO);
}

static void test_address(void **state)
{
	struct sockaddr_un one, other;
	socklen_t length, other_length;

	(void)state;
	assert_int_equal(tap_address("/", UINT32_MAX, &one, &length, NULL), 0);
	assert_int_equal(one.sun_path[0], '\0');
	assert_int_equal(length,
			 offsetof(struct sockaddr_un, sun_path) + 1 + strlen(one.sun_path + 1));
	assert_int_equal(tap_address("/", 1, &other, &other_length, NULL), 0);
	assert_string_not_equal(one.sun_path + 1, other.sun_path + 1);
	assert_int_equal(tap_address("/proc", UINT32_MAX, &other, &other_length, NULL), 0);
	assert_string_not_equal(one.sun_path + 1, other.sun_path + 1);
	assert_int_equal(tap_address("/none", 1, &other, &other_length, NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, setup),
		cmocka_unit_test_setup(test_cut, setup),
		cmocka_unit_test_setup(test_bad, setup),
		cmocka_unit_test_setup(test_bad_port, setup),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_address),
	};

	return cmocka_run_group_tests_name("tap_message", tests, NULL, NULL);
}
