// SPDX-License-Identifier: GPL-2.0-only
#include "filter_chance.h"

#include <arpa/inet.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define RESERVED 0x8000
#define DF 0x4000
#define MF 0x2000

/* xorshift64*; `chance` is never 0. */
uint32_t chance_below(uint64_t *chance, uint32_t limit)
{
	*chance ^= *chance >> 12;
	*chance ^= *chance << 25;
	*chance ^= *chance >> 27;
	return (uint32_t)(((*chance * 0x2545f4914f6cdd1d) >> 32) * limit >> 32);
}

const char *chance_address(uint64_t *chance, int family)
{
	static const char *const ipv4[] = {
		"192.0.2.1",     "192.0.2.2",   "192.0.2.129",     "198.51.100.1",
		"198.51.100.77", "203.0.113.9", "10.1.2.3",        "10.1.3.2",
		"8.8.8.8",       "1.0.0.1",     "223.255.255.255",
	};
	static const char *const ipv4_special[] = {
		"0.0.0.0",         "0.0.0.1",         "0.255.255.255",   "127.0.0.1",
		"126.255.255.255", "127.255.255.255", "128.0.0.1",       "224.0.0.1",
		"239.255.255.255", "240.0.0.1",       "255.255.255.255",
	};
	static const char *const ipv6[] = {
		"2001:db8::1",   "2001:db8::2",     "2001:db8:0:1::1",
		"2001:db8:1::1", "2001:db8:bad::7", "2001:db8:bad:1::7",
		"fe80::1",       "2a00::1",         "fd00::ffff:1",
	};
	static const char *const ipv6_special[] = {
		"::",
		"::1",
		"::2",
		"ff02::1",
		"ff00::",
		"feff:ffff::1",
		"::ffff:0:0",
		"::fffe:ffff:ffff",
		"::ffff:192.0.2.1",
		"::1:0:0:0",
		"1::1",
		"::1:ffff:192.0.2.1",
	};
	int special = !chance_below(chance, 12);

	if (family == 4)
		return special ? ipv4_special[chance_below(chance, COUNT(ipv4_special))] :
				 ipv4[chance_below(chance, COUNT(ipv4))];
	return special ? ipv6_special[chance_below(chance, COUNT(ipv6_special))] :
			 ipv6[chance_below(chance, COUNT(ipv6))];
}

static void add_link(uint64_t *chance, struct packet_builder *builder)
{
	static const uint8_t tags[] = { 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3 };

	build_ethernet(builder);
	if (!chance_below(chance, 24))
		builder->bytes[0] |= 1;
	if (!chance_below(chance, 24))
		builder->bytes[6] |= 1;
	for (int left = tags[chance_below(chance, COUNT(tags))]; left; left--)
		build_vlan(builder, chance_below(chance, 2) ? ETH_P_8021Q : ETH_P_8021AD,
			   (__u16)chance_below(chance, 65536));
}

/* Bytes of a payload: often a multiple of eight, as fragments but the last have it. */
static uint32_t payload_length(uint64_t *chance)
{
	switch (chance_below(chance, 8)) {
	case 0:
		return chance_below(chance, 60);
	case 1:
		return chance_below(chance, 1500);
	case 2:
		return 8 * chance_below(chance, 185);
	case 3:
		return 8 * (60 + chance_below(chance, 12)); /* where IPv4 quotes end */
	case 4:
		return 8 * (140 + chance_below(chance, 20)); /* where IPv6 quotes end */
	default:
		return 8 * chance_below(chance, 8);
	}
}

/* Header and payload; what matters of an ICMP message is its type. */
static void add_transport(uint64_t *chance, struct packet_builder *builder)
{
	static const uint8_t types[] = { 0,  3,  4,   5,   8,   9,   10,  11,  12,  13,
					 18, 19, 127, 128, 129, 135, 136, 137, 138, 255 };
	static const uint8_t others[] = { 33, 132, 136, IPPROTO_GRE, IPPROTO_ESP, 59, 253, 1, 58 };
	uint8_t type = types[chance_below(chance, COUNT(types))];

	switch (chance_below(chance, 8)) {
	case 0:
	case 1:
		build_tcp(builder, 1, 2, 0);
		break;
	case 2:
		build_icmp(builder, type, 0);
		break;
	case 3:
		build_icmpv6(builder, type, 0);
		break;
	case 4:
		/* Maybe no header at all, or not the whole of it. */
		build_protocol(builder, others[chance_below(chance, COUNT(others))],
			       4 * chance_below(chance, 4), 0, 0);
		break;
	case 5:
		build_protocol(builder, IPPROTO_TCP, 8 * chance_below(chance, 4), 0, 0);
		break;
	default:
		build_udp(builder, 1, 2);
	}
	build_payload(builder, payload_length(chance));
}

