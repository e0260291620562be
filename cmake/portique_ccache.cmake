# Compile through ccache where it is installed.
find_program(PORTIQUE_CCACHE ccache)
if(PORTIQUE_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${PORTIQUE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PORTIQUE_CCACHE})
endif()
