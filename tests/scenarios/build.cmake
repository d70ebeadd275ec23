# SPDX-License-Identifier: GPL-2.0-only
# Programs, good and bad, that the scenarios load.
ecbpf_test_objects(tests/scenarios/objects)