static void add_ipv4(uint64_t *chance, struct packet_builder *builder)
{
	static const uint16_t fields[] = {
		0,
		DF,
		DF,
		RESERVED,
		MF,
		MF,
		MF,
		MF,
		MF,
		MF,
		MF | DF,
		MF | RESERVED,
		1,
		2,
		MF | 1,
		MF | 2,
		MF | 3,
		3,
		4,
		MF | 185,
		370,
		0x1fff,
		MF | DF | 0x1fff,
	};
	const struct build_ipv4 header = {
		.source = chance_address(chance, 4),
		.destination = chance_address(chance, 4),
		.option_words = (__u8)(chance_below(chance, 6) ? 0 : chance_below(chance, 11)),
		.fragment = fields[chance_below(chance, COUNT(fields))],
		.id = (__u16)chance_below(chance, 65536),
		.tos = (__u8)chance_below(chance, 256),
	};

	build_ipv4(builder, &header);
}

static void add_extension(uint64_t *chance, struct packet_builder *builder)
{
	static const uint8_t numbers[] = { 0, 43, 51, 60, 60, 135, 139, 140 };
	static const uint16_t offsets[] = { 0, 0, 0, 0, 0, 0, 8, 16, 24, 1448, 65528 };
	uint8_t number = numbers[chance_below(chance, COUNT(numbers))];
	uint32_t units = 1 + chance_below(chance, chance_below(chance, 8) ? 3 : 12);
	uint16_t offset = offsets[chance_below(chance, COUNT(offsets))];

	if (!chance_below(chance, 3))
		build_ipv6_fragment(builder, offset, (int)chance_below(chance, 2),
				    chance_below(chance, 65536));
	else
		build_extension(builder, number, number == 51 ? 4 * units + 4 : 8 * units);
}

static void add_ipv6(uint64_t *chance, struct packet_builder *builder)
{
	static const uint8_t chains[] = { 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10 };
	const struct build_ipv6 header = {
		.source = chance_address(chance, 6),
		.destination = chance_address(chance, 6),
		.jumbo = !chance_below(chance, 40),
	};
	uint8_t left = chains[chance_below(chance, COUNT(chains))];

	build_ipv6(builder, &header);
	if (left && chance_below(chance, 2)) {
		build_ipv6_fragment(builder, 0, 1, 7);
		left--;
	}
	while (left--)
		add_extension(chance, builder);
}

/* Bytes at which something is decided. */
static uint8_t telling_byte(uint64_t *chance)
{
	static const uint8_t bytes[] = {
		0,    1,    2,    3,    4,    5,    6,    7,    8,    12,   17,   20,   23,
		24,   33,   40,   43,   44,   51,   58,   59,   60,   127,  128,  135,  137,
		139,  140,  0x20, 0x3f, 0x40, 0x44, 0x45, 0x46, 0x4f, 0x50, 0x60, 0x6f, 0x7f,
		0x80, 0x81, 0x86, 0x88, 0xa8, 0xa0, 0xdd, 0xe0, 0xf0, 0xfe, 0xff,
	};

	return bytes[chance_below(chance, COUNT(bytes))];
}

/* Takes bytes out or puts bytes in, so that all that follows is elsewhere. */
static void shift(uint64_t *chance, struct packet_builder *builder, uint32_t at)
{
	uint32_t size = 1 + chance_below(chance, 8), rest = builder->length - at;
	uint8_t *bytes = builder->bytes + at;

	if (chance_below(chance, 2) && rest > size) {
		memmove(bytes, bytes + size, rest - size);
		builder->length -= size;
	} else {
		memmove(bytes + size, bytes, rest);
		builder->length += size;
	}
}

static void damage(uint64_t *chance, struct packet_builder *builder)
{
	/* Mostly in the headers, where it matters. */
	uint32_t headers = builder->length < 100 ? builder->length : 100;
	uint32_t at = chance_below(chance, chance_below(chance, 8) ? headers : builder->length);

	switch (chance_below(chance, 8)) {
	case 0:
		builder->bytes[at] = (uint8_t)chance_below(chance, 256);
		break;
	case 1:
		builder->bytes[at] ^= (uint8_t)(1 << chance_below(chance, 8));
		break;
	case 2:
	case 3:
		builder->bytes[at] = telling_byte(chance);
		break;
	case 4:
		builder->bytes[at] += chance_below(chance, 2) ? 1 : 255;
		break;
	case 5:
		if (builder->length > ETH_HLEN)
			builder->length -= chance_below(chance, builder->length - ETH_HLEN + 1);
		break;
	case 6:
		build_padding(builder, chance_below(chance, 20));
		break;
	case 7:
		shift(chance, builder, at);
		break;
	}
}

