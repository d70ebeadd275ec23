# SPDX-License-Identifier: GPL-2.0-only
# Tools and libraries, and the compiler flags of the user side (target ecbpf_flags).

find_program(ECBPF_CLANG NAMES clang clang-19 clang-16 clang-15 clang-14 REQUIRED)
find_program(ECBPF_LLVM_STRIP NAMES llvm-strip llvm-strip-19 llvm-strip-16 llvm-strip-14 REQUIRED)
find_program(ECBPF_LLVM_READELF NAMES llvm-readelf llvm-readelf-19 llvm-readelf-16 llvm-readelf-14
	REQUIRED)
find_program(ECBPF_BPFTOOL NAMES bpftool HINTS /usr/sbin /usr/local/sbin REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBBPF REQUIRED IMPORTED_TARGET libbpf>=1.1)
pkg_check_modules(LIBELF REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(JSON_C REQUIRED IMPORTED_TARGET json-c)
pkg_check_modules(LIBSYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(LIBMNL REQUIRED IMPORTED_TARGET libmnl)
pkg_check_modules(LIBNETFILTER_CONNTRACK REQUIRED IMPORTED_TARGET libnetfilter_conntrack)
pkg_check_modules(LIBMICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
if(BUILD_TESTING)
	pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()

# Where <asm/types.h> is depends on the architecture; clang -target bpf does not look there.
find_path(ECBPF_ASM_INCLUDE_DIR asm/types.h PATHS ${CMAKE_C_IMPLICIT_INCLUDE_DIRECTORIES}
	NO_DEFAULT_PATH REQUIRED)

if(ECBPF_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID STREQUAL Clang)
		message(FATAL_ERROR "ECBPF_FUZZ needs clang: cmake -DCMAKE_C_COMPILER=clang …")
	endif()
	set(ECBPF_SANITIZE ON)
endif()

add_library(ecbpf_flags INTERFACE)
target_compile_features(ecbpf_flags INTERFACE c_std_11)
target_compile_definitions(ecbpf_flags INTERFACE _GNU_SOURCE= ECBPF_VERSION="${PROJECT_VERSION}")
target_compile_options(ecbpf_flags INTERFACE -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes
	-Wstrict-prototypes -Wformat=2 -fPIE)
target_link_options(ecbpf_flags INTERFACE -pie -Wl,--as-needed -Wl,-z,relro,-z,now)

if(ECBPF_SANITIZE)
	target_compile_options(ecbpf_flags INTERFACE -fsanitize=address,undefined
		-fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(ecbpf_flags INTERFACE -fsanitize=address,undefined)
	if(ECBPF_FUZZ)
		target_compile_options(ecbpf_flags INTERFACE -fsanitize=fuzzer-no-link)
	endif()
else()
	target_compile_options(ecbpf_flags INTERFACE -fstack-protector-strong
		-fstack-clash-protection
		$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
endif()
