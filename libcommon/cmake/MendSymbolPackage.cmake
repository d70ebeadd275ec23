# SPDX-License-Identifier: GPL-2.0-only
# Run by CPack when the packages are made. Its package of debug symbols lists paths of the build directory in md5sums
# and has no documentation: made anew, as debhelper would make it.

foreach(package IN LISTS CPACK_PACKAGE_FILES)
	if(NOT package MATCHES "/([^/_]+)-dbgsym_[^/]*\\.ddeb$")
		continue()
	endif()
	set(of ${CMAKE_MATCH_1})
	set(root ${CPACK_TEMPORARY_DIRECTORY}/mended)
	file(REMOVE_RECURSE ${root})
	execute_process(COMMAND dpkg-deb --raw-extract ${package} ${root} COMMAND_ERROR_IS_FATAL ANY)
	file(GLOB_RECURSE symbols LIST_DIRECTORIES NO RELATIVE ${root} ${root}/usr/*)
	list(SORT symbols)
	set(sums "")
	foreach(file IN LISTS symbols)
		file(CHMOD ${root}/${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
		file(MD5 ${root}/${file} sum)
		string(APPEND sums "${sum}  ${file}\n")
	endforeach()
	file(WRITE ${root}/DEBIAN/md5sums "${sums}")
	file(MAKE_DIRECTORY ${root}/usr/share/doc)
	file(CREATE_LINK ${of} ${root}/usr/share/doc/${of}-dbgsym SYMBOLIC)
	execute_process(COMMAND dpkg-deb --root-owner-group --build ${root} ${package} OUTPUT_QUIET
		COMMAND_ERROR_IS_FATAL ANY)
endforeach()
