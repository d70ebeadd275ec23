/* SPDX-License-Identifier: GPL-2.0-only */
/* What single drivers ask for before they run a native XDP program, and answer with a bare -EINVAL or -EOPNOTSUPP if
 * they do not get it. From their sources; of most drivers there is nothing to say. */
#ifndef ECBPF_DRIVER_RULES_H
#define ECBPF_DRIVER_RULES_H

#include <stdbool.h>
#include <stdint.h>

struct driver_rules {
	const char *driver;
	bool refuses_lro;
	bool refuses_gro_hw;
	bool refuses_fixed_gro_hw; /* that it cannot turn off by itself */
	bool half_of_channels;     /* at most half of the combined channels may be in use */
	bool combined_channels;    /* and no others */
	bool any_mtu;              /* long frames go another way, to the same program */
	bool whole_buffer;         /* takes all that one buffer holds */
	uint32_t mtu;              /* without frames in several buffers; 0: what one buffer holds */
};

/* By the name that `ethtool -i` shows; never NULL. */
const struct driver_rules *driver_rules_of(const char *driver);

#endif
