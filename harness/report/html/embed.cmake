# Makes C of the page's template, with its style and script in it and their hashes in its content
# policy (base64 of SHA-256, as CSP wants them). Called at build time:
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

file(READ "${FOLDER}/report.html" page)
foreach(part css js)
    file(READ "${FOLDER}/report.${part}" text)
    file(SHA256 "${FOLDER}/report.${part}" hash)
    base64_of("${hash}" base64)
    string(REPLACE "@hash_of_${part}@" "sha256-${base64}" page "${page}")
    string(REPLACE "@${part}@" "${text}" page "${page}")
endforeach()
string(HEX "${page}" hex)
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE "${OUTPUT}" "/* Made by embed.cmake of report.html, report.css and report.js. */\n"
     "#include \"report/html.h\"\n\nconst unsigned char html_template[] = {\n${bytes}\n0x00};\n")
