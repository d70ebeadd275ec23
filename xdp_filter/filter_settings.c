// SPDX-License-Identifier: GPL-2.0-only
#include "filter_settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PTB_MTU_MINIMUM 68 /* RFC 791: what every IPv4 link carries */
#define NANOSECONDS_PER_SECOND UINT64_C(1000000000)

static const char *const off_on[] = { "off", "on", NULL };
static const char *const fragments[] = { "pass", "drop", "drop-unless-local", NULL };
static const char *const knob[] = { "pass", "count", "drop", NULL };

#define CHECK(check, name_, standard_, help_)                                                      \
	[FILTER_SETTING_CHECK + FILTER_CHECK_##check] = { .name = (name_),                         \
							  .choices = knob,                         \
							  .standard = FILTER_KNOB_##standard_,     \
							  .help = (help_) }

const struct filter_setting_row filter_settings[FILTER_SETTING_COUNT] = {
	[FILTER_SETTING_MONITOR] = { .name = "monitor",
				     .choices = off_on,
				     .help = "decide and count, but change nothing" },
	[FILTER_SETTING_FRAGMENTS_IPV4] = { .name = "fragments_ipv4",
					    .choices = fragments,
					    .standard = FILTER_FRAGMENTS_PASS,
					    .help = "what becomes of IPv4 fragments" },
	[FILTER_SETTING_FRAGMENTS_IPV6] = { .name = "fragments_ipv6",
					    .choices = fragments,
					    .standard = FILTER_FRAGMENTS_PASS,
					    .help = "what becomes of IPv6 fragments" },
	[FILTER_SETTING_PTB_MAX_PPS] = { .name = "ptb_max_pps",
					 .maximum = 1000000,
					 .standard = 200,
					 .help = "Packet Too Big messages a second; 0: none" },
	[FILTER_SETTING_PTB_MTU] = { .name = "ptb_mtu",
				     .maximum = 65535,
				     .help = "MTU they report; 0: the datagram's own length" },
	[FILTER_SETTING_PTB_TTL] = { .name = "ptb_ttl",
				     .minimum = 1,
				     .maximum = 255,
				     .standard = 64,
				     .help = "their TTL or hop limit" },
	/* RFC 1812 4.3.2.5: internetwork control. */
	[FILTER_SETTING_PTB_DSCP] = { .name = "ptb_dscp",
				      .maximum = 63,
				      .standard = 48,
				      .help = "their DSCP" },
	CHECK(FRAME, "bad_frame", DROP, "Ethernet or VLAN header cut short, a third tag"),
	CHECK(LENGTH, "bad_length", DROP, "IP headers cut short, lengths that cannot be"),
	CHECK(VERSION, "bad_version", DROP, "IP version is not what the ethertype says"),
	CHECK(OPTIONS, "ipv4_options", COUNT, "IPv4 options"),
	CHECK(EVIL, "evil_bit", COUNT, "IPv4's reserved flag (RFC 3514)"),
	CHECK(CHECKSUM, "bad_checksum", DROP, "wrong checksum of an IPv4 header"),
	CHECK(SAME, "source_is_destination", COUNT, "source and destination are the same"),
	CHECK(MARTIAN, "martian_source", COUNT, "a source no packet on a wire can have"),
	CHECK(EXTENSION_CHAIN, "extension_chain", COUNT,
	      "IPv6 extension headers: too many, or repeated"),
};

void filter_settings_standard(struct filter_config *ret_config)
{
	struct filter_request request;

	memset(ret_config, 0, sizeof(*ret_config));
	for (size_t i = 0; i < FILTER_SETTING_COUNT; i++) {
		request.given[i] = true;
		request.value[i] = filter_settings[i].standard;
	}
	filter_settings_apply(&request, ret_config);
}

