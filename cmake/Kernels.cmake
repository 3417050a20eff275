# Code for every real architecture this nvcc knows, and PTX of the newest for what comes after.
function(heddle_gencode_flags out)
  execute_process(COMMAND "${CUDAToolkit_NVCC_EXECUTABLE}" --list-gpu-code
    OUTPUT_VARIABLE codes RESULT_VARIABLE failed)
  string(REGEX MATCHALL "sm_[0-9]+" codes "${codes}")
  if(failed OR NOT codes)
    message(FATAL_ERROR "${CUDAToolkit_NVCC_EXECUTABLE} --list-gpu-code named no architecture")
  endif()
  list(REMOVE_DUPLICATES codes)
  list(SORT codes COMPARE NATURAL)
  set(flags "")
  foreach(code IN LISTS codes)
    string(REPLACE "sm_" "compute_" arch "${code}")
    list(APPEND flags "-gencode=arch=${arch},code=${code}")
  endforeach()
  list(APPEND flags "-gencode=arch=${arch},code=${arch}")
  set(${out} "${flags}" PARENT_SCOPE)
endfunction()

# A rule that compiles a .cu to a fatbin; what else it depends on follows.
function(heddle_fatbin source fatbin)
  heddle_gencode_flags(gencode)
  get_filename_component(name "${source}" NAME_WE)
  get_filename_component(dir "${fatbin}" DIRECTORY)
  file(MAKE_DIRECTORY "${dir}")
  add_custom_command(OUTPUT "${fatbin}"
    COMMAND "${CUDAToolkit_NVCC_EXECUTABLE}" -fatbin -std=c++17 -O3 --threads 2 -Wno-deprecated-gpu-targets
            "-I${CMAKE_CURRENT_SOURCE_DIR}" ${gencode} -o "${fatbin}" "${source}"
    DEPENDS "${source}" ${ARGN}
    COMMENT "Compiling kernel ${name} to a fatbin"
    VERBATIM)
endfunction()

# Compiles each cuda/kernels/<name>.cu to a fatbin and embeds it between the hidden symbols
# heddle_kernel_<name>_begin and heddle_kernel_<name>_end.
function(heddle_embed_kernels target)
  file(GLOB kernels CONFIGURE_DEPENDS cuda/kernels/*.cu)
  if(NOT kernels)
    return()
  endif()
  file(GLOB_RECURSE kernel_headers CONFIGURE_DEPENDS cuda/kernels/*.cuh)
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/kernels")
  foreach(source IN LISTS kernels)
    get_filename_component(name "${source}" NAME_WE)
    set(fatbin "${dir}/${name}.fatbin")
    set(stub "${dir}/${name}.S")
    heddle_fatbin("${source}" "${fatbin}" ${kernel_headers})
    configure_file("${CMAKE_CURRENT_SOURCE_DIR}/cmake/kernel.S.in" "${stub}" @ONLY)
    set_source_files_properties("${stub}" PROPERTIES OBJECT_DEPENDS "${fatbin}")
    target_sources(${target} PRIVATE "${stub}" "${fatbin}")
  endforeach()
endfunction()
