// SPDX-License-Identifier: GPL-2.0-only
#include "flow_faults.h"

#include <bpf/bpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

_Thread_local struct flow_faults flow_faults;

/* Whether this call is one that fails. */
static bool struck(enum flow_call call)
{
	if (!(flow_faults.calls & (unsigned int)call) || !flow_faults.at)
		return false;
	flow_faults.counted++;
	if (flow_faults.counted < flow_faults.at ||
	    flow_faults.counted > flow_faults.at + flow_faults.more)
		return false;
	if (!flow_faults.error)
		kill(getpid(), SIGKILL);
	return true;
}

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

/* Evaluates to what the call returns: the real one's result, or the error. */
#define FAULTY(call, failed, name, ...)                                                            \
	({                                                                                         \
		bool strike_ = struck(call);                                                       \
		__typeof__(failed) result_ = failed;                                               \
		if (!strike_ || flow_faults.after)                                                 \
			result_ = REAL(name)(__VA_ARGS__);                                         \
		if (strike_) {                                                                     \
			errno = flow_faults.error;                                                 \
			result_ = failed;                                                          \
		}                                                                                  \
		result_;                                                                           \
	})

int bpf_map_create(enum bpf_map_type map_type, const char *map_name, __u32 key_size,
		   __u32 value_size, __u32 max_entries, const struct bpf_map_create_opts *opts)
{
	return FAULTY(CALL_CREATE, -flow_faults.error, bpf_map_create, map_type, map_name, key_size,
		      value_size, max_entries, opts);
}

int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	return FAULTY(CALL_WRITE, -flow_faults.error, bpf_map_update_elem, fd, key, value, flags);
}

int bpf_map_delete_elem(int fd, const void *key)
{
	return FAULTY(CALL_DELETE, -flow_faults.error, bpf_map_delete_elem, fd, key);
}

int bpf_map_lookup_batch(int fd, void *in_batch, void *out_batch, void *keys, void *values,
			 __u32 *count, const struct bpf_map_batch_opts *opts)
{
	return FAULTY(CALL_READ, -flow_faults.error, bpf_map_lookup_batch, fd, in_batch, out_batch,
		      keys, values, count, opts);
}

int bpf_prog_test_run_opts(int prog_fd, struct bpf_test_run_opts *opts)
{
	struct bpf_test_run_opts without_output = *opts;

	/* As a kernel does it that was interrupted. */
	if (flow_faults.after) {
		without_output.data_out = NULL;
		without_output.data_size_out = 0;
	}
	if (!flow_faults.after || flow_faults.counted + 1 < flow_faults.at ||
	    flow_faults.counted + 1 > flow_faults.at + flow_faults.more)
		return FAULTY(CALL_RUN, -flow_faults.error, bpf_prog_test_run_opts, prog_fd, opts);
	return FAULTY(CALL_RUN, -flow_faults.error, bpf_prog_test_run_opts, prog_fd,
		      &without_output);
}

int bpf_obj_pin(int fd, const char *pathname)
{
	return FAULTY(CALL_PIN, -flow_faults.error, bpf_obj_pin, fd, pathname);
}

int rename(const char *old, const char *new)
{
	return FAULTY(CALL_RENAME, -1, rename, old, new);
}

int remove(const char *filename)
{
	return FAULTY(CALL_UNPIN, -1, remove, filename);
}

bool flow_faults_killed(unsigned int at, int (*act)(void *context), void *context)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		flow_faults = (struct flow_faults){ .calls = CALL_CHANGES, .at = at };
		_exit(act(context) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return true;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	return false;
}
