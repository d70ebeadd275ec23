// SPDX-License-Identifier: GPL-2.0-only
#include "live_text.h"

#include <linux/if_ether.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "live_view.h"
#include "packet_summary.h"

#define NANOSECONDS 1000000000ULL

const char *live_text_rate(double value, char ret_text[LIVE_TEXT_SIZE])
{
	static const char *const units[] = { "", "k", "M", "G", "T", "P" };
	size_t unit = 0;
	int decimals = 0;

	if (value < 0.05)
		value = 0;
	while (value >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1000;
		unit++;
	}
	if (unit > 0 && value < 9.995)
		decimals = 2;
	else if ((unit > 0 && value < 99.95) || (value > 0 && value < 9.95))
		decimals = 1;
	snprintf(ret_text, LIVE_TEXT_SIZE, "%.*f%s", decimals, value, units[unit]);
	return ret_text;
}

const char *live_text_share(double part, double whole, char ret_text[LIVE_TEXT_SIZE])
{
	/* Of a source that was counted at another place than its interface is now, there may be more. */
	if (whole > 0)
		snprintf(ret_text, LIVE_TEXT_SIZE, "%.1f%%",
			 part < whole ? 100 * part / whole : 100);
	else
		snprintf(ret_text, LIVE_TEXT_SIZE, "-");
	return ret_text;
}

const char *live_text_time(uint64_t realtime, char ret_text[LIVE_TEXT_SIZE])
{
	time_t seconds = (time_t)(realtime / NANOSECONDS);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(ret_text, LIVE_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return ret_text;
}

const char *live_text_source(const struct live_key *key, char ret_text[LIVE_TEXT_SIZE])
{
	const uint8_t *mac = key->address;

	_Static_assert(LIVE_TEXT_SIZE >= SUMMARY_ADDRESS_SIZE, "an address has room");
	if (key->family)
		return summary_address_text(key->family, key->address, ret_text);
	snprintf(ret_text, LIVE_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return ret_text;
}

const char *live_text_service(const struct live_key *key, char ret_text[LIVE_TEXT_SIZE])
{
	char number[SUMMARY_PROTOCOL_SIZE];
	const char *protocol = summary_protocol_name(key->protocol, number);
	const char *prefix = protocol == number ? "protocol " : "";

	switch ((enum live_service)key->kind) {
	case LIVE_SERVICE_ETHERTYPE:
		if (key->number == ETH_P_ARP)
			snprintf(ret_text, LIVE_TEXT_SIZE, "ARP");
		else
			snprintf(ret_text, LIVE_TEXT_SIZE, "ethertype 0x%04x", key->number);
		break;
	case LIVE_SERVICE_PROTOCOL:
		snprintf(ret_text, LIVE_TEXT_SIZE, "%s%s", prefix, protocol);
		break;
	case LIVE_SERVICE_PORT:
		snprintf(ret_text, LIVE_TEXT_SIZE, "%s %u", protocol, key->number);
		break;
	case LIVE_SERVICE_ICMP:
		snprintf(ret_text, LIVE_TEXT_SIZE, "%s type %u", protocol, key->number);
		break;
	case LIVE_SERVICE_FRAGMENT:
		snprintf(ret_text, LIVE_TEXT_SIZE, "%s%s fragment", prefix, protocol);
		break;
	}
	return ret_text;
}

const char *live_text_verdict(unsigned int verdict)
{
	const char *name = sample_verdict_name(verdict);

	return strncmp(name, "XDP_", 4) == 0 ? name + 4 : name;
}
