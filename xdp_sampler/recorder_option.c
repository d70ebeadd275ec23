// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_option.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "duration.h"
#include "parse_number.h"
#include "recorder_set.h"

enum option {
	OPTION_ID,
	OPTION_PRIORITY,
	OPTION_CAPTURE,
	OPTION_LIMIT,
	OPTION_DURATION,
	OPTION_COUNT
};

const struct recorder_option_row recorder_options[] = {
	[OPTION_ID] = { "id", "number of the recorder (a free one)" },
	[OPTION_PRIORITY] = { "priority", "of the recorders that match a packet, those of the "
					  "highest take it (0)" },
	[OPTION_CAPTURE] = { "capture", "bytes kept of a packet, or full (128)" },
	[OPTION_LIMIT] = { "limit", "take that many packets" },
	[OPTION_DURATION] = { "duration", "end after that time, from when the recorder comes: "
					  "90s, 15m, 2h, 7d" },
	[OPTION_COUNT] = { NULL, NULL },
};

static enum option find_option(const char *name)
{
	int option = 0;

	while (option < OPTION_COUNT && strcmp(name, recorder_options[option].name) != 0)
		option++;
	return (enum option)option;
}

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

	switch (find_option(name)) {
	case OPTION_ID:
		err = parse(name, value, 1, RECORDER_ID_LIMIT, &number, problem);
		changed.id = (uint32_t)number;
		break;
	case OPTION_PRIORITY:
		err = parse(name, value, 0, RECORDER_PRIORITY_LIMIT, &number, problem);
		changed.priority = (uint32_t)number;
		break;
	case OPTION_CAPTURE:
		err = parse_capture(name, value, &number, problem);
		changed.capture_length = (uint32_t)number;
		break;
	case OPTION_LIMIT:
		err = parse(name, value, 1, UINT64_MAX, &number, problem);
		changed.limit = number;
		break;
	case OPTION_DURATION:
		err = parse_duration(value, &number, problem);
		changed.expires = number;
		break;
	default:
		err = problem_set(problem, -EINVAL,
				  "'%.64s' is not an option: there are id, priority, capture, limit "
				  "and duration",
				  name);
	}
	if (!err)
		*recorder = changed;
	return err;
}
