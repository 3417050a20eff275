# heddle_cuda: devices, streams and memory, with the host device always and the CUDA runtime when a toolkit is found.
# Plain C++20, no Node.

set(HEDDLE_CUDART OFF)
if(HEDDLE_CUDA STREQUAL "ON" OR HEDDLE_CUDA STREQUAL "AUTO")
  find_package(CUDAToolkit QUIET)
  if(CUDAToolkit_FOUND AND CUDAToolkit_NVCC_EXECUTABLE AND TARGET CUDA::cudart_static)
    set(HEDDLE_CUDART ON)
  elseif(HEDDLE_CUDA STREQUAL "ON")
    message(FATAL_ERROR
      "HEDDLE_CUDA=ON, but no CUDA toolkit with nvcc and libcudart_static.a was found. "
      "Set CUDAToolkit_ROOT or CUDACXX, or use HEDDLE_CUDA=OFF for the host device alone.")
  endif()
elseif(NOT HEDDLE_CUDA STREQUAL "OFF")
  message(FATAL_ERROR "HEDDLE_CUDA is '${HEDDLE_CUDA}'; use AUTO, ON or OFF")
endif()

if(HEDDLE_CUDART)
  message(STATUS "heddle: CUDA runtime ${CUDAToolkit_VERSION}, linked statically")
else()
  message(STATUS "heddle: no CUDA toolkit, building the host device alone")
endif()

file(GLOB_RECURSE HEDDLE_CUDA_SOURCES CONFIGURE_DEPENDS cuda/*.cpp)
list(FILTER HEDDLE_CUDA_SOURCES EXCLUDE REGEX "/cuda/cudart/")
if(NOT HEDDLE_CUDA_SOURCES)
  message(STATUS "heddle: nothing to compile under cuda/")
  return()
endif()

add_library(heddle_cuda STATIC ${HEDDLE_CUDA_SOURCES})
target_link_libraries(heddle_cuda PUBLIC heddle_native PRIVATE heddle_options)
heddle_precompile(heddle_cuda)

if(HEDDLE_CUDART)
  include(Kernels)
  file(GLOB HEDDLE_CUDART_SOURCES CONFIGURE_DEPENDS cuda/cudart/*.cpp)
  target_sources(heddle_cuda PRIVATE ${HEDDLE_CUDART_SOURCES})
  target_compile_definitions(heddle_cuda PUBLIC HEDDLE_WITH_CUDART=1)
  target_include_directories(heddle_cuda SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  target_link_libraries(heddle_cuda PRIVATE CUDA::cudart_static)
  heddle_embed_kernels(heddle_cuda)
endif()
