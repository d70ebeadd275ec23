// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_option.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "duration.h"
#include "parse_number.h"
#include "recorder_set.h"

static int parse_duration(const char *value, uint64_t *ret_expires, struct problem *problem)
{
	uint64_t seconds;
	int err = duration_parse(value, &seconds, problem);

	if (!err)
		*ret_expires = recorder_expiry(seconds);
	return err;
}

static int parse(const char *name, const char *value, uint64_t minimum, uint64_t maximum,
		 uint64_t *ret_number, struct problem *problem)
{
	if (!parse_number(value, minimum, maximum, ret_number))
		return 0;
	return problem_set(problem, -EINVAL,
			   "%s '%.64s' is not a number from %" PRIu64 " to %" PRIu64 "%s", name,
			   value, minimum, maximum, strcmp(name, "capture") ? "" : ", or full");
}

/* What the text of a capture length means, in bytes. */
static int parse_capture(const char *name, const char *value, uint64_t *ret_number,
			 struct problem *problem)
{
	if (strcmp(value, "full"))
		return parse(name, value, RECORDER_CAPTURE_MINIMUM, RECORDER_FULL, ret_number,
			     problem);
	*ret_number = RECORDER_FULL;
	return 0;
}

int recorder_option_parse(const char *name, const char *value, struct recorder *recorder,
			  struct problem *problem)
{
	struct recorder changed = *recorder;
	uint64_t number = 0;
	int err;

	if (strcmp(name, "id") == 0) {
		err = parse(name, value, 1, RECORDER_ID_LIMIT, &number, problem);
		changed.id = (uint32_t)number;
	} else if (strcmp(name, "priority") == 0) {
		err = parse(name, value, 0, RECORDER_PRIORITY_LIMIT, &number, problem);
		changed.priority = (uint32_t)number;
	} else if (strcmp(name, "capture") == 0) {
		err = parse_capture(name, value, &number, problem);
		changed.capture_length = (uint32_t)number;
	} else if (strcmp(name, "limit") == 0) {
		err = parse(name, value, 1, UINT64_MAX, &number, problem);
		changed.limit = number;
	} else if (strcmp(name, "duration") == 0) {
		err = parse_duration(value, &number, problem);
		changed.expires = number;
	} else {
		err = problem_set(problem, -EINVAL,
				  "'%.64s' is not an option: there are id, priority, capture, limit "
				  "and duration",
				  name);
	}
	if (!err)
		*recorder = changed;
	return err;
}
