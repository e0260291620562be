#pragma once

// With both gates on, the engine asks the plugin about what the guard has let through, too, and
// does not know who is behind the guard. So the guard gives each request a pass on its way, a
// header that the engine shows to the plugin: it was decided already, and stands in the trail.

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "portique/base/result.h"

namespace portique::access {

inline constexpr std::string_view kPassHeader = "Portique-Pass";

/// For any number of threads.
class PassBook {
public:
  /// A word that is good for one such request.
  base::Result<std::string> issue(std::string_view method, std::string_view target);

  /// Whether the word is good for this request. It is not any more afterwards.
  bool redeem(std::string_view word, std::string_view method, std::string_view target);

  /// The request is over, whether its pass was shown or not.
  void revoke(std::string_view word);

private:
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> requests_; ///< of each word
};

} // namespace portique::access