static void set_value(struct filter_config *config, enum filter_setting setting, uint32_t value)
{
	switch (setting) {
	case FILTER_SETTING_MONITOR:
		config->monitor = (uint8_t)value;
		break;
	case FILTER_SETTING_FRAGMENTS_IPV4:
		config->fragments_ipv4 = (uint8_t)value;
		break;
	case FILTER_SETTING_FRAGMENTS_IPV6:
		config->fragments_ipv6 = (uint8_t)value;
		break;
	case FILTER_SETTING_PTB_MAX_PPS:
		config->ptb_max_pps = value;
		config->ptb_interval = value ? NANOSECONDS_PER_SECOND / value : 0;
		break;
	case FILTER_SETTING_PTB_MTU:
		config->ptb_mtu = (uint16_t)value;
		break;
	case FILTER_SETTING_PTB_TTL:
		config->ptb_ttl = (uint8_t)value;
		break;
	case FILTER_SETTING_PTB_DSCP:
		config->ptb_dscp = (uint8_t)value;
		break;
	default:
		config->check[setting - FILTER_SETTING_CHECK] = (uint8_t)value;
	}
}

void filter_settings_apply(const struct filter_request *request, struct filter_config *config)
{
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		if (request->given[i])
			set_value(config, (enum filter_setting)i, request->value[i]);
	}
}

uint32_t filter_settings_value(const struct filter_config *config, enum filter_setting setting)
{
	switch (setting) {
	case FILTER_SETTING_MONITOR:
		return config->monitor;
	case FILTER_SETTING_FRAGMENTS_IPV4:
		return config->fragments_ipv4;
	case FILTER_SETTING_FRAGMENTS_IPV6:
		return config->fragments_ipv6;
	case FILTER_SETTING_PTB_MAX_PPS:
		return config->ptb_max_pps;
	case FILTER_SETTING_PTB_MTU:
		return config->ptb_mtu;
	case FILTER_SETTING_PTB_TTL:
		return config->ptb_ttl;
	case FILTER_SETTING_PTB_DSCP:
		return config->ptb_dscp;
	default:
		return config->check[setting - FILTER_SETTING_CHECK];
	}
}

static int find_setting(const char *name, size_t *ret_setting, struct problem *problem)
{
	for (size_t i = 0; i < FILTER_SETTING_COUNT; i++) {
		if (!strcmp(filter_settings[i].name, name)) {
			*ret_setting = i;
			return 0;
		}
	}
	return problem_set(problem, -ENOENT, "the filter has no such setting");
}

/* "pass, drop, drop-unless-local" */
static const char *choices_text(const struct filter_setting_row *row, char *ret_text, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; row->choices[i] && length < size; i++)
		length += (size_t)snprintf(ret_text + length, size - length, "%s%s", i ? ", " : "",
					   row->choices[i]);
	return ret_text;
}

int filter_request_word(struct filter_request *request, const char *name, const char *word,
			struct problem *problem)
{
	const struct filter_setting_row *row;
	size_t setting = 0;
	char text[128];
	int err = find_setting(name, &setting, problem);

	if (err)
		return err;
	row = &filter_settings[setting];
	if (!row->choices)
		return problem_set(problem, -EINVAL,
				   "takes a number from %" PRIu32 " to %" PRIu32 ", not '%s'",
				   row->minimum, row->maximum, word);
	for (uint32_t i = 0; row->choices[i]; i++) {
		if (!strcmp(row->choices[i], word)) {
			request->given[setting] = true;
			request->value[setting] = i;
			return 0;
		}
	}
	return problem_set(problem, -EINVAL, "'%s' is none of %s", word,
			   choices_text(row, text, sizeof(text)));
}

int filter_request_number(struct filter_request *request, const char *name, uint64_t number,
			  struct problem *problem)
{
	const struct filter_setting_row *row;
	size_t setting = 0;
	char text[128];
	int err = find_setting(name, &setting, problem);

	if (err)
		return err;
	row = &filter_settings[setting];
	if (row->choices)
		return problem_set(problem, -EINVAL, "takes one of %s, not %" PRIu64,
				   choices_text(row, text, sizeof(text)), number);
	if (number < row->minimum || number > row->maximum)
		return problem_set(problem, -ERANGE,
				   "%" PRIu64 " is not from %" PRIu32 " to %" PRIu32, number,
				   row->minimum, row->maximum);
	if (setting == FILTER_SETTING_PTB_MTU && number > 0 && number < PTB_MTU_MINIMUM)
		return problem_set(problem, -ERANGE,
				   "%" PRIu64 " is not an MTU: it is %d to %" PRIu32
				   ", or 0 for the datagram's own length",
				   number, PTB_MTU_MINIMUM, row->maximum);
	request->given[setting] = true;
	request->value[setting] = (uint32_t)number;
	return 0;
}
