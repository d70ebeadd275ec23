# SPDX-License-Identifier: GPL-2.0-only
ecbpf_component(NAME tc_offload LIBRARIES PkgConfig::LIBMNL)
