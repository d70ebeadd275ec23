/* SPDX-License-Identifier: GPL-2.0-only */
/* The parser in the kernel, asked about one frame at a time and held against the model. */
#ifndef ECBPF_TESTS_PACKET_EXCHANGE_H
#define ECBPF_TESTS_PACKET_EXCHANGE_H

#include "harness/run_program.h"
#include "packet_parse.h"

struct packet_exchange {
	struct run_chain chain;
	struct run_program program;
	struct parse_exchange *shared; /* the program's map */
	__u64 outcomes[16];            /* frames answered with each reason */
};

/* Loads the program. 0 or a negative errno, told on stderr; close in both cases. */
int packet_exchange_open(struct packet_exchange *exchange, __u32 frags);
void packet_exchange_close(struct packet_exchange *exchange);

/* Asks the parser. Any length, below 14 too. Fails the test if the program did not run. */
void packet_exchange_ask(struct packet_exchange *exchange, const void *bytes, size_t length,
			 struct parsed_packet *ret_parsed);

/* Asks parser and model. Fails the test, with the frame in hex and both answers, if they differ. */
void packet_exchange_check(struct packet_exchange *exchange, const void *bytes, size_t length);

/* Fails the test if the answers differ. */
void packet_exchange_compare(const struct parsed_packet *got, const struct parsed_packet *expected,
			     const void *bytes, size_t length);

/* 1 if a shorter run was asked for (ECBPF_TEST_QUICK), as on emulated machines. */
int packet_exchange_quick(void);

#endif
