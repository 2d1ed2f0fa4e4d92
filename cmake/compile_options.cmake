# One interface target that every target of ours links: warnings, sanitizers, hardening.
add_library(sockdiag_options INTERFACE)

target_compile_options(sockdiag_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
  -fstack-protector-strong)
if(SOCKDIAG_WERROR)
  target_compile_options(sockdiag_options INTERFACE -Werror)
endif()

# The same source gives the same binary, wherever it lies. Not for gcov, which looks for the files.
target_compile_options(sockdiag_options INTERFACE
  $<$<NOT:$<CONFIG:Debug>>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.>)

if(SOCKDIAG_SANITIZE)
  target_compile_options(sockdiag_options INTERFACE
    -fsanitize=${SOCKDIAG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sockdiag_options INTERFACE -fsanitize=${SOCKDIAG_SANITIZE})
  target_compile_definitions(sockdiag_options INTERFACE _GLIBCXX_ASSERTIONS)
  if(SOCKDIAG_SANITIZE MATCHES undefined)
    # This check looks at memory through a pipe, and so reports errors that are none in the tests that
    # run out of file descriptors.
    target_compile_options(sockdiag_options INTERFACE -fno-sanitize=vptr)
  endif()
else()
  target_compile_definitions(sockdiag_options INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()

if(SOCKDIAG_FUZZ)
  # The fuzzers are led by what they reach in the libraries, so these count it too.
  target_compile_options(sockdiag_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()
target_link_options(sockdiag_options INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)

# sockdiag_library(NAME SOURCES a.cc b.cc DEPENDS ... PRIVATE_DEPENDS ...): one folder, one library.
function(sockdiag_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(sockdiag_${name} STATIC ${ARG_SOURCES})
  target_include_directories(sockdiag_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(sockdiag_${name} PUBLIC ${ARG_DEPENDS}
    PRIVATE ${ARG_PRIVATE_DEPENDS} sockdiag_options)
endfunction()
