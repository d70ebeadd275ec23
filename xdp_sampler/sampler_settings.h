/* SPDX-License-Identifier: GPL-2.0-only */
/* The sampler's settings by name: one table serves the command line, the configuration file and the
 * status. Knows nothing of the kernel's maps. */
#ifndef XDP_SAMPLER_SETTINGS_H
#define XDP_SAMPLER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "problem.h"
#include "sampling_rate.h"
#include "xdp_sampler.h"

enum sampler_setting {
	SAMPLER_SETTING_AT,
	SAMPLER_SETTING_RATE,
	SAMPLER_SETTING_VERDICT,
	SAMPLER_SETTING_SLOT,
	SAMPLER_SETTING_REASON,
	SAMPLER_SETTING_CAPTURE_LENGTH,
	SAMPLER_SETTING_RING_SIZE,
	SAMPLER_SETTING_INGRESS_SLOT,
	SAMPLER_SETTING_COUNT,
};

struct sampler_settings {
	/* By enum sampler_setting: said by someone. Where the sampler is attached already, only these
	 * are applied; the others stay what they are there. */
	bool given[SAMPLER_SETTING_COUNT];
	unsigned int places; /* where to sample: bit per enum sampler_place */
	struct sampling_rates rates;
	uint32_t verdicts; /* taken at the verdict: bit per action */
	uint32_t rows;     /* bit per slot, and ECBPF_ROOT_ROW */
	uint64_t reasons;  /* bit per reason */
	uint32_t capture_length;
	uint32_t ring_size; /* bytes, a power of two */
	uint32_t ingress_slot;
};

struct sampler_setting_row {
	const char *name; /* in the configuration file and in JSON: "capture_length" */
	const char *value_name;
	const char *help;
	bool live; /* --set may change it */
};

extern const struct sampler_setting_row sampler_settings[SAMPLER_SETTING_COUNT];

/* Of a first --attach that says nothing; none is given. */
void sampler_settings_standard(struct sampler_settings *ret_settings);

/* Understands one setting's text and marks it given. -EINVAL or -ERANGE; the text quotes what is wrong
 * and says what the setting takes, naming the setting is the caller's. Nothing is changed then. */
int sampler_settings_parse(struct sampler_settings *settings, enum sampler_setting setting,
			   const char *text, struct problem *problem);

/* The other way round; returns ret_text. */
#define SAMPLER_SETTING_TEXT_SIZE 1024
const char *sampler_settings_text(const struct sampler_settings *settings,
				  enum sampler_setting setting,
				  char ret_text[SAMPLER_SETTING_TEXT_SIZE]);

/* Those of `from` that are given take the place of `settings`', and are given there. */
void sampler_settings_apply(struct sampler_settings *settings, const struct sampler_settings *from);
/* True if any is given. */
bool sampler_settings_any(const struct sampler_settings *settings);

/* What the kernel side is to do; .word is 0. */
struct sampler_config sampler_settings_config(const struct sampler_settings *settings);
/* Reads back what the configuration holds: rates, verdicts, rows, reasons, capture length. The other
 * members are untouched. */
void sampler_settings_of_config(struct sampler_settings *settings,
				const struct sampler_config *config);

#endif
