// SPDX-License-Identifier: GPL-2.0-only
#include "top_keys.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "monotonic_clock.h"

#define SECOND UINT64_C(1000000000)

/* Keys at once and unseen. The signals of ^C and ^Z stay. */
static void read_single_keys(const struct top_keys *keys)
{
	struct termios raw = keys->before;

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

int top_keys_open(struct top_keys *ret_keys, bool keys, struct problem *problem)
{
	sigset_t set;

	*ret_keys = (struct top_keys){ .signals = -1 };
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGCONT);
	ret_keys->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (ret_keys->signals < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return problem_errno(problem, -errno, "cannot wait for signals");
	if (keys && isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &ret_keys->before) == 0) {
		ret_keys->reads = true;
		read_single_keys(ret_keys);
	}
	return 0;
}

void top_keys_close(struct top_keys *keys)
{
	if (keys->reads)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &keys->before);
	if (keys->signals >= 0)
		close(keys->signals);
}

static enum top_event take_signal(const struct top_keys *keys)
{
	struct signalfd_siginfo info;

	if (read(keys->signals, &info, sizeof(info)) != sizeof(info))
		return TOP_END;
	if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGCONT)
		return TOP_END;
	/* The shell has changed the terminal meanwhile. */
	if (info.ssi_signo == SIGCONT && keys->reads)
		read_single_keys(keys);
	return TOP_REDRAW;
}

/* TOP_TIME for a key that means nothing. */
static enum top_event take_key(void)
{
	char key;

	if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q')
		return TOP_END;
	return key == 's' || key == 'S' ? TOP_SORT : TOP_TIME;
}

enum top_event top_keys_wait(struct top_keys *keys, uint64_t until)
{
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = keys->signals, .events = POLLIN },
			{ .fd = keys->reads ? STDIN_FILENO : -1, .events = POLLIN },
		};
		uint64_t now = monotonic_clock_now(), left = now < until ? until - now : 0;
		const struct timespec wait = { .tv_sec = (time_t)(left / SECOND),
					       .tv_nsec = (long)(left % SECOND) };
		enum top_event event;
		int ready = ppoll(fds, 2, &wait, NULL);

		if (ready == 0)
			return TOP_TIME;
		if (ready < 0 && errno != EINTR)
			return TOP_END;
		if (ready > 0 && fds[0].revents)
			return take_signal(keys);
		event = ready > 0 ? take_key() : TOP_TIME;
		if (event != TOP_TIME)
			return event;
	}
}
