// Gem::Specification#to_ruby writes these files, one assignment a line:
//
//   # stub: rake 13.0.3 ruby lib
//   s.name = "rake".freeze
//   s.licenses = ["MIT".freeze]
//   s.add_runtime_dependency(%q<json>.freeze, [">= 1.8".freeze])
//
// https://guides.rubygems.org/specification-reference/
#include "portique/inventory/ruby/gemspec.h"

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"

namespace portique::inventory {

namespace {

using base::Code;

/// The first text in quotes or %q<> in `rest`, which keeps what stands behind it; "" if there is
/// none, or if it is put together from variables.
std::string_view take_quoted(std::string_view& rest) {
  const std::size_t open = rest.find_first_of("\"'%");
  if (open == std::string_view::npos) return {};
  char close = rest[open];
  std::size_t begin = open + 1;
  if (close == '%') {
    if (!rest.substr(open).starts_with("%q<")) return {};
    close = '>';
    begin = open + 3;
  }
  const std::size_t end = rest.find(close, begin);
  if (end == std::string_view::npos) return {};
  const std::string_view text = rest.substr(begin, end - begin);
  rest = rest.substr(end + 1);
  return text.contains("#{") ? std::string_view{} : text;
}

class SpecificationReader {
public:
  explicit SpecificationReader(Analysis& analysis) : analysis_(&analysis) { package_.type = "gem"; }

  void read(std::string_view text) {
    for (const std::string_view line : base::split(text, '\n'))
      read_line(base::trim(line));
    if (package_.name.empty() || package_.version.empty()) {
      add_issue(*analysis_,
                Code::Malformed,
                package_.name.empty()
                    ? "the gem's name is not written out"
                    : "the version of the gem " + excerpt(package_.name) + " is not written out");
      return;
    }
    analysis_->packages.push_back(std::move(package_));
  }

private:
  void read_line(std::string_view line) {
    constexpr std::string_view kStub = "# stub:";
    if (line.starts_with(kStub)) return read_stub(base::trim(line.substr(kStub.size())));
    const std::size_t dot = line.find('.');
    if (dot == std::string_view::npos || dot == 0 || line.starts_with('#')) return;
    std::string_view rest = line.substr(dot + 1);
    if (rest.starts_with("add_runtime_dependency") || rest.starts_with("add_dependency")) {
      if (const std::string_view name = take_quoted(rest); base::is_word(name))
        package_.dependencies.push_back(utf8_value(name));
      return;
    }
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos || rest.substr(equals).starts_with("==")) return;
    const std::string_view member = base::trim(rest.substr(0, equals));
    rest = rest.substr(equals + 1);
    if (member == "name" && package_.name.empty())
      set(package_.name, take_quoted(rest));
    else if (member == "version" && package_.version.empty())
      set(package_.version, take_quoted(rest));
    else if (member == "licenses" || member == "license")
      read_licences(rest);
  }

  /// "NAME VERSION PLATFORM PATHS".
  void read_stub(std::string_view stub) {
    if (!package_.name.empty()) return; // the second such line names extensions
    const std::string_view name = base::take_until(stub, ' ');
    const std::string_view version = base::take_until(stub, ' ');
    set(package_.name, name);
    set(package_.version, version);
    const std::string_view platform = base::take_until(stub, ' ');
    if (platform != "ruby") set(package_.arch, platform);
  }

  static void set(std::string& value, std::string_view text) {
    if (base::is_word(text)) value = utf8_value(text);
  }

  void read_licences(std::string_view rest) {
    constexpr std::size_t kMost = 20;
    while (package_.licences.size() < kMost) {
      const std::string_view licence = take_quoted(rest);
      if (licence.empty()) return;
      package_.licences.push_back(utf8_value(licence));
    }
  }

  Analysis* analysis_;
  model::Package package_;
};

} // namespace

Analysis analyze_gemspec(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text)
    add_issue(analysis, text.error());
  else
    SpecificationReader(analysis).read(*text);
  for (model::Package& package : analysis.packages)
    package.path = file.path();
  return analysis;
}

} // namespace portique::inventory
