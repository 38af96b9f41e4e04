# Makes C of the templates of the completion scripts. Called at build time:
#   cmake -D FOLDER=... -D OUTPUT=... -P embed.cmake
cmake_minimum_required(VERSION 3.25)

set(code "/* Made by embed.cmake. */\n#include \"commands/completion_scripts.h\"\n")
foreach(shell bash zsh fish)
    file(READ "${FOLDER}/template.${shell}" hex HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND code "\nconst char ${shell}_template[] = {\n${bytes}\n0x00};\n")
endforeach()
file(WRITE "${OUTPUT}" "${code}")
