// SPDX-License-Identifier: GPL-2.0-only
/* udp_stream RATE FROM TO: an ordinary client that does not wait. Sends numbered datagrams from one
 * ADDRESS:PORT to another, RATE a second, until SIGTERM, and counts what comes back from there. What a busy
 * machine keeps it from sending in time is not made up for, so no ring on the way is overrun.
 *
 * Prints a line ten times a second, and one at the end, when the last answers have had a second to come:
 *	TIME SENT ANSWERED LATE TWICE LAST
 * TIME of the line and LAST, that of the last answer (0: none), in milliseconds of the clock; LATE: answers
 * that came behind that of a later datagram; TWICE: answered before. */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "udp_end.h"

#define SECOND 1000000u
#define TELL_EACH (SECOND / 10)
#define AT_ONCE 16 /* datagrams */
#define PAYLOAD 22
#define REMEMBERED 1048576 /* numbers */

struct stream {
	int fd;
	uint64_t sent, answered, late, twice, last;
	uint64_t highest; /* number that was answered, + 1 */
	uint8_t is_answered[REMEMBERED];
};

static struct stream stream;

static uint64_t clock_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void note_answer(uint64_t number)
{
	uint8_t *is_answered = &stream.is_answered[number % REMEMBERED];

	if (number >= stream.sent)
		return;
	stream.twice += *is_answered;
	stream.answered += !*is_answered;
	stream.late += !*is_answered && number + 1 < stream.highest;
	*is_answered = 1;
	if (number + 1 > stream.highest)
		stream.highest = number + 1;
	stream.last = clock_milliseconds();
}

static void receive(void)
{
	char payload[PAYLOAD];
	uint64_t number;
	ssize_t size;

	/* A closed port is told once, in the place of a datagram. */
	while ((size = recv(stream.fd, payload, sizeof(payload), 0)) >= 0 || errno != EAGAIN) {
		if (size != PAYLOAD)
			continue;
		memcpy(&number, payload, sizeof(number));
		note_answer(number);
	}
}

static void send_next(void)
{
	char payload[PAYLOAD] = { 0 };

	memcpy(payload, &stream.sent, sizeof(stream.sent));
	stream.is_answered[stream.sent % REMEMBERED] = 0;
	stream.sent++;
	/* What nobody takes is lost as on the way. */
	(void)!send(stream.fd, payload, sizeof(payload), 0);
}

static void tell(void)
{
	printf("%llu %llu %llu %llu %llu %llu\n", (unsigned long long)clock_milliseconds(),
	       (unsigned long long)stream.sent, (unsigned long long)stream.answered,
	       (unsigned long long)stream.late, (unsigned long long)stream.twice,
	       (unsigned long long)stream.last);
	fflush(stdout);
}

static void wait_until(uint64_t time)
{
	struct pollfd event = { stream.fd, POLLIN, 0 };
	uint64_t now = udp_end_microseconds();
	struct timespec rest = { 0 };

	if (now < time)
		rest.tv_nsec = (long)(time - now) * 1000;
	if (ppoll(&event, 1, &rest, NULL) > 0)
		receive();
}

static void run(uint64_t rate)
{
	uint64_t now = udp_end_microseconds(), due = now, next_line = now;

	for (; !udp_end_stopped(); now = udp_end_microseconds()) {
		for (int i = 0; i < AT_ONCE && due <= now; i++) {
			send_next();
			due += SECOND / rate;
		}
		if (due < now)
			due = now;
		if (now >= next_line) {
			tell();
			next_line = now + TELL_EACH;
		}
		wait_until(due);
	}
	for (uint64_t end = now + SECOND; stream.answered < stream.sent && now < end;
	     now = udp_end_microseconds())
		wait_until(now + SECOND / 100);
	tell();
}

int main(int argc, char **argv)
{
	struct udp_end from, to;
	uint64_t rate;

	if (argc != 4)
		errx(2, "usage: udp_stream RATE FROM TO");
	rate = strtoull(argv[1], NULL, 10);
	if (rate < 10 || rate > SECOND)
		errx(2, "udp_stream: RATE is a number from 10 to %u", SECOND);
	from = udp_end_parse(argv[2]);
	to = udp_end_parse(argv[3]);
	stream.fd = udp_end_open(&from, 1);
	if (connect(stream.fd, (const void *)&to.address, to.length))
		err(1, "connect");
	udp_end_catch_signals();
	run(rate);
	return 0;
}
