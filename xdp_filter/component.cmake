# SPDX-License-Identifier: GPL-2.0-only
ecbpf_component(NAME xdp_filter SLOT 2 LIBRARIES PkgConfig::LIBMNL
	SUMMARY "drop packets by source, fragments and malformed ones, in XDP")
ecbpf_attach_unit(NAME ecbpf-filter TOOL xdp_filter DESCRIPTION "ecbpf: packet filter" RELOAD
	BINDS_TO ecbpf-root WANTS ecbpf-filter-daemon.service INSTANCE_WANTS ecbpf-filter-daemon@%i.service)
ecbpf_daemon_unit(NAME ecbpf-filter-daemon TOOL xdp_filter DESCRIPTION "ecbpf: local addresses for the filter"
	BINDS_TO ecbpf-filter COMMAND "--watch --attached" INSTANCE_COMMAND "--watch --interface %I"
	CAPABILITIES CAP_BPF FAMILIES AF_UNIX AF_NETLINK)
