// SPDX-License-Identifier: GPL-2.0-only
#include "driver_rules.h"

#include <stddef.h>
#include <string.h>

static const struct driver_rules rules[] = {
	{ .driver = "bnxt_en", .combined_channels = true, .whole_buffer = true },
	{ .driver = "ena", .half_of_channels = true, .mtu = 3498, .whole_buffer = true },
	{ .driver = "gve", .refuses_lro = true, .refuses_gro_hw = true },
	{ .driver = "igc", .mtu = 1500 },
	{ .driver = "ixgbe", .refuses_lro = true },
	{ .driver = "mlx5_core", .refuses_lro = true },
	{ .driver = "st_gmac", .mtu = 1500 },
	{ .driver = "tun", .any_mtu = true },
	{ .driver = "veth", .whole_buffer = true },
	{ .driver = "virtio_net", .refuses_fixed_gro_hw = true, .whole_buffer = true },
};

const struct driver_rules *driver_rules_of(const char *driver)
{
	static const struct driver_rules none = { .driver = "" };

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		if (!strcmp(rules[i].driver, driver))
			return &rules[i];
	}
	return &none;
}
