/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow as people write it: which packets, and what becomes of them. "IN => OUT [both]", with
 *
 *	IN:  10.0.0.1:5000 > 10.0.0.2:53 [udp|tcp] [on DEVICE] [vlan N|N.M|none|any]
 *	OUT: l2 | 10.9.0.1:4000 > 10.9.0.2:53
 *	     [via ADDRESS] [dev DEVICE] [mac MAC] [vlan N|N.M|none] [peer] [keep-ttl]
 *
 * IPv6 is written [fd00::1]:5000. Each address and port of OUT may be *, it stays then. Words are
 * separated by white space, those in brackets come in any order, each once. Unless said: udp, any
 * device, any tags, and where the routes say; N.M are two tags, N the outer one. A word that starts
 * with # where another would be begins a comment. What is printed is understood as the same. */
#ifndef ECBPF_FLOW_RULE_H
#define ECBPF_FLOW_RULE_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/flow.h"
#include "interface.h"
#include "problem.h"

#define FLOW_KEY_TEXT_SIZE 128
#define FLOW_IN_TEXT_SIZE 192
#define FLOW_OUT_TEXT_SIZE 256
#define FLOW_RULE_TEXT_SIZE 512

struct flow_rule {
	struct flow_key key;
	char in_device[INTERFACE_NAME_SIZE]; /* "": any */
	bool in_any_tags;                    /* else exactly in_vlan */
	uint16_t in_vlan[2];                 /* outermost first, 0: no tag */
	bool nat;                            /* else out is the key */
	struct flow_key out;                 /* what packets leave with */
	bool has_via;                        /* neither via nor mac: the routes say */
	uint8_t via_family;                  /* FLOW_IPV4 or FLOW_IPV6 */
	__be32 via[4];
	char device[INTERFACE_NAME_SIZE]; /* "": the route to `via` tells; given only with via or mac */
	bool has_mac;                     /* needs a device */
	uint8_t mac[6];
	bool has_vlan; /* else the tags of the device; given only with via or mac */
	uint16_t vlan[2];
	bool peer;     /* needs a device, a veth: into the network namespace behind it */
	bool keep_ttl; /* TTL or hop limit stay */
	bool both;     /* flow_rule_reverse() of it is wanted too */
};

/* Understands the whole of a text, and leaves *ret_x alone unless it does. -EINVAL with what is wrong
 * told, without the text itself where that is not to the point: callers say whose it is. A rule is
 * one that flow_rule_check() has no objections to; a key by itself may be any. */
int flow_key_parse(const char *text, struct flow_key *ret_key, struct problem *problem);
int flow_rule_parse(const char *text, struct flow_rule *ret_rule, struct problem *problem);
/* IN and OUT by themselves; `both` is false. */
int flow_rule_parse_sides(const char *in, const char *out, struct flow_rule *ret_rule,
			  struct problem *problem);
/* IN alone, for what is no rule: all that belongs to OUT is zeros, nothing is checked. */
int flow_rule_parse_in(const char *in, struct flow_rule *ret_rule, struct problem *problem);

/* These print and return ret_text. */
const char *flow_key_text(const struct flow_key *key, char ret_text[FLOW_KEY_TEXT_SIZE]);
const char *flow_rule_in_text(const struct flow_rule *rule, char ret_text[FLOW_IN_TEXT_SIZE]);
const char *flow_rule_out_text(const struct flow_rule *rule, char ret_text[FLOW_OUT_TEXT_SIZE]);
const char *flow_rule_text(const struct flow_rule *rule, char ret_text[FLOW_RULE_TEXT_SIZE]);
/* "10.9.0.1:4000 > 10.9.0.2:53", of a key without its protocol. */
const char *flow_tuple_text(const struct flow_key *key, char ret_text[FLOW_KEY_TEXT_SIZE]);

/* 0, or -EINVAL with the reason told: port 0; an address that is multicast, broadcast or unspecified;
 * source and destination the same; two families; a nat that changes nothing or turns packets round;
 * dev or vlan without via or mac; mac without dev; via and mac; link-local via without dev. */
int flow_rule_check(const struct flow_rule *rule, struct problem *problem);

/* Source and destination changed over. */
struct flow_key flow_key_reverse(const struct flow_key *key);
/* The answers to a rule's packets: what it leaves with, the other way round, becomes its key, the
 * other way round. From any device with any tags, as the routes say; `both` is false. */
struct flow_rule flow_rule_reverse(const struct flow_rule *rule);

#endif
