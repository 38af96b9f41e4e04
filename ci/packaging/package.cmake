# The Debian package that `cpack` makes.
set(LEAKGATE_MAINTAINER "The leakgate authors <leakgate@leakgate.invalid>" CACHE STRING
    "Maintainer of the Debian package, as NAME <ADDRESS>")
set(LEAKGATE_HOMEPAGE "" CACHE STRING "Where leakgate is published; empty: the package does not say")

# The same commit gives the same package: its date is that of the commit.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 --format=%ct
        OUTPUT_VARIABLE commit_time OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(commit_time)
        set(ENV{SOURCE_DATE_EPOCH} ${commit_time})
    endif()
endif()
string(TIMESTAMP changelog_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(ci/packaging/changelog.in ${package_directory}/changelog @ONLY)
compressed(${package_directory}/changelog ${package_directory}/changelog.gz)

# The licence's text, as a field of Debian's copyright format: each line after a blank, empty ones
# as a dot.
file(READ LICENSE licence)
string(REGEX REPLACE "^.*\n(Permission is hereby)" "\\1" licence "${licence}")
string(STRIP "${licence}" licence)
string(REPLACE "\n\n" "\n.\n" licence "${licence}")
string(REPLACE "\n" "\n " copyright_licence " ${licence}")
set(copyright_source "")
if(LEAKGATE_HOMEPAGE)
    set(copyright_source "Source: ${LEAKGATE_HOMEPAGE}\n")
endif()
configure_file(ci/packaging/copyright.in ${package_directory}/copyright @ONLY)

add_custom_target(leakgate_changelog ALL DEPENDS ${package_directory}/changelog.gz)
install(FILES ${package_directory}/copyright ${package_directory}/changelog.gz
        DESTINATION ${CMAKE_INSTALL_DOCDIR})

execute_process(COMMAND dpkg --print-architecture OUTPUT_VARIABLE architecture
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT architecture)
    set(architecture ${CMAKE_SYSTEM_PROCESSOR})
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME leakgate)
set(CPACK_PACKAGE_VENDOR "The leakgate authors")
set(CPACK_PACKAGE_CONTACT "${LEAKGATE_MAINTAINER}")
set(CPACK_PACKAGE_HOMEPAGE_URL "${LEAKGATE_HOMEPAGE}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "leak regression gate for terminal programs")
set(CPACK_PACKAGE_DESCRIPTION
"leakgate starts a Go program in a pseudo-terminal, drives it through
scenarios written in YAML again and again, samples it by /proc and
net/http/pprof while it goes, and fails the build when its file
descriptors, goroutines or heap grow by more than the stored baseline
allows. It says what grew, by how much per iteration, what holds it, and
at which step.
.
Scenarios, target files and baselines for Sidecar are in
/usr/share/leakgate.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# Worlds have git projects and tmux servers; profiles and recordings are looked at by the others.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "git, tmux")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "asciinema, golang-go")
include(CPack)
