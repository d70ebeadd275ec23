// SPDX-License-Identifier: GPL-2.0-only
#include "crafted_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void craft_host(struct bypass_host_state *host)
{
	*host = (struct bypass_host_state){
		.is_there = true,
		.now = 1000 * CRAFTED_SECOND,
		.settings = { .tables = 3,
			      .idle = { 60 * CRAFTED_SECOND, 10 * CRAFTED_SECOND,
					120 * CRAFTED_SECOND },
			      .sample = CRAFTED_SECOND / 2,
			      .observe_after = 10,
			      .learn = 1 },
		.daemon = { .alive_until = 1004 * CRAFTED_SECOND, .epoch = 3, .pid = 4711 },
		.ledger = { .learned = 100, .removed_idle = 90, .removed_packets = 12345 },
		.excluded = { .count = 2 },
		.tables = { { { 2, 65536 }, { 1, 65536 } }, { { 6, 1024 }, { 4, 1024 } } },
		.nexthop_count = 2,
	};
	host->excluded.prefix[0].family = FLOW_IPV4;
	host->excluded.prefix[0].length = 8;
	host->excluded.prefix[0].address[0] = htonl(0x7f000000);
	host->excluded.prefix[1].family = FLOW_IPV6;
	host->excluded.prefix[1].length = 32;
	host->excluded.prefix[1].address[0] = htonl(0x20010db8);
	host->nexthops = calloc(2, sizeof(*host->nexthops));
	assert_non_null(host->nexthops);
	host->nexthops[0] = (struct bypass_nexthop_use){ .index = 8,
							 .state = FLOW_WAY_USABLE,
							 .text = "via 10.0.0.1 dev eth1",
							 .flows = 11,
							 .packets = 1000,
							 .bytes = 64000 };
	host->nexthops[1] = (struct bypass_nexthop_use){ .index = 32768,
							 .state = FLOW_WAY_RESOLVING,
							 .text = "via 10.0.0.2 dev eth1",
							 .flows = 1 };
}

static void craft_interface(struct bypass_interface_state *interface, const char *name,
			    uint32_t ifindex)
{
	*interface = (struct bypass_interface_state){
		.place = { .number = 7,
			   .slot = { .program_id = 33, .record = { .loaded_at = 1 } } },
		.config = { .ifindex = ifindex, .mac = { 2, 0, 0, 0, 0, 1 } },
		.sent = { { 100, 200 }, { 300, 400 } },
		.is_observed = true,
		.sets_timers = true,
		.has_root = true,
		.ifindex = ifindex,
		.mac = { 2, 0, 0, 0, 0, 1 },
	};
	(void)snprintf(interface->name, sizeof(interface->name), "%s", name);
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++)
		interface->up[i] = 0;
	interface->up[BYPASS_UP_NO_FLOW] = 240;
	interface->up[BYPASS_UP_WAY + FLOW_WAY_RESOLVING] = 10;
}

struct bypass_state crafted_state(void)
{
	struct bypass_state state = { .interface_count = 2 };

	craft_host(&state.host);
	state.interfaces = calloc(2, sizeof(*state.interfaces));
	assert_non_null(state.interfaces);
	craft_interface(&state.interfaces[0], "eth0", 4);
	craft_interface(&state.interfaces[1], "eth1.5", 5);
	return state;
}

static const char *find(const char (*remarks)[BYPASS_REMARK_SIZE], size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (strstr(remarks[i], text))
			return remarks[i];
	}
	return NULL;
}

const char *crafted_disagreement(const struct bypass_remarks *remarks, const char *text)
{
	return find(remarks->disagreement, remarks->disagreement_count, text);
}

const char *crafted_note(const struct bypass_remarks *remarks, const char *text)
{
	return find(remarks->note, remarks->note_count, text);
}
