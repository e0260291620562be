# portique_module(): one folder under src/portique is one static library, its unit tests, its
# fuzz targets and its link test.
#
#   portique_module(NAME
#     SOURCES  a.cc b.cc            # what the library is made of
#     DEPENDS  base model           # modules it may include (the floor table allows them)
#     LINK     PkgConfig::ZSTD      # outside libraries
#     TESTS    a_test.cc            # one gtest program, portique_NAME_test
#     FUZZ     b_fuzz.cc)           # one program each; seeds in testdata/fuzz/b/ are replayed by ctest
include(GoogleTest)

add_library(portique_warnings INTERFACE)
target_compile_options(portique_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror
  -Wno-missing-field-initializers) # designated initialisers leave out what keeps its default
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlaps in std::string concatenation that cannot be (GCC bug 105651).
  target_compile_options(portique_warnings INTERFACE -Wno-restrict)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's own stable_sort calls what C++17 deprecated.
  target_compile_options(portique_warnings INTERFACE -Wno-deprecated-declarations)
endif()

add_library(portique_sanitizers INTERFACE)
if(PORTIQUE_SANITIZE)
  target_compile_options(portique_sanitizers INTERFACE
    -fsanitize=${PORTIQUE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(portique_sanitizers INTERFACE -fsanitize=${PORTIQUE_SANITIZE})
endif()
if(PORTIQUE_FUZZ)
  target_compile_options(portique_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Time spent on optimising tests is longer than the time it saves when they run.
add_library(portique_test_settings INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(portique_test_settings INTERFACE -O0)
endif()

# Settings of every target of ours.
function(portique_target target)
  target_link_libraries(${target} PRIVATE portique_warnings portique_sanitizers)
endfunction()

# Settings of every test program.
function(portique_test_target target)
  portique_target(${target})
  target_link_libraries(${target} PRIVATE
    portique_test_support portique_test_settings GTest::gmock GTest::gtest GTest::gtest_main)
endfunction()

function(portique_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK;TESTS;FUZZ" ${ARGN})
  set(library portique_${name})
  add_library(${library} STATIC ${ARG_SOURCES})
  add_library(portique::${name} ALIAS ${library})
  target_include_directories(${library} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  portique_target(${library})
  set(modules ${ARG_DEPENDS})
  list(TRANSFORM modules PREPEND portique::)
  target_link_libraries(${library} PUBLIC ${modules} ${ARG_LINK})

  # The whole archive, its declared dependencies and an empty main: an undeclared upward call fails.
  set(link_test ${library}_linktest)
  add_executable(${link_test} "${PROJECT_SOURCE_DIR}/cmake/empty_main.cc")
  portique_target(${link_test})
  target_link_libraries(${link_test} PRIVATE
    "$<LINK_LIBRARY:WHOLE_ARCHIVE,${library}>" ${modules} ${ARG_LINK})
  add_test(NAME link.${name} COMMAND ${link_test})

  if(ARG_TESTS)
    set(test_program ${library}_test)
    add_executable(${test_program} ${ARG_TESTS})
    portique_test_target(${test_program})
    target_link_libraries(${test_program} PRIVATE ${library})
    set_source_files_properties(${ARG_TESTS} PROPERTIES COMPILE_DEFINITIONS
      PORTIQUE_TESTDATA="${CMAKE_CURRENT_SOURCE_DIR}/testdata")
    gtest_discover_tests(${test_program} TEST_PREFIX ${name}. PROPERTIES TIMEOUT 300)
  endif()
  portique_fuzz_programs(${name} ${ARG_FUZZ})
endfunction()

# A folder below a module's own: more of the same library and of the same test program.
#
#   portique_part(MODULE SOURCES ... TESTS ... FUZZ ...)
function(portique_part module)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;FUZZ" ${ARGN})
  foreach(list SOURCES TESTS)
    list(TRANSFORM ARG_${list} PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  endforeach()
  target_sources(portique_${module} PRIVATE ${ARG_SOURCES})
  target_sources(portique_${module}_test PRIVATE ${ARG_TESTS})
  set_source_files_properties(${ARG_TESTS} TARGET_DIRECTORY portique_${module}_test
    PROPERTIES COMPILE_DEFINITIONS PORTIQUE_TESTDATA="${CMAKE_CURRENT_SOURCE_DIR}/testdata")
  portique_fuzz_programs(${module} ${ARG_FUZZ})
endfunction()

if(NOT PORTIQUE_FUZZ)
  add_library(portique_fuzz_replay OBJECT "${PROJECT_SOURCE_DIR}/cmake/fuzz_replay_main.cc")
  portique_target(portique_fuzz_replay)
endif()

# One program for each fuzz target of a module that lies in the present folder.
function(portique_fuzz_programs module)
  foreach(source ${ARGN})
    string(REGEX REPLACE "_fuzz\\.cc$" "" unit ${source})
    set(fuzz_program ${module}_${unit}_fuzz)
    add_executable(${fuzz_program} ${source})
    portique_target(${fuzz_program})
    target_link_libraries(${fuzz_program} PRIVATE portique_${module})
    set(seeds "${CMAKE_CURRENT_SOURCE_DIR}/testdata/fuzz/${unit}")
    if(PORTIQUE_FUZZ)
      target_link_options(${fuzz_program} PRIVATE -fsanitize=fuzzer)
      set_property(GLOBAL APPEND PROPERTY PORTIQUE_FUZZ_PROGRAMS "${fuzz_program}=${seeds}")
    else()
      # Without libFuzzer the same target replays its seeds, so that it cannot rot.
      target_link_libraries(${fuzz_program} PRIVATE portique_fuzz_replay)
      add_test(NAME fuzz-seeds.${module}.${unit} COMMAND ${fuzz_program} "${seeds}")
    endif()
  endforeach()
endfunction()
