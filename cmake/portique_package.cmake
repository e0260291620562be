# `make package`: a Debian package of what `make install` installs. Its dependencies are read from
# the program itself (dpkg-shlibdeps).
install(FILES README.md CHANGELOG.md SECURITY.md DESTINATION share/doc/portique)
install(FILES LICENSE DESTINATION share/doc/portique RENAME copyright)
install(DIRECTORY docs/ DESTINATION share/doc/portique/docs)

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
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gpgv, debian-archive-keyring") # portique db update --feed apt
include(CPack)
