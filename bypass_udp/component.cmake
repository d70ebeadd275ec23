# SPDX-License-Identifier: GPL-2.0-only
ecbpf_component(NAME bypass_udp SLOT 7
	LIBRARIES PkgConfig::LIBMNL PkgConfig::LIBNETFILTER_CONNTRACK
	SUMMARY "forward known UDP flows around the kernel's stack")
ecbpf_attach_unit(NAME ecbpf-bypass TOOL bypass_udp DESCRIPTION "ecbpf: bypass for UDP flows" RELOAD
	BINDS_TO ecbpf-root WANTS ecbpf-bypass-daemon.service ecbpf-bypass-stats.service
	INSTANCE_WANTS ecbpf-bypass-daemon.service)
ecbpf_daemon_unit(NAME ecbpf-bypass-daemon TOOL bypass_udp DESCRIPTION "ecbpf: learns and follows UDP flows"
	PART_OF ecbpf-bypass COMMAND "--run" RELOAD CAPABILITIES CAP_BPF CAP_NET_ADMIN)
ecbpf_daemon_unit(NAME ecbpf-bypass-stats TOOL bypass_udp DESCRIPTION "ecbpf: statistics of the bypass"
	PART_OF ecbpf-bypass COMMAND "--stats-configured" CAPABILITIES CAP_BPF
	WRITABLE /sys/fs/bpf -/var/lib/ecbpf)
