# The targets of the presets coverage and analyze (CONTRIBUTING.md, "Checks by hand").

if(LEAKGATE_COVERAGE)
    find_program(GCOVR gcovr REQUIRED)
    add_custom_target(coverage
        # Counts of former sources and runs would be added. What failed is printed, and counts as well.
        COMMAND find . -name *.gcda -delete
        COMMAND sh -c "'${CMAKE_CTEST_COMMAND}' --output-on-failure -j2 -R '^unit/' || true"
        COMMAND ${GCOVR} --root ${CMAKE_SOURCE_DIR} --filter ${CMAKE_SOURCE_DIR}/harness/
                --html-details coverage.html --txt coverage.txt --print-summary .
        COMMAND ${CMAKE_COMMAND} -E echo "line by line: ${CMAKE_BINARY_DIR}/coverage.html"
        WORKING_DIRECTORY ${CMAKE_BINARY_DIR} VERBATIM)
    add_dependencies(coverage unit_tests)
endif()

if(LEAKGATE_ANALYZE)
    # It does not see that the hash holds what is added to it.
    set_source_files_properties(harness/pictures/frames.c PROPERTIES COMPILE_OPTIONS
                                -Wno-analyzer-malloc-leak)
    find_program(CLANG_TIDY NAMES clang-tidy-14 clang-tidy REQUIRED)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/harness/*.c
         ${CMAKE_SOURCE_DIR}/harness/*/*.c)
    # Not by compile_commands.json, which has options that clang does not know. A run for each file: in one
    # for all, the analyzer of this release takes what it learned of one for the next.
    set(tidied)
    foreach(source ${sources})
        file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${source})
        string(REPLACE / _ name ${name})
        add_custom_command(OUTPUT tidy/${name}
            COMMAND ${CLANG_TIDY} --quiet ${source} -- -std=gnu17 -D_GNU_SOURCE
                    -DLEAKGATE_VERSION="${PROJECT_VERSION}" -I${CMAKE_SOURCE_DIR}/harness
                    -I${NANOPB_INCLUDE}
            COMMAND ${CMAKE_COMMAND} -E touch tidy/${name}
            DEPENDS ${source} ${CMAKE_SOURCE_DIR}/.clang-tidy VERBATIM)
        list(APPEND tidied tidy/${name})
    endforeach()
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/tidy)
    add_custom_target(tidy DEPENDS ${tidied})
endif()
