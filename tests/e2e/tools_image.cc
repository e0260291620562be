#include "e2e/tools_image.h"

#include <filesystem>

#include "e2e/program.h"

#include "portique/test_support/tar_builder.h"

namespace portique::e2e {

std::optional<std::string> import_tools(const test_support::EngineDaemon& engine,
                                        const std::string& name) {
  const auto busybox = base::read_file("/bin/busybox", 16U << 20U);
  if (!busybox) return "busybox-static is not installed";
  const std::filesystem::path folder = fresh_folder();
  test_support::TarBuilder tar;
  for (const char* program : {"sh", "sleep", "true", "id", "cat"})
    tar.file(std::string("bin/") + program, *busybox, 0755);
  write_file(folder / "tools.tar", tar.finish());
  // The message makes images of other names others.
  static_cast<void>(engine.run({"import", "-m", name, (folder / "tools.tar").string(), name}));
  return std::nullopt;
}

} // namespace portique::e2e
