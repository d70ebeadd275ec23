// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define KEPT_SIZE (64 * 1024)

static struct {
	const char *tool;
	bool verbose;
	bool to_journal;
} state = { .tool = "ecbpf" };

static struct {
	size_t length;
	char text[KEPT_SIZE + 1];
} kept;

/* JOURNAL_STREAM is inherited by everyone below a service; it counts only while stderr is still the
 * very socket that it names. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device;
	unsigned long long inode;
	struct stat file;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return fstat(STDERR_FILENO, &file) == 0 && file.st_dev == device && file.st_ino == inode;
}

static void print_lines(int priority, const char *text)
{
	while (*text) {
		int length = (int)strcspn(text, "\n");

		if (length > 0 && state.to_journal)
			fprintf(stderr, "<%d>%s: %.*s\n", priority, state.tool, length, text);
		else if (length > 0)
			fprintf(stderr, "%s: %.*s\n", state.tool, length, text);
		text += length;
		text += *text == '\n';
	}
}

static void keep(const char *text)
{
	size_t length = strlen(text);

	if (length > KEPT_SIZE) {
		text += length - KEPT_SIZE;
		length = KEPT_SIZE;
	}
	if (kept.length + length > KEPT_SIZE) {
		size_t dropped = kept.length + length - KEPT_SIZE;
		const char *line_end =
			memchr(kept.text + dropped - 1, '\n', kept.length - dropped + 1);

		/* What remains begins with a whole line where it can. */
		if (line_end)
			dropped = (size_t)(line_end - kept.text) + 1;
		memmove(kept.text, kept.text + dropped, kept.length - dropped);
		kept.length -= dropped;
	}
	memcpy(kept.text + kept.length, text, length);
	kept.length += length;
	kept.text[kept.length] = '\0';
}

/* Hands the formatted text to whoever wants it, and the format itself when there is no memory: half
 * a message is better than none. */
__attribute__((format(printf, 4, 0))) static void emit(int priority, bool show, bool keep_it,
						       const char *format, va_list arguments)
{
	int saved_errno = errno;
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	if (show)
		print_lines(priority, text ? text : format);
	if (keep_it)
		keep(text ? text : format);
	free(text);
	errno = saved_errno;
}

__attribute__((format(printf, 2, 0))) static int
libbpf_message(enum libbpf_print_level level, const char *format, va_list arguments)
{
	switch (level) {
	case LIBBPF_WARN:
		emit(LOG_WARNING, state.verbose, true, format, arguments);
		break;
	case LIBBPF_INFO:
		emit(LOG_INFO, state.verbose, true, format, arguments);
		break;
	case LIBBPF_DEBUG:
		/* Never kept: it would push the verifier's words out. */
		if (state.verbose)
			emit(LOG_DEBUG, true, false, format, arguments);
		break;
	}
	return 0;
}

void log_open(const char *tool, bool verbose)
{
	state.tool = tool;
	state.verbose = verbose;
	state.to_journal = stderr_is_journal();
	libbpf_set_print(libbpf_message);
}

bool log_is_verbose(void)
{
	return state.verbose;
}

void log_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	emit(LOG_ERR, true, false, format, arguments);
	va_end(arguments);
}

void log_warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	emit(LOG_WARNING, true, false, format, arguments);
	va_end(arguments);
}

void log_detail(const char *format, ...)
{
	va_list arguments;

	if (!state.verbose)
		return;
	va_start(arguments, format);
	emit(LOG_INFO, true, false, format, arguments);
	va_end(arguments);
}

void log_problem(const struct problem *problem)
{
	log_error("%s", problem->text);
	if (problem->show_kept_log && !state.verbose)
		log_warning("%s", kept.text);
}

void log_kept_clear(void)
{
	kept.length = 0;
	kept.text[0] = '\0';
}

const char *log_kept(void)
{
	return kept.text;
}
