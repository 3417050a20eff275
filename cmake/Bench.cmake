# Each bench/native/<name>.cpp is one program: the raw counterparts that heddle is measured beside. Those that need a
# peer's library are built where it is installed.

find_path(HEDDLE_ASIO_INCLUDE asio.hpp)
find_package(TBB QUIET)

file(GLOB HEDDLE_BENCH_SOURCES CONFIGURE_DEPENDS bench/native/*.cpp)
if(NOT HEDDLE_ASIO_INCLUDE)
  list(FILTER HEDDLE_BENCH_SOURCES EXCLUDE REGEX "_asio\\.cpp$")
endif()
if(NOT TBB_FOUND)
  list(FILTER HEDDLE_BENCH_SOURCES EXCLUDE REGEX "_tbb\\.cpp$")
endif()

foreach(source IN LISTS HEDDLE_BENCH_SOURCES)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(${name} "${source}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/bench")
  target_link_libraries(${name} PRIVATE heddle_native heddle_options)
  if(name MATCHES "_asio$")
    target_include_directories(${name} SYSTEM PRIVATE "${HEDDLE_ASIO_INCLUDE}")
    # Debian's Asio is older than clang's coroutines, and does not look for them there.
    target_compile_definitions(${name} PRIVATE ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
  elseif(name MATCHES "_tbb$")
    target_link_libraries(${name} PRIVATE TBB::tbb)
  endif()
  list(APPEND HEDDLE_BENCH_TARGETS ${name})
endforeach()

# Where there is an nvcc: bench/native/<name>.cu, a program each, and bench/kernels/<name>.cu, which heddle's side loads.
if(HEDDLE_CUDART)
  file(GLOB HEDDLE_CUDA_BENCH_SOURCES CONFIGURE_DEPENDS bench/native/*.cu)
  file(GLOB HEDDLE_CUDA_BENCH_HEADERS CONFIGURE_DEPENDS bench/native/serve.hpp bench/native/*.cuh)
  foreach(source IN LISTS HEDDLE_CUDA_BENCH_SOURCES)
    get_filename_component(name "${source}" NAME_WE)
    set(program "${CMAKE_CURRENT_BINARY_DIR}/bench/${name}")
    add_custom_command(OUTPUT "${program}"
      COMMAND "${CMAKE_COMMAND}" -E make_directory "${CMAKE_CURRENT_BINARY_DIR}/bench"
      COMMAND "${CUDAToolkit_NVCC_EXECUTABLE}" -O3 -std=c++17 -arch=all-major -Wno-deprecated-gpu-targets
              -o "${program}" "${source}"
      DEPENDS "${source}" ${HEDDLE_CUDA_BENCH_HEADERS}
      COMMENT "Compiling ${name}"
      VERBATIM)
    add_custom_target(${name} DEPENDS "${program}")
    list(APPEND HEDDLE_BENCH_TARGETS ${name})
  endforeach()

  file(GLOB HEDDLE_BENCH_KERNELS CONFIGURE_DEPENDS bench/kernels/*.cu)
  file(GLOB HEDDLE_BENCH_KERNEL_HEADERS CONFIGURE_DEPENDS bench/kernels/*.cuh)
  foreach(source IN LISTS HEDDLE_BENCH_KERNELS)
    get_filename_component(name "${source}" NAME_WE)
    set(fatbin "${CMAKE_CURRENT_BINARY_DIR}/bench/kernels/${name}.fatbin")
    heddle_fatbin("${source}" "${fatbin}" ${HEDDLE_BENCH_KERNEL_HEADERS})
    list(APPEND HEDDLE_BENCH_FATBINS "${fatbin}")
  endforeach()
endif()

# In ALL, since what nvcc makes is no target that CMake would build by itself, and the portable archive wants everything.
add_custom_target(heddle_bench ALL DEPENDS ${HEDDLE_BENCH_TARGETS} ${HEDDLE_BENCH_FATBINS})
