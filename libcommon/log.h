/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tool says beside its result, on stderr as "TOOL: text", each line of it. A "<N>" priority
 * goes before it where stderr is the journal's socket that JOURNAL_STREAM names. libbpf's warnings
 * (the verifier's log is one) and information are kept, the last 64 KiB, until someone asks; they
 * and its debug messages are shown at once with --verbose only. errno is left alone. One thread. */
#ifndef ECBPF_LOG_H
#define ECBPF_LOG_H

#include <stdbool.h>
#include "problem.h"

/* `tool` is kept, not copied. Also takes over libbpf's messages. May be called again. */
void log_open(const char *tool, bool verbose);
bool log_is_verbose(void);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Only with --verbose. */
void log_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The problem's sentence as an error, and behind it log_kept() if the problem wants that; with
 * --verbose that was seen before. Call it before libbpf does something else. */
void log_problem(const struct problem *problem);

/* Starts keeping libbpf's messages afresh. */
void log_kept_clear(void);
/* What libbpf said since then, oldest first, terminated, in whole lines where it had to be cut;
 * valid until the next message. The same with --verbose and without. */
const char *log_kept(void);

#endif
