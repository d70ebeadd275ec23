// SPDX-License-Identifier: GPL-2.0-only
#include "refused_load.h"

#include <errno.h>
#include <string.h>

#include "errno_name.h"
#include "log.h"

int refused_load(struct problem *problem, int err, const char *object, const char *program)
{
	const char *hint = "";

	/* libbpf tries to raise the limit where the kernel charges memory to it, and says so. */
	if (err == -EPERM && strstr(log_kept(), "RLIMIT_MEMLOCK"))
		hint = "; this kernel charges BPF memory to RLIMIT_MEMLOCK (newer than 5.10 do not): "
		       "raise it, with ulimit -l unlimited or LimitMEMLOCK=infinity in the unit";
	problem_set(problem, err, "%s%sthe kernel refuses program '%s': %s%s", object ? object : "",
		    object ? ": " : "", program, errno_name(err), hint);
	if (problem)
		problem->show_kept_log = true;
	return err;
}
