# `make package`: a Debian package of what `make install` installs, and of the units. Its dependencies
# are read from the program itself (dpkg-shlibdeps).
install(FILES README.md CHANGELOG.md SECURITY.md DESTINATION share/doc/portique)
install(FILES LICENSE DESTINATION share/doc/portique RENAME copyright)
install(DIRECTORY docs/ DESTINATION share/doc/portique/docs)

# The units name /usr/bin/portique, so that they go with a program below /usr only; elsewhere
# `portique authz install` writes the very same files.
foreach(unit portique-authz.service=systemd/system/portique-authz.service
             portique.sysusers=sysusers.d/portique.conf portique.tmpfiles=tmpfiles.d/portique.conf)
  string(REGEX MATCH "^([^=]+)=(.+)/([^/]+)$" matched "${unit}")
  set(unit_source "${PROJECT_SOURCE_DIR}/packaging/systemd/${CMAKE_MATCH_1}")
  install(CODE "if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
    file(INSTALL \"${unit_source}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/${CMAKE_MATCH_2}\"
      TYPE FILE RENAME \"${CMAKE_MATCH_3}\")
  endif()")
endforeach()

set(CPACK_PACKAGE_NAME portique)
set(CPACK_PACKAGE_VENDOR "The portique authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "container security: known vulnerabilities in images")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The portique authors <portique@localhost>")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/packaging/debian/postinst;${PROJECT_SOURCE_DIR}/packaging/debian/prerm;${PROJECT_SOURCE_DIR}/packaging/debian/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "git") # a policy out of a checkout
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gpgv, debian-archive-keyring") # portique db update --feed apt
include(CPack)
