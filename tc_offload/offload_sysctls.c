// SPDX-License-Identifier: GPL-2.0-only
#include "offload_sysctls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "parse_number.h"

static const struct {
	const char *name, *path;
} sysctls[OFFLOAD_SYSCTL_COUNT] = {
	{ "net.ipv4.conf.lo.route_localnet", "/proc/sys/net/ipv4/conf/lo/route_localnet" },
	{ "net.ipv4.conf.lo.accept_local", "/proc/sys/net/ipv4/conf/lo/accept_local" },
};

const char *offload_sysctl_name(unsigned int number)
{
	return sysctls[number].name;
}

/* "-1\n" */
static int parse_value(char *text, int *ret_value)
{
	bool negative = *text == '-';
	uint64_t number;

	text[strcspn(text, "\n")] = '\0';
	if (parse_number(text + negative, 0, INT32_MAX, &number))
		return -EPROTO;
	*ret_value = negative ? -(int)number : (int)number;
	return 0;
}

int offload_sysctl_read(unsigned int number, int *ret_value, struct problem *problem)
{
	CLEANUP_CLOSE int fd = open(sysctls[number].path, O_RDONLY | O_CLOEXEC);
	char text[32] = "";
	int err = fd < 0 || read(fd, text, sizeof(text) - 1) < 0 ? -errno : 0;

	if (!err)
		err = parse_value(text, ret_value);
	return err ? problem_errno(problem, err, "cannot read sysctl %s", sysctls[number].name) : 0;
}

static int write_value(unsigned int number, int value, struct problem *problem)
{
	CLEANUP_CLOSE int fd = open(sysctls[number].path, O_WRONLY | O_CLOEXEC);
	char text[16];
	int length = snprintf(text, sizeof(text), "%d\n", value);

	if (fd >= 0 && write(fd, text, (size_t)length) == length)
		return 0;
	return problem_errno(problem, -errno, "cannot set sysctl %s to %d; try: sysctl -w %s=%d",
			     sysctls[number].name, value, sysctls[number].name, value);
}

static int set_one(const struct offload_host *host, struct offload_sysctls *state,
		   unsigned int number, struct problem *problem)
{
	int value = 0, err = offload_sysctl_read(number, &value, problem);

	if (err || value)
		return err;
	state->sysctl[number].is_set = 1;
	state->sysctl[number].before = value;
	/* First: a command that is killed between the two has set nothing that is forgotten. */
	err = offload_host_write_sysctls(host, state, problem);
	return err ? err : write_value(number, 1, problem);
}

int offload_sysctls_set(const struct offload_host *host, struct problem *problem)
{
	struct offload_sysctls before, state;
	int err = offload_host_read_sysctls(host, &before, problem);

	state = before;
	for (unsigned int i = 0; !err && i < OFFLOAD_SYSCTL_COUNT; i++)
		err = set_one(host, &state, i, problem);
	if (err)
		(void)offload_sysctls_undo(host, &before, NULL);
	return err;
}

static int take_back(struct offload_sysctls *state, unsigned int number, struct problem *problem)
{
	int value = 0, err = offload_sysctl_read(number, &value, problem);

	if (!err && value == 1)
		err = write_value(number, state->sysctl[number].before, problem);
	if (!err)
		state->sysctl[number].is_set = 0;
	return err;
}

int offload_sysctls_undo(const struct offload_host *host, const struct offload_sysctls *before,
			 struct problem *problem)
{
	struct offload_sysctls state;
	int err = offload_host_read_sysctls(host, &state, problem);

	for (unsigned int i = 0; !err && i < OFFLOAD_SYSCTL_COUNT; i++) {
		if (state.sysctl[i].is_set && !before->sysctl[i].is_set)
			err = take_back(&state, i, problem);
	}
	return err ? err : offload_host_write_sysctls(host, &state, problem);
}

int offload_sysctls_restore(const struct offload_host *host, struct problem *problem)
{
	const struct offload_sysctls nothing = { 0 };

	return offload_sysctls_undo(host, &nothing, problem);
}
