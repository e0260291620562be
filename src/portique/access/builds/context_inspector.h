#pragma once

// The Dockerfile in a build context that a client uploads to the classic builder: a tar archive
// that flows by. The engine begins to build when it has all of it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "portique/access/builds/build_facts.h"
#include "portique/archive/pax.h"
#include "portique/archive/tar_header.h"
#include "portique/base/result.h"

namespace portique::access {

class ContextInspector {
public:
  /// Asks what may be built; an error, whose message says why, if it may not.
  using Ask = std::function<base::Result<void>(const WorkloadFacts& facts)>;

  /// `dockerfile`: its name in the archive, "" for the engine's own choice.
  ContextInspector(std::string_view dockerfile, BuildArguments arguments, Ask ask);

  /// Bytes of the archive before they are passed on. After an error the request has to be cut.
  base::Result<void> feed(std::string_view bytes);

private:
  enum class State : std::uint8_t { Begin, Header, Content, Ended, Unseen };

  base::Result<void> unseen();
  base::Result<void> header(archive::TarBlock block);
  base::Result<void> member(const archive::TarHeader& header);
  base::Result<void> content_done();
  [[nodiscard]] bool leads_to_dockerfile(const std::string& path) const;

  std::set<std::string, std::less<>> names_; ///< that the Dockerfile may have
  BuildArguments arguments_;
  Ask ask_;
  State state_ = State::Begin;
  std::string block_;
  char type_ = '\0';
  bool wanted_ = false;
  std::uint64_t content_left_ = 0;
  std::uint64_t padding_left_ = 0;
  std::string content_;
  archive::PaxHeader pax_;
  std::string long_name_;
};

} // namespace portique::access
