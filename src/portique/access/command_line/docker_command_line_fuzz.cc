#include "portique/access/command_line/docker_command_line.h"
#include "portique/base/byte_reader.h"
#include "portique/base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace access = portique::access;
  const auto text = portique::base::as_text(std::as_bytes(std::span(data, size)));
  std::vector<std::string> words;
  for (const std::string_view word : portique::base::split(text, '\n'))
    words.emplace_back(word);
  access::CommandLineOptions options;
  options.read_file = [](const std::string&) -> portique::base::Result<std::string> {
    return std::string("A=b\n{}");
  };
  options.environment = [](const char*) -> const char* { return nullptr; };
  const auto line = access::docker_requests(words, options);
  if (line && line->requests.empty()) __builtin_trap();
  return 0;
}
