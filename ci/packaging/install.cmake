# What `cmake --install` puts where: the program, its manual page and completions, and in
# share/leakgate the scenarios, target files and baselines of the repository.
include(GNUInstallDirs)

set(package_directory ${CMAKE_BINARY_DIR}/package)
file(MAKE_DIRECTORY ${package_directory})
find_program(GZIP gzip REQUIRED)

# Without name and time in it: the same page gives the same bytes.
function(compressed source target)
    add_custom_command(OUTPUT ${target}
        COMMAND sh -c "'${GZIP}' -9 -n < '${source}' > '${target}'"
        DEPENDS ${source} VERBATIM)
endfunction()

set(completions)
foreach(shell bash zsh fish)
    set(completion ${package_directory}/completion.${shell})
    add_custom_command(OUTPUT ${completion}
        COMMAND sh -c "'$<TARGET_FILE:leakgate>' completion ${shell} > '${completion}'"
        DEPENDS leakgate VERBATIM)
    list(APPEND completions ${completion})
endforeach()
compressed(${CMAKE_SOURCE_DIR}/docs/leakgate.1 ${package_directory}/leakgate.1.gz)
add_custom_target(leakgate_extras ALL DEPENDS ${completions} ${package_directory}/leakgate.1.gz)

install(TARGETS leakgate RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${package_directory}/leakgate.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${package_directory}/completion.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME leakgate)
install(FILES ${package_directory}/completion.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d RENAME leakgate.fish)
# Debian's zsh looks for what packages bring in a folder of its own; elsewhere, /usr/local included,
# zsh has the one that it is built with.
install(CODE "
    if(CMAKE_INSTALL_PREFIX MATCHES \"(^|/)usr\$\")
        set(zsh_folder vendor-completions)
    else()
        set(zsh_folder site-functions)
    endif()
    file(INSTALL \"${package_directory}/completion.zsh\" RENAME _leakgate
         DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh/\${zsh_folder}\")
")
install(DIRECTORY scenarios baselines DESTINATION ${CMAKE_INSTALL_DATADIR}/leakgate)
# For repositories that have no checkout of this one.
if(EXISTS ${CMAKE_SOURCE_DIR}/ci/pre-push)
    install(PROGRAMS ci/pre-push DESTINATION ${CMAKE_INSTALL_DATADIR}/leakgate/ci)
endif()
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(LEAKGATE_STATIC)
    install(FILES build/curl/licences DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md"
        PATTERN images EXCLUDE)
