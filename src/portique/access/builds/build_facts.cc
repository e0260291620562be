#include "portique/access/builds/build_facts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "portique/access/builds/protobuf_reader.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

using base::Result;

/// BuildOp holds a definition of its own; nobody nests them.
constexpr int kMostNested = 4;
constexpr std::string_view kImageScheme = "docker-image://";

/// Options of the Dockerfile frontend that do not say what is built on or what a step may do.
constexpr std::array<std::string_view, 26> kHarmlessOptions = {
    "filename",   "target",         "platform",  "no-cache",      "image-resolve-mode",
    "shm-size",   "ulimit",         "add-hosts", "cache-imports", "cache-from",
    "hostname",   "multi-platform", "cmdline",   "requestid",     "frontend.caps",
    "memory",     "memswap",        "cpushares", "cpuperiod",     "cpuquota",
    "cpusetcpus", "cpusetmems",     "sbom",      "cgroup-parent", "contextsubdir",
    "provenance"};
constexpr std::array<std::string_view, 5> kHarmlessPrefixes = {
    "label:", "attest:", "vcs:", "local-sessionid:", "input-metadata:"};

void add_word(std::vector<std::string>& words, std::string_view word) {
  if (!word.empty() && std::ranges::find(words, word) == words.end()) words.emplace_back(word);
}

/// Where a named context, or the context itself, comes from.
void add_context(WorkloadFacts& facts, std::string_view name, std::string_view source) {
  if (source.starts_with(kImageScheme))
    add_image(facts, source.substr(kImageScheme.size()));
  else if (source.starts_with("local:") || source.starts_with("input:"))
    return; // files of the session, or a definition that is read besides
  else if (name == "context" && !source.empty())
    add_entitlement(facts, entitlement::kUnseen); // its Dockerfile comes from there
  else if (source.starts_with("oci-layout://"))
    add_entitlement(facts, entitlement::kUnseen); // an image out of the session, by its digest
}

/// One option of a frontend.
void read_option(std::string_view key, std::string_view value, BuildRequest& out) {
  constexpr std::string_view kArgument = "build-arg:";
  constexpr std::string_view kContext = "context:";
  if (key.starts_with(kArgument)) {
    const std::string_view name = key.substr(kArgument.size());
    out.arguments.insert_or_assign(std::string(name), std::string(value));
    if (name == "BUILDKIT_SYNTAX") {
      add_image(out.facts, value);
      add_entitlement(out.facts, entitlement::kFrontend);
    }
  } else if (key == "force-network-mode") {
    if (value == "host") add_entitlement(out.facts, entitlement::kHostNetwork);
  } else if (key == "source") {
    add_image(out.facts, value); // of gateway.v0: the frontend is an image
    add_entitlement(out.facts, entitlement::kFrontend);
  } else if (key == "context") {
    add_context(out.facts, key, value);
  } else if (key.starts_with(kContext)) {
    add_context(out.facts, key.substr(kContext.size()), value);
  } else if (key == "devices" || key == "device") {
    add_entitlement(out.facts, entitlement::kDevice);
  } else if (std::ranges::find(kHarmlessOptions, key) == kHarmlessOptions.end() &&
             std::ranges::none_of(kHarmlessPrefixes, [&](std::string_view prefix) {
               return key.starts_with(prefix);
             })) {
    add_entitlement(out.facts, entitlement::kUnseen);
  }
}

/// pb.Mount
Result<void> read_mount(std::string_view message, WorkloadFacts& facts) {
  constexpr std::uint64_t kSecretMount = 1;
  constexpr std::uint64_t kSshMount = 2;
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next())) {
    if ((field->number == 6 && field->value == kSecretMount) || field->number == 21)
      add_entitlement(facts, entitlement::kSecret);
    if ((field->number == 6 && field->value == kSshMount) || field->number == 22)
      add_entitlement(facts, entitlement::kSsh);
  }
  return {};
}

/// pb.ExecOp
Result<void> read_exec(std::string_view message, WorkloadFacts& facts) {
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next())) {
    switch (field->number) {
    case 2:
      if (field->bytes) PQ_TRY(read_mount(*field->bytes, facts));
      break;
    case 3:
      if (field->value == 1) add_entitlement(facts, entitlement::kHostNetwork);
      break;
    case 4:
      if (field->value != 0) add_entitlement(facts, entitlement::kInsecure);
      break;
    case 5:
      add_entitlement(facts, entitlement::kSecret);
      break;
    case 6:
      add_entitlement(facts, entitlement::kDevice);
      break;
    default:
      break;
    }
  }
  return {};
}

/// pb.SourceOp
Result<void> read_source(std::string_view message, WorkloadFacts& facts) {
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next())) {
    if (field->number != 1 || !field->bytes) continue;
    if (field->bytes->starts_with(kImageScheme))
      add_image(facts, field->bytes->substr(kImageScheme.size()));
    else if (field->bytes->starts_with("oci-layout://"))
      add_entitlement(facts, entitlement::kUnseen);
  }
  return {};
}

Result<void> read_definition(std::string_view message, WorkloadFacts& facts, int depth);

