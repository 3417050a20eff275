# heddle_native_test and heddle_cuda_test: one doctest executable for each library; heddle_traced_test: for native/ built
# with task traces.

find_path(HEDDLE_DOCTEST_INCLUDE doctest/doctest.h)
if(NOT HEDDLE_DOCTEST_INCLUDE)
  message(FATAL_ERROR "HEDDLE_TESTS=ON needs doctest (Debian and Ubuntu: apt-get install doctest-dev)")
endif()

set(HEDDLE_TRACED_SOURCES ${HEDDLE_NATIVE_SOURCES})
list(FILTER HEDDLE_TRACED_SOURCES EXCLUDE REGEX "/native/(bridge|http)/")
add_library(heddle_traced STATIC ${HEDDLE_TRACED_SOURCES})
target_include_directories(heddle_traced PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
target_compile_definitions(heddle_traced PUBLIC HEDDLE_TASK_TRACES=1)
target_compile_options(heddle_traced PUBLIC -O1 -g)  # the gdb script reads the registry by its types
target_link_libraries(heddle_traced PUBLIC heddle::liburing Threads::Threads PRIVATE heddle_options)
heddle_precompile(heddle_traced)

foreach(part native traced cuda)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS test/${part}/*.cpp)
  if(sources AND TARGET heddle_${part})
    set(target heddle_${part}_test)
    add_executable(${target} ${sources})
    target_include_directories(${target} SYSTEM PRIVATE "${HEDDLE_DOCTEST_INCLUDE}")
    target_link_libraries(${target} PRIVATE heddle_${part} heddle_options)
    heddle_precompile(${target} doctest/doctest.h)
    # Nearly half of a build's time goes into tests.
    target_compile_definitions(${target} PRIVATE DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O2>)
    set_source_files_properties(test/${part}/main.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    add_test(NAME ${target} COMMAND ${target})
  endif()
endforeach()

# Not by __FILE__, which compiler caches rewrite.
set_source_files_properties(test/traced/gdb.cpp PROPERTIES
  COMPILE_DEFINITIONS "HEDDLE_ROOT=\"${CMAKE_CURRENT_SOURCE_DIR}\"")

# test/cuda/kernels/<name>.cu, which tests load on a GPU.
if(HEDDLE_CUDART)
  file(GLOB HEDDLE_TEST_KERNELS CONFIGURE_DEPENDS test/cuda/kernels/*.cu)
  foreach(source IN LISTS HEDDLE_TEST_KERNELS)
    get_filename_component(name "${source}" NAME_WE)
    set(fatbin "${CMAKE_CURRENT_BINARY_DIR}/test-kernels/${name}.fatbin")
    heddle_fatbin("${source}" "${fatbin}")
    list(APPEND HEDDLE_TEST_FATBINS "${fatbin}")
  endforeach()
  add_custom_target(heddle_test_kernels ALL DEPENDS ${HEDDLE_TEST_FATBINS})
endif()
