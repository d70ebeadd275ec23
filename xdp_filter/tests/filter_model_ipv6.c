// SPDX-License-Identifier: GPL-2.0-only
/* IPv6: RFC 8200, with the order of headers of its section 4.1, and RFC 6946. */
#include "filter_model_packet.h"

#define CHAIN_LIMIT 8 /* extension headers */
#define FRAGMENT_HEADER 44

static const char *const martians[] = {
	"::1/128",       /* RFC 4291 2.5.3 */
	"ff00::/8",      /* RFC 4291 2.7 */
	"::ffff:0:0/96", /* RFC 4038 4.2: an address of programs, not of packets */
	NULL,
};

/* How an extension header tells its length, bytes = 8 + unit * field, and how often RFC 8200 4.1
 * allows it: at most once, destination options twice. */
static const struct extension_rule {
	unsigned int number, unit, often;
} extension_rules[] = {
	{ 0, 8, 1 },   /* hop-by-hop options, RFC 8200 4.3 */
	{ 43, 8, 1 },  /* routing, RFC 8200 4.4 */
	{ 44, 0, 1 },  /* fragment, RFC 8200 4.5 */
	{ 51, 4, 1 },  /* authentication header, RFC 4302 2.2 */
	{ 60, 8, 2 },  /* destination options, RFC 8200 4.6 */
	{ 135, 8, 1 }, /* mobility, RFC 6275 6.1.1 */
	{ 139, 8, 1 }, /* host identity protocol, RFC 7401 5.1 */
	{ 140, 8, 1 }, /* shim6, RFC 5533 5.1 */
};
#define EXTENSION_RULES (sizeof(extension_rules) / sizeof(*extension_rules))

/* A walk along the chain. */
struct chain {
	unsigned int headers;
	unsigned int seen[EXTENSION_RULES];
	bool repeated;
	uint32_t broken; /* why the walk ended before the chain did, a reason; 0 */
};

static const struct extension_rule *find_rule(unsigned int number)
{
	for (size_t i = 0; i < EXTENSION_RULES; i++) {
		if (extension_rules[i].number == number)
			return &extension_rules[i];
	}
	return NULL;
}

static void read_fragment(struct model_packet *packet, const uint8_t *header)
{
	unsigned int field = model_get16(header + 2);
	bool more = field % 2;

	packet->fragment_offset = field / 8 * 8;
	if (packet->fragment_offset)
		packet->fragment = MODEL_LATER;
	else
		packet->fragment = more ? MODEL_FIRST : MODEL_WHOLE;
}

/* Reads the extension header at packet->payload, for which there is a rule. */
static void read_extension(struct model_packet *packet, const struct extension_rule *rule,
			   struct chain *chain)
{
	const uint8_t *header = packet->frame->bytes + packet->payload;
	unsigned int *seen = &chain->seen[rule - extension_rules];
	size_t length;

	if (chain->headers == CHAIN_LIMIT) {
		chain->broken = ECBPF_REASON_LONG_CHAIN;
		return;
	}
	chain->headers++;
	chain->broken = ECBPF_REASON_SHORT_EXTENSION;
	if (packet->payload + 8 > packet->frame->linear || packet->payload + 8 > packet->end)
		return;
	length = 8 + rule->unit * header[1];
	if (packet->payload + length > packet->end)
		return;
	chain->broken = 0;
	if (++*seen > rule->often) {
		chain->repeated = true;
		if (rule->number == FRAGMENT_HEADER) {
			chain->broken = FILTER_REASON_REPEATED_EXTENSION;
			return;
		}
	}
	if (rule->number == FRAGMENT_HEADER)
		read_fragment(packet, header);
	packet->protocol = header[0];
	packet->payload += length;
}

/* What follows a later fragment's header is the middle of something. */
static void walk_chain(struct model_packet *packet, struct chain *chain)
{
	const struct extension_rule *rule;

	while (packet->fragment != MODEL_LATER && (rule = find_rule(packet->protocol))) {
		read_extension(packet, rule, chain);
		if (chain->broken)
			return;
	}
}

/* Whether it is a fragment cannot be told. */
static int judge_broken_chain(struct model_packet *packet, uint32_t reason)
{
	enum filter_check check = reason == ECBPF_REASON_SHORT_EXTENSION ?
					  FILTER_CHECK_LENGTH :
					  FILTER_CHECK_EXTENSION_CHAIN;
	int found = model_finds(packet, check, reason);

	if (found)
		return found;
	if (!model_fragments_unwanted(packet))
		return MODEL_GOES_ON;
	if (packet->model->config.check[check] == FILTER_KNOB_PASS)
		packet->model->counter[reason]++;
	return (int)reason;
}

static int check_header(struct model_packet *packet)
{
	int found = MODEL_NEXT_STEP;

	if (model_same_addresses(packet))
		found = model_finds(packet, FILTER_CHECK_SAME, FILTER_REASON_SAME_IPV6);
	if (!found && model_is_in(packet, packet->source, martians))
		found = model_finds(packet, FILTER_CHECK_MARTIAN, FILTER_REASON_MARTIAN_IPV6);
	return found;
}

/* The fixed header is there. False: the payload cannot be so long. */
static bool read_lengths(struct model_packet *packet)
{
	const uint8_t *header = packet->frame->bytes + packet->network;
	size_t payload = model_get16(header + 4);

	packet->header_end = packet->network + 40;
	packet->payload = packet->header_end;
	packet->protocol = header[6];
	packet->end = packet->payload + payload;
	if (payload == 0 && packet->protocol == 0)
		packet->end = packet->frame->length; /* jumbo payload, RFC 2675 */
	return packet->end <= packet->frame->length;
}

static int read_chain(struct model_packet *packet)
{
	struct chain chain = { 0 };

	walk_chain(packet, &chain);
	if (chain.broken)
		return judge_broken_chain(packet, chain.broken);
	if (chain.repeated)
		return model_finds(packet, FILTER_CHECK_EXTENSION_CHAIN,
				   FILTER_REASON_REPEATED_EXTENSION);
	return MODEL_NEXT_STEP;
}

int model_ipv6(struct model_packet *packet)
{
	const uint8_t *header = packet->frame->bytes + packet->network;
	int found;

	if (packet->network + 40 > packet->frame->linear) {
		found = model_finds(packet, FILTER_CHECK_LENGTH, ECBPF_REASON_SHORT_IPV6);
		return found ? found : MODEL_GOES_ON;
	}
	if (header[0] / 16 != 6) {
		found = model_finds(packet, FILTER_CHECK_VERSION, FILTER_REASON_VERSION_IPV6);
		return found ? found : MODEL_GOES_ON;
	}
	packet->source = header + 8;
	packet->destination = header + 24;
	packet->address_size = 16;
	found = model_source_list(packet);
	if (found)
		return found;
	if (!read_lengths(packet)) {
		found = model_finds(packet, FILTER_CHECK_LENGTH, ECBPF_REASON_BAD_IPV6);
		return found ? found : MODEL_GOES_ON;
	}
	found = check_header(packet);
	return found ? found : read_chain(packet);
}
