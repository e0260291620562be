#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/java/gradle_catalog.h"
#include "portique/inventory/java/gradle_lock.h"
#include "portique/inventory/java/java_archive.h"
#include "portique/inventory/java/pom_properties.h"
#include "portique/inventory/java/pom_xml.h"
#include "portique/inventory/java/sbt_lock.h"

namespace portique::inventory {

/// What Maven, Gradle, sbt and their archives leave behind.
inline constexpr std::array kJavaCatalogers{
    kJavaArchive,
    kPomProperties,
    kPomXml,
    kGradleLock,
    kGradleCatalog,
    kSbtLock,
};

} // namespace portique::inventory
