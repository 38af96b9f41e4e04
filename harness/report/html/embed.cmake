# Makes C of the page's style and script, with the hashes that its content policy names (base64 of
# SHA-256, as CSP wants them). Called at build time:
#   cmake -D FOLDER=... -D OUTPUT=... -P embed.cmake
cmake_minimum_required(VERSION 3.25)

set(base64_digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

# The base64 text of bytes given in hexadecimal.
function(base64_of hex result)
    set(text "")
    string(LENGTH "${hex}" length)
    set(at 0)
    while(at LESS length)
        string(SUBSTRING "${hex}" ${at} 6 group)
        string(LENGTH "${group}" digits)
        string(SUBSTRING "${group}0000" 0 6 filled)
        math(EXPR number "0x${filled}")
        foreach(shift 18 12 6 0)
            math(EXPR digit "(${number} >> ${shift}) & 63")
            string(SUBSTRING "${base64_digits}" ${digit} 1 character)
            string(APPEND text "${character}")
        endforeach()
        # What stands for bytes that are not there is "=".
        if(digits LESS 6)
            string(LENGTH "${text}" written)
            math(EXPR kept "${written} - (6 - ${digits}) / 2")
            string(SUBSTRING "${text}" 0 ${kept} text)
            math(EXPR missing "(6 - ${digits}) / 2")
            string(SUBSTRING "==" 0 ${missing} padding)
            string(APPEND text "${padding}")
        endif()
        math(EXPR at "${at} + 6")
    endwhile()
    set(${result} "${text}" PARENT_SCOPE)
endfunction()

function(embed file name)
    file(READ "${FOLDER}/${file}" hex HEX)
    file(SHA256 "${FOLDER}/${file}" hash)
    base64_of("${hash}" base64)
    string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND code "const unsigned char html_${name}[] = {\n${bytes}\n0x00};\n"
                       "const char html_${name}_hash[] = \"sha256-${base64}\";\n")
    set(code "${code}" PARENT_SCOPE)
endfunction()

set(code "/* Made by embed.cmake from report.css and report.js. */\n#include \"report/html_page.h\"\n\n")
embed(report.css style)
embed(report.js script)
file(WRITE "${OUTPUT}" "${code}")