/// pb.Op
Result<void> read_operation(std::string_view message, WorkloadFacts& facts, int depth) {
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next())) {
    if (!field->bytes) continue;
    if (field->number == 2) PQ_TRY(read_exec(*field->bytes, facts));
    if (field->number == 3) PQ_TRY(read_source(*field->bytes, facts));
    if (field->number != 5) continue;
    add_entitlement(facts, entitlement::kUnseen); // BuildOp: the definition may come out of files
    ProtobufReader build(*field->bytes);
    while (const auto part = PQ_TRY(build.next()))
      if (part->number == 3 && part->bytes) PQ_TRY(read_definition(*part->bytes, facts, depth + 1));
  }
  return {};
}

/// pb.Definition
Result<void> read_definition(std::string_view message, WorkloadFacts& facts, int depth) {
  if (depth > kMostNested)
    return base::fail(base::Code::LimitExceeded, "definitions stand too deep in each other");
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next()))
    if (field->number == 1 && field->bytes) PQ_TRY(read_operation(*field->bytes, facts, depth));
  return {};
}

/// An exporter's attribute: "name" is what the image will be called, "a,b:1" two names.
void read_output(const ProtobufEntry& entry, WorkloadFacts& facts) {
  if (entry.key != "name") return;
  for (const std::string_view name : base::split(entry.value, ','))
    add_word(facts.produces, base::trim(name));
}

/// Exporter of later requests, which may have several.
Result<void> read_exporter(std::string_view message, WorkloadFacts& facts) {
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next()))
    if (field->number == 2 && field->bytes)
      read_output(PQ_TRY(protobuf_entry(*field->bytes)), facts);
  return {};
}

/// Which numbers the same members have in the two requests that start a build.
struct SolveFields {
  std::uint32_t definition;
  std::uint32_t session; ///< 0: has none
  std::uint32_t frontend;
  std::uint32_t options;
  std::uint32_t entitlements; ///< 0: has none
  std::uint32_t inputs;
  std::uint32_t output;  ///< 0: has none
  std::uint32_t outputs; ///< 0: has none
};

constexpr SolveFields kControl = {.definition = 2,
                                  .session = 5,
                                  .frontend = 6,
                                  .options = 7,
                                  .entitlements = 9,
                                  .inputs = 10,
                                  .output = 4,
                                  .outputs = 13};
constexpr SolveFields kBridge = {.definition = 1,
                                 .session = 0,
                                 .frontend = 2,
                                 .options = 3,
                                 .entitlements = 0,
                                 .inputs = 13,
                                 .output = 0,
                                 .outputs = 0};

void read_entitlement(std::string_view word, WorkloadFacts& facts) {
  // "device" may name one: "device=class"
  if (word == entitlement::kHostNetwork || word == entitlement::kInsecure)
    add_entitlement(facts, word);
  else if (word.starts_with(entitlement::kDevice))
    add_entitlement(facts, entitlement::kDevice);
  else
    add_entitlement(facts, entitlement::kUnseen);
}

Result<BuildRequest> read_solve(std::string_view message, const SolveFields& fields) {
  BuildRequest out;
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next())) {
    if (!field->bytes) continue;
    const std::string_view bytes = *field->bytes;
    if (field->number == fields.definition) {
      PQ_TRY(read_definition(bytes, out.facts, 0));
    } else if (field->number == fields.session) {
      out.session = bytes;
    } else if (field->number == fields.frontend) {
      if (!bytes.empty() && bytes != "dockerfile.v0" && bytes != "gateway.v0")
        add_entitlement(out.facts, entitlement::kUnseen);
    } else if (field->number == fields.options) {
      const ProtobufEntry entry = PQ_TRY(protobuf_entry(bytes));
      read_option(entry.key, entry.value, out);
    } else if (field->number == fields.entitlements && fields.entitlements != 0) {
      read_entitlement(bytes, out.facts);
    } else if (field->number == fields.inputs) {
      const ProtobufEntry entry = PQ_TRY(protobuf_entry(bytes));
      PQ_TRY(read_definition(entry.value, out.facts, 0));
      // The Dockerfile comes out of what that definition makes.
      if (entry.key == "dockerfile" || entry.key == "context")
        add_entitlement(out.facts, entitlement::kUnseen);
    } else if (field->number == fields.output && fields.output != 0) {
      read_output(PQ_TRY(protobuf_entry(bytes)), out.facts);
    } else if (field->number == fields.outputs && fields.outputs != 0) {
      PQ_TRY(read_exporter(bytes, out.facts));
    }
  }
  return out;
}

} // namespace

void add_entitlement(WorkloadFacts& facts, std::string_view word) {
  add_word(facts.entitlements, word);
}

void add_image(WorkloadFacts& facts, std::string_view reference) {
  add_word(facts.images, reference);
}

Result<BuildRequest> read_control_solve(std::string_view message) {
  return read_solve(message, kControl);
}

Result<BuildRequest> read_bridge_solve(std::string_view message) {
  return read_solve(message, kBridge);
}

Result<BuildRequest> read_new_container(std::string_view message) {
  BuildRequest out;
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next())) {
    if (field->number == 2 && field->bytes) PQ_TRY(read_mount(*field->bytes, out.facts));
    if (field->number == 3 && field->value == 1)
      add_entitlement(out.facts, entitlement::kHostNetwork);
  }
  return out;
}

} // namespace portique::access
