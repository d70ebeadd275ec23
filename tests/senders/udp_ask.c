// SPDX-License-Identifier: GPL-2.0-only
/* udp_ask [--no-checksum] [--count N | --every MILLISECONDS] FROM TO SIZE... | --text TEXT FROM TO: an ordinary
 * client. Sends datagrams of these sizes in turn from one ADDRESS:PORT to another, each with other bytes, or that
 * text, and compares what comes back from there with what was sent.
 *
 * With --count: N of each size (1), each after the answer to the one before, or after a second without. With
 * --every: one each so many milliseconds, answered or not, until SIGTERM. With --count 0: the first, until
 * SIGTERM. Prints "sent N", "answered N", "wrong N" (not what was asked last, or asked at all) and "silence
 * N": the most milliseconds without an answer.
 * Exit status: 0 if every datagram was answered and nothing was wrong. */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "udp_end.h"

#define SECOND 1000000u
#define SIZES 16
#define UNANSWERED_MAX 65536 /* --every: older ones are not known any more */

struct asking {
	int fd;
	uint64_t every; /* microseconds; 0: after the answer */
	uint64_t sent, answered, wrong, silence, last;
	const char *text; /* NULL: bytes that differ */
	size_t sizes[SIZES];
	size_t size_count;
	uint8_t is_answered[UNANSWERED_MAX];
};

static struct asking asking = { .fd = -1 };
static char received[UDP_END_PAYLOAD], expected[UDP_END_PAYLOAD];

/* The datagram of that number: the number, as far as there is room, then bytes that depend on it. */
static size_t fill(char *payload, uint64_t number)
{
	size_t size = asking.sizes[asking.size_count > 1 ? number % asking.size_count : 0];
	uint64_t state = number * 0x9e3779b97f4a7c15u + 1;

	if (asking.text) {
		memcpy(payload, asking.text, size);
		return size;
	}
	for (size_t i = 0; i < size; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		payload[i] = (char)(state >> 56);
	}
	memcpy(payload, &number, size < sizeof(number) ? size : sizeof(number));
	return size;
}

static void note_answer(size_t size)
{
	uint64_t number = asking.sent - 1, now = udp_end_microseconds();
	uint8_t *is_answered;

	if (asking.every && size >= sizeof(number))
		memcpy(&number, received, sizeof(number));
	is_answered = &asking.is_answered[number % UNANSWERED_MAX];
	if (number >= asking.sent || asking.sent - number > UNANSWERED_MAX || *is_answered ||
	    fill(expected, number) != size || memcmp(received, expected, size) != 0) {
		asking.wrong++;
		return;
	}
	*is_answered = 1;
	asking.answered++;
	if (now - asking.last > asking.silence)
		asking.silence = now - asking.last;
	asking.last = now;
}

static void receive(void)
{
	ssize_t size;

	/* A closed port is told once, in the place of a datagram. */
	while ((size = recv(asking.fd, received, sizeof(received), 0)) >= 0 || errno != EAGAIN) {
		if (size >= 0)
			note_answer((size_t)size);
	}
}

static void send_next(void)
{
	size_t size = fill(expected, asking.sent);

	asking.is_answered[asking.sent % UNANSWERED_MAX] = 0;
	asking.sent++;
	/* What an interface that is down does not take is lost as on the way. */
	(void)!send(asking.fd, expected, size, 0);
}

/* Until the time, or the answer if that is waited for. */
static void wait_for(uint64_t until)
{
	struct pollfd event = { asking.fd, POLLIN, 0 };
	uint64_t answered = asking.answered, now = udp_end_microseconds();

	while (now < until && (asking.every || asking.answered == answered) &&
	       (asking.every == 0 || !udp_end_stopped())) {
		struct timespec rest = { .tv_sec = (time_t)((until - now) / SECOND),
					 .tv_nsec = (long)((until - now) % SECOND * 1000) };

		if (ppoll(&event, 1, &rest, NULL) > 0)
			receive();
		now = udp_end_microseconds();
	}
}

static void ask(uint64_t count)
{
	uint64_t next = udp_end_microseconds();

	asking.last = next;
	while (!udp_end_stopped() && (!count || asking.sent < count)) {
		send_next();
		next = asking.every ? next + asking.every : udp_end_microseconds() + SECOND;
		wait_for(next);
	}
	/* The last ones are on their way. */
	for (uint64_t end = udp_end_microseconds() + SECOND;
	     asking.answered < asking.sent && udp_end_microseconds() < end;) {
		struct pollfd event = { asking.fd, POLLIN, 0 };

		if (poll(&event, 1, 10) > 0)
			receive();
	}
}

int main(int argc, char **argv)
{
	struct udp_end from, to;
	uint64_t count = 1;
	int checksum = 1, i = 1;

	for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--no-checksum"))
			checksum = 0;
		else if (!strcmp(argv[i], "--count") && i + 1 < argc)
			count = strtoull(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--every") && i + 1 < argc)
			asking.every = strtoull(argv[++i], NULL, 10) * 1000;
		else if (!strcmp(argv[i], "--text") && i + 1 < argc)
			asking.text = argv[++i];
	}
	if (asking.text)
		asking.sizes[asking.size_count++] = strlen(asking.text);
	for (int size = i + 2; size < argc && asking.size_count < SIZES; size++)
		asking.sizes[asking.size_count++] = (size_t)atoi(argv[size]);
	if (argc - i < 2 || argc - i - 2 > (asking.text ? 0 : SIZES) || !asking.size_count)
		errx(2, "usage: udp_ask [--no-checksum] [--count N | --every MS] "
			"FROM TO SIZE... | --text TEXT FROM TO");
	from = udp_end_parse(argv[i]);
	to = udp_end_parse(argv[i + 1]);
	asking.fd = udp_end_open(&from, checksum);
	if (connect(asking.fd, (const void *)&to.address, to.length))
		err(1, "connect");
	udp_end_catch_signals();
	ask(asking.every ? 0 : count * asking.size_count);
	printf("sent %llu\nanswered %llu\nwrong %llu\nsilence %llu\n",
	       (unsigned long long)asking.sent, (unsigned long long)asking.answered,
	       (unsigned long long)asking.wrong, (unsigned long long)asking.silence / 1000);
	return asking.answered < asking.sent || asking.wrong;
}
