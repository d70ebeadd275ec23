/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of flow tables (abi/flow.h), as far as they follow from what packets leave with. */
#ifndef ECBPF_FLOW_VALUE_H
#define ECBPF_FLOW_VALUE_H

#include "abi/flow.h"
#include "flow_rule.h"

/* Packets that arrive with `key` leave with `out`, of the same family and protocol: FLOW_NAT if these
 * differ, the new tuple, what it does to checksums. All else is zeros. */
void flow_value_fill(struct flow_value *ret_value, const struct flow_key *key,
		     const struct flow_key *out);
/* The same for a rule, and FLOW_ROUTED, FLOW_ANY_TAGS and in_vlan as it says. */
void flow_value_of_rule(struct flow_value *ret_value, const struct flow_rule *rule);

/* What packets of a flow leave with. */
struct flow_key flow_value_out(const struct flow_key *key, const struct flow_value *value);
/* Prints "l2", or the new tuple, and returns ret_text. */
const char *flow_out_text(const struct flow_key *key, const struct flow_value *value,
			  char ret_text[FLOW_OUT_TEXT_SIZE]);

#endif
