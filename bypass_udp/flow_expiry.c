// SPDX-License-Identifier: GPL-2.0-only
#include "flow_expiry.h"

#include "flow_tables.h"

/* The kernel side's clock is a tick old at most; several CPUs may have a tick each. */
#define CLOCK_SLACK UINT64_C(1000000000)

/* It would have set the timer with the last packet, or at most so long before. */
static bool is_timer_set_by_kernel(const struct flow_value *value, uint64_t last,
				   const struct flow_expiry_rules *rules)
{
	return value->confirmed && last <= value->confirmed + rules->timer_each + CLOCK_SLACK;
}

enum flow_expiry flow_expiry_of(const struct flow_value *value, uint64_t since, uint64_t timer_set,
				const struct flow_expiry_rules *rules)
{
	uint64_t last = flow_counts_total(value).last;
	uint64_t used = last > since ? last : since;

	if (value->gone)
		return FLOW_EXPIRY_GONE;
	if (used < rules->now && rules->now - used > rules->idle[value->class % BYPASS_CLASS_COUNT])
		return FLOW_EXPIRY_IDLE;
	if (value->flags & FLOW_CONNTRACK && last > timer_set &&
	    rules->now - timer_set >= rules->timer_each &&
	    !is_timer_set_by_kernel(value, last, rules))
		return FLOW_EXPIRY_TIMER;
	return FLOW_EXPIRY_STAYS;
}
