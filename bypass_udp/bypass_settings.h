/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings by name: one table serves the command line, the configuration file and the status. Knows
 * nothing of the kernel's maps. */
#ifndef BYPASS_SETTINGS_H
#define BYPASS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include "bypass_udp.h"
#include "problem.h"

enum bypass_setting {
	BYPASS_SETTING_MONITOR, /* of an interface */
	BYPASS_SETTING_MAX_FLOWS,
	BYPASS_SETTING_MAX_LEARNED,
	BYPASS_SETTING_IDLE_TIMEOUT,
	BYPASS_SETTING_SAMPLE,
	BYPASS_SETTING_LEARN,
	BYPASS_SETTING_LEARN_MARK,
	BYPASS_SETTING_OBSERVE_AFTER,
	BYPASS_SETTING_COUNT,
};

struct bypass_setting_row {
	const char *name; /* in the configuration file and in JSON: "idle_timeout" */
	const char *value_name;
	const char *help;
	bool live; /* --set may change it */
};

extern const struct bypass_setting_row bypass_settings_rows[BYPASS_SETTING_COUNT];

/* What an operator said; what was not said stays as it is. */
struct bypass_request {
	bool given[BYPASS_SETTING_COUNT];
	bool monitor;
	uint32_t max_flows;
	uint32_t max_learned;
	uint64_t idle[BYPASS_CLASS_COUNT]; /* nanoseconds; 0: this class was not said */
	uint64_t sample;                   /* nanoseconds */
	bool learn;
	uint32_t mark, mark_mask;
	uint32_t observe_after;
};

/* Of a first --attach that says nothing. */
void bypass_settings_standard(struct bypass_settings *ret_settings);

/* Understands one setting's text and marks it given. -EINVAL or -ERANGE; the text quotes what is wrong
 * and says what the setting takes, naming the setting is the caller's. Nothing is changed then. */
int bypass_request_parse(struct bypass_request *request, enum bypass_setting setting,
			 const char *text, struct problem *problem);
/* What `over` says takes the place of what `request` says. */
void bypass_request_merge(struct bypass_request *request, const struct bypass_request *over);
bool bypass_request_any(const struct bypass_request *request);
/* All of it but monitor and the sizes. */
void bypass_request_apply(const struct bypass_request *request, struct bypass_settings *settings);

/* The other way round, of what struct bypass_settings holds (IDLE_TIMEOUT and what follows): as
 * bypass_request_parse() takes it; returns ret_text. */
#define BYPASS_SETTING_TEXT_SIZE 128
const char *bypass_settings_text(const struct bypass_settings *settings,
				 enum bypass_setting setting,
				 char ret_text[BYPASS_SETTING_TEXT_SIZE]);

/* "other", "dns", "quic"; NULL: no such class. */
const char *bypass_class_name(unsigned int class);
/* "60s", "500ms" for nanoseconds; returns ret_text. */
#define BYPASS_TIME_TEXT_SIZE 32
const char *bypass_time_text(uint64_t nanoseconds, char ret_text[BYPASS_TIME_TEXT_SIZE]);

#endif
