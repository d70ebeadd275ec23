# SPDX-License-Identifier: GPL-2.0-only
ecbpf_component(NAME bypass_udp SLOT 7
	LIBRARIES PkgConfig::LIBMNL PkgConfig::LIBNETFILTER_CONNTRACK)
