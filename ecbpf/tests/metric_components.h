/* SPDX-License-Identifier: GPL-2.0-only */
/* Components of which only the metrics are real. A test puts those it wants into `components` of its own. */
#ifndef ECBPF_TESTS_METRIC_COMPONENTS_H
#define ECBPF_TESTS_METRIC_COMPONENTS_H

#include "component.h"

extern const struct component metric_component_well; /* 5 packets at eth0 */
extern const struct component metric_component_sick; /* 7 packets at eth1, and its state is sick */
extern const struct component metric_component_away; /* not attached: no packets */
extern const struct component metric_component_broken; /* cannot be read: -EIO "pins are gone" */
extern const struct component metric_component_half;   /* -EIO "map is gone" behind 9 packets */
extern const struct component metric_component_wrong;  /* 5 packets at eth0, twice */
extern const struct component metric_component_many;   /* 100 samples of ecbpf_many_packets */

/* Gauge ecbpf_test_right_kept: 1 if this process has CAP_SYS_ADMIN; and all of the first. */
extern const struct component metric_component_rights;

#endif
