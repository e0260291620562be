#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/python/conda_environment.h"
#include "portique/inventory/python/conda_meta.h"
#include "portique/inventory/python/pdm_lock.h"
#include "portique/inventory/python/pipfile_lock.h"
#include "portique/inventory/python/poetry_lock.h"
#include "portique/inventory/python/pylock.h"
#include "portique/inventory/python/python_archive.h"
#include "portique/inventory/python/python_installed.h"
#include "portique/inventory/python/python_requirements.h"
#include "portique/inventory/python/uv_lock.h"

namespace portique::inventory {

/// What pip, setuptools, conda and the tools around them write.
inline constexpr std::array kPythonCatalogers{
    kPythonInstalled,
    kPythonArchive,
    kPythonVendored,
    kCondaMeta,
    kCondaEnvironment,
    kPythonRequirements,
    kPipfileLock,
    kPoetryLock,
    kUvLock,
    kPdmLock,
    kPylock,
};

} // namespace portique::inventory
