// SPDX-License-Identifier: GPL-2.0-only
#include "flow_rule.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static const struct in6_addr *as_ipv6(const __be32 *address)
{
	return (const struct in6_addr *)address;
}

/* What keeps an address from being one host's, or NULL. */
static const char *address_fault(const __be32 *address, uint8_t family)
{
	if (family == FLOW_IPV6) {
		if (IN6_IS_ADDR_UNSPECIFIED(as_ipv6(address)))
			return "the unspecified address";
		return IN6_IS_ADDR_MULTICAST(as_ipv6(address)) ? "a multicast address" : NULL;
	}
	if (address[0] == htonl(INADDR_ANY))
		return "the unspecified address";
	if (address[0] == htonl(INADDR_BROADCAST))
		return "the broadcast address";
	return IN_MULTICAST(ntohl(address[0])) ? "a multicast address" : NULL;
}

static int check_address(const __be32 *address, uint8_t family, const char *use,
			 struct problem *problem)
{
	const char *fault = address_fault(address, family);
	char text[INET6_ADDRSTRLEN] = "?";

	if (!fault)
		return 0;
	inet_ntop(family == FLOW_IPV6 ? AF_INET6 : AF_INET, address, text, sizeof(text));
	return problem_set(problem, -EINVAL, "%s is %s: give the %s address of one host", text,
			   fault, use);
}

static bool keys_equal(const struct flow_key *a, const struct flow_key *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int check_tuple(const struct flow_key *key, struct problem *problem)
{
	struct flow_key reverse = flow_key_reverse(key);
	int err = check_address(key->source, key->family, "source", problem);

	if (!err)
		err = check_address(key->destination, key->family, "destination", problem);
	if (err)
		return err;
	if (!key->source_port || !key->destination_port)
		return problem_set(problem, -EINVAL,
				   "%s port 0: packets with it belong to no flow, give 1 to 65535",
				   key->source_port ? "destination" : "source");
	if (keys_equal(key, &reverse))
		return problem_set(problem, -EINVAL, "source and destination are the same");
	return 0;
}

static int check_nat(const struct flow_rule *rule, struct problem *problem)
{
	struct flow_key reverse = flow_key_reverse(&rule->key);

	if (rule->key.family != rule->out.family)
		return problem_set(problem, -EINVAL,
				   "a flow stays IPv4 or IPv6: one cannot become the other");
	if (keys_equal(&rule->key, &rule->out))
		return problem_set(problem, -EINVAL,
				   "packets would leave as they came: write l2 to forward them "
				   "without rewriting");
	if (keys_equal(&reverse, &rule->out))
		return problem_set(problem, -EINVAL,
				   "source and destination are only changed over: the packets would "
				   "go back to who sent them");
	return check_tuple(&rule->out, problem);
}

static int check_via(const struct flow_rule *rule, struct problem *problem)
{
	if (rule->has_mac)
		return problem_set(problem, -EINVAL,
				   "via and mac both name the next hop: give one of them");
	if (rule->key.family == FLOW_IPV6 && rule->via_family != FLOW_IPV6)
		return problem_set(problem, -EINVAL,
				   "an IPv6 flow via an IPv4 address: give an IPv6 one");
	if (rule->via_family == FLOW_IPV6 && IN6_IS_ADDR_LINKLOCAL(as_ipv6(rule->via)) &&
	    !rule->device[0])
		return problem_set(problem, -EINVAL,
				   "via a link-local address: say on which device with dev");
	return check_address(rule->via, rule->via_family, "via", problem);
}

static int check_mac(const struct flow_rule *rule, struct problem *problem)
{
	static const uint8_t none[sizeof(rule->mac)];

	if (!rule->device[0])
		return problem_set(problem, -EINVAL, "mac without dev: say which device sends");
	if ((rule->mac[0] & 1) || !memcmp(rule->mac, none, sizeof(none)))
		return problem_set(problem, -EINVAL, "the mac is that of no single host");
	return 0;
}

int flow_rule_check(const struct flow_rule *rule, struct problem *problem)
{
	int err = check_tuple(&rule->key, problem);

	if (!err && rule->nat)
		err = check_nat(rule, problem);
	if (err)
		return err;
	if (rule->peer && !rule->device[0])
		return problem_set(problem, -EINVAL,
				   "peer without dev: say which veth leads to the other network "
				   "namespace");
	if (rule->has_via)
		return check_via(rule, problem);
	if (rule->has_mac)
		return check_mac(rule, problem);
	if (rule->device[0] || rule->has_vlan)
		return problem_set(problem, -EINVAL,
				   "%s without via or mac: name the next hop, or leave it to the "
				   "routes altogether",
				   rule->device[0] ? "dev" : "vlan");
	return 0;
}

struct flow_key flow_key_reverse(const struct flow_key *key)
{
	struct flow_key reverse = *key;

	memcpy(reverse.source, key->destination, sizeof(reverse.source));
	memcpy(reverse.destination, key->source, sizeof(reverse.destination));
	reverse.source_port = key->destination_port;
	reverse.destination_port = key->source_port;
	return reverse;
}

struct flow_rule flow_rule_reverse(const struct flow_rule *rule)
{
	struct flow_rule reverse;

	/* All of it, padding as well: rules may be compared as memory. */
	memset(&reverse, 0, sizeof(reverse));
	reverse.key = flow_key_reverse(&rule->out);
	reverse.out = flow_key_reverse(&rule->key);
	reverse.nat = rule->nat;
	reverse.in_any_tags = true;
	reverse.keep_ttl = rule->keep_ttl;
	return reverse;
}
