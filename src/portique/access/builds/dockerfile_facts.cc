#include <algorithm>
#include <optional>
#include <set>

#include "portique/access/builds/build_facts.h"
#include "portique/base/limits.h"
#include "portique/base/text.h"
#include "portique/inspect/dockerfile/dockerfile.h"

namespace portique::access {

namespace {

using inspect::dockerfile::Dockerfile;
using inspect::dockerfile::Flag;
using inspect::dockerfile::Instruction;
using inspect::dockerfile::Stage;

/// Every name that FROM or --from may have and that is no image.
std::set<std::string, std::less<>> stage_names(const Dockerfile& file) {
  std::set<std::string, std::less<>> names{"scratch"};
  for (std::size_t i = 0; i < file.stages.size(); ++i) {
    names.insert(std::to_string(i));
    if (!file.stages[i].name.empty()) names.insert(file.stages[i].name);
  }
  return names;
}

/// The frontend that BuildKit would fetch: a directive may stand behind a line that begins with
/// "#!", and any comment that looks like one is taken for it.
std::string_view syntax_of(const std::string_view comment) {
  constexpr std::string_view kWord = "syntax";
  const std::size_t equals = comment.find('=');
  if (equals == std::string_view::npos ||
      !base::equals_ignore_case(base::trim(comment.substr(0, equals)), kWord))
    return {};
  std::string_view value = base::trim(comment.substr(equals + 1));
  return base::trim(base::take_until(value, ' '));
}

class FactsOfDockerfile {
public:
  explicit FactsOfDockerfile(const Dockerfile& file) : file_(&file), names_(stage_names(file)) {}

  WorkloadFacts collect() {
    if (!file_->problems.empty()) unseen(); // BuildKit may read it otherwise
    if (!file_->syntax.empty()) frontend(file_->syntax);
    for (const inspect::dockerfile::Comment& comment : file_->comments)
      if (const std::string_view syntax = syntax_of(comment.text); !syntax.empty())
        frontend(syntax);
    for (const Stage& stage : file_->stages) {
      if (!stage.known) unseen();
      if (!stage.parent && stage.base != "scratch") add_image(facts_, stage.base);
      for (const Instruction& instruction : stage.instructions)
        read(instruction);
    }
    return std::move(facts_);
  }

private:
  void unseen() { add_entitlement(facts_, entitlement::kUnseen); }

  void frontend(std::string_view image) {
    add_image(facts_, image);
    add_entitlement(facts_, entitlement::kFrontend);
  }

  void from(std::string_view name) {
    if (name.contains('$'))
      unseen();
    else if (!names_.contains(base::to_lower(name)))
      add_image(facts_, name);
  }

  void read(const Instruction& instruction) {
    for (const Flag& flag : instruction.flags) {
      if (flag.name == "from")
        from(flag.value);
      else if (flag.name == "mount")
        mount(flag.value);
      else if (flag.name == "network" && flag.value == "host")
        add_entitlement(facts_, entitlement::kHostNetwork);
      else if (flag.name == "security" && flag.value != "sandbox")
        add_entitlement(facts_, entitlement::kInsecure);
      else if (flag.name == "device")
        add_entitlement(facts_, entitlement::kDevice);
      if ((flag.name == "network" || flag.name == "security") && flag.value.contains('$')) unseen();
    }
  }

  /// "type=secret,id=x": values separated by commas, a CSV record.
  void mount(std::string_view text) {
    if (text.contains('"') || text.contains('$')) unseen();
    for (const std::string_view part : base::split(text, ',')) {
      std::string_view value = part;
      const std::string key = base::to_lower(base::trim(base::take_until(value, '=')));
      if (key == "from") from(value);
      if (key != "type") continue;
      if (base::equals_ignore_case(value, "secret")) add_entitlement(facts_, entitlement::kSecret);
      if (base::equals_ignore_case(value, "ssh")) add_entitlement(facts_, entitlement::kSsh);
    }
  }

  const Dockerfile* file_;
  std::set<std::string, std::less<>> names_;
  WorkloadFacts facts_;
};

} // namespace

WorkloadFacts dockerfile_facts(std::string_view text, const BuildArguments& arguments) {
  const auto file = inspect::dockerfile::parse_dockerfile(text, base::Limits(), arguments);
  if (!file) {
    WorkloadFacts facts;
    add_entitlement(facts, entitlement::kUnseen);
    return facts;
  }
  return FactsOfDockerfile(*file).collect();
}

} // namespace portique::access
