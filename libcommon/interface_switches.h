/* SPDX-License-Identifier: GPL-2.0-only */
/* What ethtool(8) shows of an interface. */
#ifndef ECBPF_INTERFACE_SWITCHES_H
#define ECBPF_INTERFACE_SWITCHES_H

#include <stdbool.h>
#include <stdint.h>

/* Of a switch: on, off, or one that the device does not have or does not tell. */
enum fact_switch {
	FACT_UNKNOWN,
	FACT_OFF,
	FACT_ON,
};

#define INTERFACE_DRIVER_SIZE 32

struct interface_switches {
	char driver[INTERFACE_DRIVER_SIZE]; /* ethtool -i; "": not told */
	enum fact_switch lro, gro_hw, rx_vlan, tx_checksum;
	bool gro_hw_fixed; /* cannot be turned off here */
	/* ethtool -l; 0: not told. */
	uint32_t combined, combined_max, rx, tx;
};

/* Never fails: what cannot be read is unknown. */
void interface_switches_read(struct interface_switches *ret_switches, const char *name);

#endif