/* Damage leaves few IPv4 checksums right, and what comes behind that check would be met rarely. */
static void mend_checksum(struct packet_builder *builder, uint32_t at)
{
	uint8_t *header = builder->bytes + at;
	uint32_t length = 4U * (header[0] & 0xf);
	__u16 check;

	if (at + 20 > builder->length || at + length > builder->length || length < 20)
		return;
	memset(header + 10, 0, 2);
	check = build_checksum(header, length, 0);
	memcpy(header + 10, &check, sizeof(check));
}

void chance_frame(uint64_t *chance, struct packet_builder *builder)
{
	int is_ipv4 = (int)chance_below(chance, 2);
	uint32_t damages = chance_below(chance, 2) ? 0 : 1 + chance_below(chance, 4), network;

	build_start(builder);
	add_link(chance, builder);
	network = builder->length;
	if (is_ipv4)
		add_ipv4(chance, builder);
	else
		add_ipv6(chance, builder);
	add_transport(chance, builder);
	build_finish(builder);
	if (!chance_below(chance, 4))
		build_padding(builder, chance_below(chance, 30));
	while (damages--)
		damage(chance, builder);
	if (is_ipv4 && chance_below(chance, 4))
		mend_checksum(builder, network);
	/* The kernel's test run takes no shorter frame, and no longer one in a single buffer. */
	while (builder->length < ETH_HLEN)
		builder->bytes[builder->length++] = 0;
	if (builder->length > CHANCE_FRAME_SIZE)
		builder->length = CHANCE_FRAME_SIZE;
}

static void chance_prefix(uint64_t *chance, uint32_t shortest, struct model_prefix *ret_prefix)
{
	int family = chance_below(chance, 2) ? 4 : 6;
	uint32_t most = family == 4 ? 32 : 128;

	*ret_prefix = (struct model_prefix){ .family = family };
	(void)inet_pton(family == 4 ? AF_INET : AF_INET6, chance_address(chance, family),
			ret_prefix->address);
	ret_prefix->length = shortest + chance_below(chance, most - shortest + 1);
	if (chance_below(chance, 2))
		ret_prefix->length = most - chance_below(chance, 9);
	for (uint32_t bit = ret_prefix->length; bit < most; bit++)
		ret_prefix->address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

static bool is_listed(const struct filter_model *model, const struct model_prefix *prefix)
{
	for (size_t i = 0; i < model->source_count; i++) {
		if (!memcmp(&model->sources[i].prefix, prefix, sizeof(*prefix)))
			return true;
	}
	return false;
}

static void chance_lists(uint64_t *chance, struct filter_model *model)
{
	uint32_t shortest = chance_below(chance, 3) ? 8 : 0;
	uint32_t sources = chance_below(chance, 3) ? chance_below(chance, 12) : 0;

	if (!chance_below(chance, 8))
		sources = MODEL_SOURCES;
	model->source_count = 0;
	while (sources--) {
		struct model_source *source = &model->sources[model->source_count];
		struct model_prefix prefix;

		chance_prefix(chance, shortest, &prefix);
		if (is_listed(model, &prefix))
			continue;
		*source = (struct model_source){ .prefix = prefix };
		source->allow = chance_below(chance, 2);
		source->expired = !chance_below(chance, 4);
		model->source_count++;
	}
	model->local_count = chance_below(chance, 7);
	for (size_t i = 0; i < model->local_count; i++)
		chance_prefix(chance, 16, &model->locals[i]);
}

void chance_setting(uint64_t *chance, struct filter_model *model)
{
	/* With every knob at drop little comes further. */
	uint32_t knobs = chance_below(chance, 2) ? FILTER_KNOB_COUNT_OF : FILTER_KNOB_DROP;
	static const uint16_t mtus[] = { 0, 0, 68, 67, 576, 1279, 1280, 1281, 1400, 1500, 65535 };
	struct filter_config *config = &model->config;

	*config = (struct filter_config){ .monitor = !chance_below(chance, 6) };
	for (int i = 0; i < FILTER_CHECK_COUNT_OF; i++)
		config->check[i] = (uint8_t)chance_below(chance, knobs);
	config->fragments_ipv4 = (uint8_t)chance_below(chance, FILTER_FRAGMENTS_COUNT_OF);
	config->fragments_ipv6 = (uint8_t)chance_below(chance, FILTER_FRAGMENTS_COUNT_OF);
	config->ptb_ttl = (uint8_t)(1 + chance_below(chance, 255));
	config->ptb_dscp = (uint8_t)chance_below(chance, 64);
	config->ptb_mtu = mtus[chance_below(chance, COUNT(mtus))];
	config->ptb_interval = chance_below(chance, 4) ? 1 : 0;
	chance_lists(chance, model);
}
