# SPDX-License-Identifier: GPL-2.0-only
ecbpf_component(NAME xdp_filter SLOT 2 LIBRARIES PkgConfig::LIBMNL)
