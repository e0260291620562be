#include "e2e/program.h"

#include <algorithm>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "portique/base/json.h"

namespace portique::e2e {

namespace fs = std::filesystem;

const fs::path& scratch() {
  static const base::TempDir kFolder = *base::TempDir::create("portique-e2e");
  return kFolder.path();
}

fs::path fresh_folder() {
  static int count = 0;
  const fs::path folder = scratch() / std::to_string(++count);
  fs::create_directories(folder);
  return folder;
}

std::string write_file(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path.string();
}

base::ProgramOutput portique(std::vector<std::string> arguments) {
  std::vector<std::string> command{"env", "PORTIQUE_CACHE_DIR=" + (scratch() / "cache").string()};
  command.emplace_back(PORTIQUE_PROGRAM);
  std::ranges::move(arguments, std::back_inserter(command));
  base::ProgramLimits limits;
  limits.time = std::chrono::minutes(5);
  limits.output_bytes = 256ULL << 20U;
  auto output = base::run_program(command, limits);
  EXPECT_TRUE(output) << output.error().text();
  return output ? std::move(*output) : base::ProgramOutput{-1, {}, {}};
}

boost::json::object scan_json(const std::string& target, std::vector<std::string> arguments) {
  std::vector<std::string> command{"scan", target, "-f", "json"};
  std::ranges::move(arguments, std::back_inserter(command));
  const base::ProgramOutput output = portique(command);
  EXPECT_TRUE(output.exit_status == 0 || output.exit_status == 4)
      << output.exit_status << ": " << output.err;
  auto report = base::parse_json(output.out);
  EXPECT_TRUE(report) << output.out.substr(0, 200);
  if (!report || !report->is_object()) return {};
  return report->as_object();
}

std::string database_of(const fs::path& osv_folder) {
  const std::string file = (fresh_folder() / "advisories.lmdb").string();
  const auto built = portique({"db", "build", "--osv", osv_folder.string(), "--output", file});
  EXPECT_EQ(built.exit_status, 0) << built.err;
  return file;
}

std::vector<std::string> packages_of(const boost::json::object& report) {
  std::vector<std::string> list;
  for (const auto& item : base::json_items(&report, "packages"))
    list.push_back(std::string(base::json_string(&item.as_object(), "name")) + " " +
                   std::string(base::json_string(&item.as_object(), "version")));
  std::ranges::sort(list);
  return list;
}

std::vector<std::string> pairs_of(const boost::json::object& report) {
  std::set<std::string> pairs;
  for (const auto& item : base::json_items(&report, "findings")) {
    const auto& package = base::json_fields(&item.as_object(), "package");
    pairs.insert(std::string(base::json_string(&package, "name")) + " " +
                 std::string(base::json_string(&item.as_object(), "id")));
  }
  return {pairs.begin(), pairs.end()};
}

} // namespace portique::e2e
