# Each test/fuzz/<name>.cpp is one libFuzzer program.

if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "HEDDLE_FUZZ=ON needs clang (libFuzzer)")
endif()

file(GLOB HEDDLE_FUZZ_SOURCES CONFIGURE_DEPENDS test/fuzz/*.cpp)
foreach(source IN LISTS HEDDLE_FUZZ_SOURCES)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(${name} "${source}")
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${name} PRIVATE heddle_cuda heddle_options)
endforeach()
